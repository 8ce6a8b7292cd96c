"""How a box of the image comes into sight."""

from __future__ import annotations

import pytest

from sam3_annotator.ui.canvas.navigation import REVEAL_MARGIN, revealed
from sam3_annotator.ui.canvas.view_transform import ViewTransform

CANVAS = 800.0, 600.0
VIEW = ViewTransform(2.0, -100.0, -100.0)


def test_a_box_in_sight_moves_nothing() -> None:
    assert revealed(VIEW, (50, 50, 100, 100), CANVAS, 1.0) == VIEW
    assert revealed(VIEW, (50, 50, 450, 350), CANVAS, 1.0) == VIEW


@pytest.mark.parametrize(
    ("box", "way"),
    [
        ((0, 100, 40, 140), (100 + REVEAL_MARGIN, 0)),
        ((440, 100, 480, 140), (-60 - REVEAL_MARGIN, 0)),
        ((100, 0, 140, 40), (0, 100 + REVEAL_MARGIN)),
        ((440, 360, 480, 400), (-60 - REVEAL_MARGIN, -100 - REVEAL_MARGIN)),
    ],
)
def test_a_box_out_of_sight_comes_in_with_the_smallest_move(
    box: tuple[float, float, float, float], way: tuple[float, float]
) -> None:
    assert revealed(VIEW, box, CANVAS, 1.0) == VIEW.panned(*way)


def test_a_box_nearly_as_large_as_the_canvas_comes_into_its_middle() -> None:
    view = revealed(VIEW, (0, 100, 390, 140), CANVAS, 1.0)

    assert view.zoom == VIEW.zoom
    assert view.box_to_canvas((0, 100, 390, 140))[::2] == (10, 790)


def test_a_box_larger_than_the_canvas_is_shown_whole() -> None:
    x0, y0, x1, y1 = revealed(VIEW, (0, 0, 1000, 100), CANVAS, 1.0).box_to_canvas((0, 0, 1000, 100))

    assert min(x0, y0, CANVAS[0] - x1, CANVAS[1] - y1) >= 0


def test_a_move_is_by_whole_device_pixels() -> None:
    view = revealed(ViewTransform(1.0, -0.5, 0.0), (-10.3, 10, 20, 40), CANVAS, 2.0)

    assert ((view.offset_x + 0.5) * 2).is_integer()
