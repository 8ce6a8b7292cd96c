"""Windows onto an image: what they show, what they cut, and how they cover it."""

from __future__ import annotations

import numpy as np
import pytest

from sam3_annotator.model import Window

PART = Window(20, 10, 60, 40)


def test_a_box_is_shown_if_all_of_it_lies_in_the_window() -> None:
    assert PART.shows((20, 10, 60, 40))
    assert not PART.shows((19.9, 10, 60, 40))
    assert not PART.shows((20, 10, 60, 40.1))


@pytest.mark.parametrize(
    ("box", "is_cut"),
    [
        ((30, 20, 40, 30), False),
        ((20, 20, 40, 30), True),
        ((30, 10, 40, 30), True),
        ((30, 20, 60, 30), True),
        ((30, 20, 40, 40), True),
        ((30, 20, 58.5, 30), True),  # an outline may be simplified
        ((30, 20, 57.5, 30), False),
    ],
)
def test_what_ends_at_a_side_of_the_window_is_cut(box: tuple[float, ...], is_cut: bool) -> None:
    assert PART.cuts(box, (60, 80)) is is_cut


def test_what_ends_where_the_image_does_is_not_cut() -> None:
    assert not Window(0, 0, 80, 60).cuts((0, 0, 80, 60), (60, 80))


@pytest.mark.parametrize("size", [(60, 80), (4000, 6000), (6000, 4000), (100, 100), (7, 1000), (1, 1)])
@pytest.mark.parametrize("count", [1, 2, 3, 8])
def test_parts_cover_the_image_with_room_for_what_lies_between_them(size: tuple[int, int], count: int) -> None:
    height, width = size
    parts = Window.parts(size, count)

    side = max(max(part.size) for part in parts)
    covered = np.zeros(size, dtype=np.bool_)
    for part in parts:
        assert 0 <= part.x0 < part.x1 <= width
        assert 0 <= part.y0 < part.y1 <= height
        covered[part.y0 : part.y1, part.x0 : part.x1] = True
    assert covered.all()
    assert len({part.x0 for part in parts} if width >= height else {part.y0 for part in parts}) <= count
    small = side // 4 - 2  # whatever is so large lies whole in one of them
    for x in range(0, width - small, max(1, width // 50)):
        assert any(part.x0 <= x and x + small <= part.x1 for part in parts)
    for y in range(0, height - small, max(1, height // 50)):
        assert any(part.y0 <= y and y + small <= part.y1 for part in parts)


def test_one_part_is_the_whole() -> None:
    assert Window.parts((60, 80), 1) == [Window(0, 0, 80, 60)]
