"""Polygons whose vertices snap to what is there, and whose edges turn to directions."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from PySide6.QtCore import QEvent, QPointF, Qt
from PySide6.QtGui import QMouseEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from sam3_annotator.project import InstanceId, Region
from sam3_annotator.ui.canvas.scene import CanvasInstance
from sam3_annotator.ui.canvas.snapping import way_along
from sam3_annotator.ui.canvas.view import CanvasView

RIGHT = Qt.MouseButton.RightButton
NO_KEY = Qt.KeyboardModifier.NoModifier
SHIFT, CTRL = Qt.KeyboardModifier.ShiftModifier, Qt.KeyboardModifier.ControlModifier
MakeInstance = Callable[..., CanvasInstance]


@pytest.fixture
def canvas(canvas: CanvasView) -> CanvasView:
    """Take the polygon tool."""
    canvas.set_tool("polygon")
    return canvas


@pytest.fixture
def neighbour(canvas: CanvasView, make_instance: MakeInstance) -> CanvasInstance:
    """Show an instance of 100 x 100 at (220, 60)."""
    instance = make_instance(1, (220, 60, 320, 160))
    canvas.set_instances([instance])
    return instance


def vertices(canvas: CanvasView) -> list[tuple[float, float]]:
    return [(x, y) for x, y in canvas.polygon.vertices.tolist()]


def move_with(canvas: CanvasView, hand: Any, x: float, y: float, keys: Qt.KeyboardModifier) -> None:
    at = QPointF(hand.at(x, y))
    moved = QMouseEvent(
        QEvent.Type.MouseMove, at, canvas.viewport().mapToGlobal(at), Qt.MouseButton.NoButton,
        Qt.MouseButton.NoButton, keys,
    )  # fmt: skip
    QApplication.sendEvent(canvas.viewport(), moved)


class TestSnapping:
    pytestmark = pytest.mark.usefixtures("neighbour")

    def test_a_vertex_snaps_to_a_vertex_near_it(self, canvas: CanvasView, hand: Any) -> None:
        hand.click(215, 55, keys=CTRL)

        assert vertices(canvas) == [(220, 60)]

    def test_a_vertex_snaps_to_an_edge_where_no_vertex_is_near(self, canvas: CanvasView, hand: Any) -> None:
        hand.click(214, 100, keys=CTRL)

        assert vertices(canvas) == [(220, 100)]

    def test_a_vertex_snaps_to_the_border_and_its_corners(self, canvas: CanvasView, hand: Any) -> None:
        hand.click(100, 295, keys=CTRL)
        hand.click(395, 296, keys=CTRL)

        assert vertices(canvas) == [(100, 300), (400, 300)]

    def test_nothing_snaps_from_afar_or_without_the_key(self, canvas: CanvasView, hand: Any) -> None:
        hand.click(200, 100, keys=CTRL)
        hand.click(215, 55)

        assert vertices(canvas) == [(200, 100), (215, 55)]

    def test_near_is_near_on_the_screen(self, canvas: CanvasView, hand: Any) -> None:
        canvas.set_zoom(8.0)

        hand.click(215, 100, keys=CTRL)

        assert vertices(canvas) == [(215, 100)]

    def test_nothing_snaps_to_what_is_hidden(self, canvas: CanvasView, hand: Any) -> None:
        canvas.set_hidden([InstanceId(1)])

        hand.click(215, 55, keys=CTRL)

        assert vertices(canvas) == [(215, 55)]

    def test_a_ring_is_followed_from_vertex_to_vertex_the_shorter_way(
        self, canvas: CanvasView, hand: Any, make_instance: MakeInstance
    ) -> None:
        canvas.set_instances([make_instance(1, (220, 60, 320, 120), hole=(250, 80, 280, 100))])

        hand.click(220, 60, keys=CTRL)
        hand.click(320, 120, keys=CTRL)
        assert vertices(canvas)[0] == (220, 60)
        assert vertices(canvas)[1] in {(320, 60), (220, 120)}
        assert vertices(canvas)[2] == (320, 120)

        hand.click(20, 20, RIGHT)  # the way is one gesture
        hand.click(250, 80, keys=CTRL)  # of another ring
        assert vertices(canvas) == [(220, 60), (250, 80)]

    def test_where_neighbours_share_a_vertex_the_ring_begun_on_is_followed(
        self, canvas: CanvasView, hand: Any, make_instance: MakeInstance
    ) -> None:
        left, right = make_instance(1, (120, 60, 220, 160)), make_instance(2, (220, 60, 320, 160))
        canvas.set_instances([left, right])

        hand.click(320, 60, keys=CTRL)
        hand.click(220, 160, keys=CTRL)

        assert len(vertices(canvas)) == 3
        assert vertices(canvas)[1] in {(320, 160), (220, 60)}

    def test_the_first_vertex_closes_along_the_ring_too(self, canvas: CanvasView, hand: Any) -> None:
        drawn: list[Region] = []
        canvas.region_drawn.connect(lambda region, _selects: drawn.append(region))
        hand.click(320, 60, keys=CTRL)
        hand.click(340, 200)
        hand.click(220, 160, keys=CTRL)

        hand.click(321, 61, keys=CTRL)

        corners = [(x, y) for x, y in drawn[0].polygons[0].outer.tolist()]
        assert corners[:3] == [(320, 60), (340, 200), (220, 160)]
        assert corners[3:] in ([(320, 160)], [(220, 60)])

    def test_the_place_is_shown_before_the_click(self, canvas: CanvasView, hand: Any) -> None:
        hand.click(100, 100)
        move_with(canvas, hand, 215, 55, NO_KEY)
        without = canvas.viewport().grab().toImage()

        move_with(canvas, hand, 215, 55, CTRL)

        place = hand.at(220 + 8, 60)
        assert canvas.viewport().grab().toImage().pixelColor(place) != without.pixelColor(place)

    def test_pressing_the_key_over_a_resting_cursor_shows_it_too(self, canvas: CanvasView, hand: Any) -> None:
        hand.click(100, 100)
        move_with(canvas, hand, 215, 55, NO_KEY)
        without = canvas.viewport().grab().toImage()

        QTest.keyPress(canvas, Qt.Key.Key_Control)
        held = canvas.viewport().grab().toImage()
        QTest.keyRelease(canvas, Qt.Key.Key_Control, CTRL)

        assert held != without
        assert canvas.viewport().grab().toImage() == without


class TestAngles:
    @pytest.mark.parametrize(
        ("cursor_at", "vertex"),
        [((180, 106), (180, 100)), ((102, 40), (100, 40)), ((150, 140), (145, 145)), ((30, 94), (30, 100))],
    )
    def test_an_edge_turns_to_a_step_of_45_degrees(
        self, canvas: CanvasView, hand: Any, cursor_at: tuple, vertex: tuple
    ) -> None:
        hand.click(100, 100)

        hand.click(*cursor_at, keys=SHIFT)

        assert vertices(canvas)[1] == pytest.approx(vertex)

    def test_a_level_edge_is_level_to_the_last_digit(self, canvas: CanvasView, hand: Any) -> None:
        canvas.set_zoom(0.7)
        hand.click(100, 100)
        hand.click(200, 107, keys=SHIFT)

        (_, y0), (_, y1) = vertices(canvas)
        assert y0 == y1

    def test_a_turned_edge_ends_at_the_border_of_the_image(self, canvas: CanvasView, hand: Any) -> None:
        hand.click(350, 100)

        hand.click(440, 190, keys=SHIFT)

        assert vertices(canvas)[1] == pytest.approx((400, 150))

    def test_the_first_vertex_is_where_it_is_clicked(self, canvas: CanvasView, hand: Any) -> None:
        hand.click(123, 45, keys=SHIFT)

        assert vertices(canvas) == [(123, 45)]


class TestWays:
    RING = np.array([(0.0, 0.0), (10.0, 0.0), (10.0, 4.0), (10.0, 8.0), (2.0, 8.0)])

    @pytest.mark.parametrize(
        ("start", "end", "way"),
        [(0, 2, [0, 1, 2]), (2, 0, [2, 1, 0]), (0, 3, [0, 4, 3]), (3, 0, [3, 4, 0]), (4, 1, [4, 3, 2, 1]), (3, 3, [3])],
    )
    def test_the_shorter_way_is_by_length_and_either_way_round(self, start: int, end: int, way: list[int]) -> None:
        found = way_along(self.RING, self.RING[start], end)

        assert found is not None
        assert found.tolist() == self.RING[way].tolist()

    def test_a_start_beside_the_ring_has_no_way(self) -> None:
        assert way_along(self.RING, np.array([0.0, 4.0]), 1) is None
