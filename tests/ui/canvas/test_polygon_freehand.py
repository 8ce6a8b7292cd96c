"""Polygons drawn freehand."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from PySide6.QtCore import Qt

from sam3_annotator.project import Region
from sam3_annotator.ui.canvas.view import CanvasView

RIGHT = Qt.MouseButton.RightButton
CORNERS = ((100, 60), (200, 60), (200, 160))


@pytest.fixture
def canvas(canvas: CanvasView) -> CanvasView:
    """Take the polygon tool; as in the window, what is announced is taken off the canvas."""
    canvas.set_tool("polygon")
    canvas.region_drawn.connect(lambda *_: canvas.polygon.put(()))
    return canvas


@pytest.fixture
def drawn(canvas: CanvasView) -> list[Region]:
    """Collect the regions the canvas announces."""
    collected: list[Region] = []
    canvas.region_drawn.connect(lambda region, _selects: collected.append(region))
    return collected


def vertices(canvas: CanvasView) -> list[tuple[float, float]]:
    return [(x, y) for x, y in canvas.polygon.vertices.tolist()]


def ring(region: Region) -> list[tuple[float, float]]:
    (polygon,) = region.polygons
    return [(x, y) for x, y in polygon.outer.tolist()]


def cursor(canvas: CanvasView) -> Qt.CursorShape:
    return canvas.viewport().cursor().shape()


def test_a_drag_becomes_few_vertices_and_one_gesture(canvas: CanvasView, hand: Any) -> None:
    hand.click(20, 20)
    hand.move(50, 50)
    hand.press(50, 50)
    for step in range(1, 151):
        hand.move(50 + step, 50 + 0.4 * (step % 2))
    hand.move(200, 150)
    hand.release(200, 150)

    assert vertices(canvas) == [(20, 20), (50, 50), (200, 50), (200, 150)]
    canvas.polygon.step_back()
    assert vertices(canvas) == [(20, 20)]


@pytest.mark.parametrize("zoom", [0.5, 1.0, 4.0])
def test_what_is_drawn_stays_within_a_pixel_of_the_screen(canvas: CanvasView, hand: Any, zoom: float) -> None:
    canvas.set_zoom(zoom)
    center, radius = np.array([200.0, 150.0]), 60 / max(zoom, 1)
    angles = np.linspace(0, 1.8 * np.pi, 300)
    way = center + radius * np.stack((np.cos(angles), np.sin(angles)), axis=1)
    hand.press(*way[0])
    for place in way:
        hand.move(*place)
    hand.release(*way[-1])

    kept = canvas.polygon.vertices
    middles = (kept[1:] + kept[:-1]) / 2
    assert 8 < len(kept) < 60
    # The mouse is told in whole pixels of the screen: half a diagonal more.
    assert np.abs(np.hypot(*(middles - center).T) - radius).max() * zoom < 1 + 0.71


def test_clicks_go_on_after_it(hand: Any, drawn: list) -> None:
    hand.drag((100, 60), (200, 60))
    hand.click(200, 160)
    hand.click(100, 60)

    assert [ring(region) for region in drawn] == [list(CORNERS)]


def test_a_stretch_that_comes_back_to_the_first_vertex_closes(canvas: CanvasView, hand: Any, drawn: list) -> None:
    hand.move(*CORNERS[0])
    hand.press(*CORNERS[0])
    for corner in (*CORNERS[1:], (100, 160), (103, 62)):
        hand.move(*corner)
    assert cursor(canvas) is Qt.CursorShape.PointingHandCursor
    hand.release(103, 62)

    assert [ring(region) for region in drawn] == [[*CORNERS, (100, 160)]]


def test_a_loop_let_go_of_by_escape_leaves_nothing(canvas: CanvasView, hand: Any) -> None:
    empty = canvas.viewport().grab().toImage()
    hand.move(*CORNERS[0])
    hand.press(*CORNERS[0])
    for corner in (*CORNERS[1:], CORNERS[0]):
        hand.move(*corner)
    hand.key(Qt.Key.Key_Escape)

    assert canvas.viewport().grab().toImage() == empty
    assert cursor(canvas) is Qt.CursorShape.CrossCursor


def test_a_polygon_dropped_in_the_middle_of_a_stretch_leaves_the_stretch(canvas: CanvasView, hand: Any) -> None:
    for corner in CORNERS:
        hand.click(*corner)
    hand.begin_drag((200, 160), (102, 62))
    canvas.polygon.put(())
    canvas.viewport().grab()
    hand.release(102, 62)

    assert vertices(canvas) == [(200, 160), (102, 62)]


def test_it_ends_at_the_border_of_the_image(canvas: CanvasView, hand: Any) -> None:
    hand.drag((300, 100), (450, 100))

    assert vertices(canvas) == [(300, 100), (400, 100)]


def test_a_press_that_wanders_little_is_a_click(canvas: CanvasView, hand: Any) -> None:
    hand.drag((100, 60), (104, 64))

    assert vertices(canvas) == [(100, 60)]


def test_escape_drops_the_stretch_only(canvas: CanvasView, hand: Any) -> None:
    hand.click(20, 20)
    hand.begin_drag((100, 60), (200, 160))
    hand.key(Qt.Key.Key_Escape)
    hand.move(220, 160)
    hand.release(220, 160)

    assert vertices(canvas) == [(20, 20)]


def test_the_right_button_during_it_changes_nothing(canvas: CanvasView, hand: Any) -> None:
    hand.click(20, 20)
    hand.begin_drag((100, 60), (200, 60))
    hand.press(200, 60, RIGHT)
    hand.release(200, 60, RIGHT)
    hand.release(200, 60)

    assert vertices(canvas) == [(20, 20), (100, 60), (200, 60)]
