"""What is moved stays on the image."""

from __future__ import annotations

import pytest

from sam3_annotator.ui.canvas.shifting import kept_shift, side_shift

SIZE = (64, 48)


@pytest.mark.parametrize(
    ("shift", "box", "expected"),
    [
        ((3, -4), (10, 10, 20, 20), (3, -4)),
        ((100, 100), (10, 10, 20, 20), (44, 28)),
        ((-100, -100), (10, 10, 20, 20), (-10, -10)),
        ((5, 5), (0.5, 0.5, 63.5, 47.5), (0, 0)),
        ((-5, 0), (-3, 10, 20, 20), (0, 0)),  # beyond the border already
        ((5, 0), (-3, 10, 20, 20), (5, 0)),
    ],
)
def test_a_shift_ends_at_the_border(
    shift: tuple[int, int], box: tuple[float, float, float, float], expected: tuple[int, int]
) -> None:
    assert kept_shift(shift, box, SIZE) == expected


@pytest.mark.parametrize(
    ("box", "expected"),
    [
        ((10, 10, 20, 20), (8, 8)),
        ((50, 10, 60, 20), (-8, 8)),
        ((50, 38, 60, 47), (-8, -8)),
        ((3, 0, 62, 48), (-3, 0)),
        ((0, 0, 64, 48), (0, 0)),
    ],
)
def test_a_step_aside_goes_where_there_is_room(
    box: tuple[float, float, float, float], expected: tuple[int, int]
) -> None:
    assert side_shift(8, box, SIZE) == expected
