"""Polygons drawn with the mouse."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from PySide6.QtCore import QEvent, QPointF, Qt
from PySide6.QtGui import QColor
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from sam3_annotator.project import InstanceId, Region, is_valid_region
from sam3_annotator.ui.canvas.scene import CanvasInstance
from sam3_annotator.ui.canvas.view import NO_AREA, CanvasView

RIGHT, LEFT = Qt.MouseButton.RightButton, Qt.MouseButton.LeftButton
NO_KEY = Qt.KeyboardModifier.NoModifier
SHIFT, CTRL = Qt.KeyboardModifier.ShiftModifier, Qt.KeyboardModifier.ControlModifier
CORNERS = ((100, 60), (200, 60), (200, 160))
MakeInstance = Callable[..., CanvasInstance]


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


@pytest.fixture
def begun(canvas: CanvasView, hand: Any) -> CanvasView:
    """Draw three corners by clicks."""
    for corner in CORNERS:
        hand.click(*corner)
    return canvas


def vertices(canvas: CanvasView) -> list[tuple[float, float]]:
    return [(x, y) for x, y in canvas.polygon.vertices.tolist()]


def ring(region: Region) -> list[tuple[float, float]]:
    (polygon,) = region.polygons
    return [(x, y) for x, y in polygon.outer.tolist()]


def double_click(canvas: CanvasView, hand: Any, x: float, y: float) -> None:
    """Press, release, press, release at one place, as Qt tells it."""
    hand.click(x, y)
    QTest.mouseDClick(canvas.viewport(), LEFT, NO_KEY, hand.at(x, y))


def cursor(canvas: CanvasView) -> Qt.CursorShape:
    return canvas.viewport().cursor().shape()


class TestClicks:
    def test_each_click_adds_a_vertex(self, begun: CanvasView, drawn: list) -> None:
        assert vertices(begun) == list(CORNERS)
        assert drawn == []

    def test_a_click_beside_the_image_means_its_border(self, canvas: CanvasView, hand: Any) -> None:
        hand.click(-30, 50)
        hand.click(450, 340)

        assert vertices(canvas) == [(0, 50), (400, 300)]

    def test_a_click_on_the_first_vertex_closes_the_ring(self, begun: CanvasView, hand: Any, drawn: list) -> None:
        hand.click(104, 63)

        assert [ring(region) for region in drawn] == [list(CORNERS)]
        assert not begun.polygon.is_open

    def test_near_the_first_vertex_is_near_on_the_screen(self, begun: CanvasView, hand: Any, drawn: list) -> None:
        begun.set_zoom(4.0)
        hand.click(104, 63)

        assert drawn == []
        assert len(vertices(begun)) == 4

    def test_a_click_on_the_first_of_two_vertices_closes_nothing(
        self, canvas: CanvasView, hand: Any, drawn: list
    ) -> None:
        for corner in (*CORNERS[:2], (103, 63)):
            hand.click(*corner)

        assert drawn == []
        assert len(vertices(canvas)) == 3

    def test_an_unsteady_hand_closes_all_the_same(self, begun: CanvasView, hand: Any, drawn: list) -> None:
        hand.drag((102, 61), (130, 75))

        assert [ring(region) for region in drawn] == [list(CORNERS)]
        assert vertices(begun) == []

    def test_a_double_click_adds_its_vertex_once_and_closes(self, begun: CanvasView, hand: Any, drawn: list) -> None:
        double_click(begun, hand, 100, 160)

        assert [ring(region) for region in drawn] == [[*CORNERS, (100, 160)]]
        assert vertices(begun) == []

    def test_a_double_click_on_the_first_vertex_begins_nothing_new(
        self, begun: CanvasView, hand: Any, drawn: list
    ) -> None:
        double_click(begun, hand, 100, 60)

        assert len(drawn) == 1
        assert not begun.polygon.is_open

    def test_a_double_click_too_early_adds_its_vertex_once(self, canvas: CanvasView, hand: Any, drawn: list) -> None:
        hand.click(100, 60)
        double_click(canvas, hand, 200, 60)

        assert drawn == []
        assert vertices(canvas) == [(100, 60), (200, 60)]

    def test_a_second_slow_click_on_the_last_vertex_adds_none(self, begun: CanvasView, hand: Any) -> None:
        hand.click(*CORNERS[-1])

        assert vertices(begun) == list(CORNERS)

    def test_right_clicks_take_vertices_back_to_none_and_open_no_menu(
        self, qtbot: QtBot, begun: CanvasView, hand: Any
    ) -> None:
        with qtbot.assertNotEmitted(begun.context_menu_requested):
            hand.click(10, 10, RIGHT)
            assert vertices(begun) == list(CORNERS[:2])

            for _ in range(3):
                hand.click(10, 10, RIGHT)

        assert vertices(begun) == []

    def test_the_next_polygon_begins_at_once_and_nothing_is_selected(
        self, begun: CanvasView, hand: Any, drawn: list
    ) -> None:
        hand.click(100, 60)
        for corner in CORNERS:
            hand.click(corner[0] + 50, corner[1] + 50)
        hand.click(150, 110)

        assert len(drawn) == 2
        assert begun.tool == "polygon"
        assert begun.scene.selection == set()

    def test_the_first_vertex_takes_the_selection_away(
        self, canvas: CanvasView, hand: Any, make_instance: MakeInstance
    ) -> None:
        canvas.set_instances([make_instance(1, (220, 60, 320, 160))])
        canvas.set_selection([InstanceId(1)])

        hand.click(250, 100)

        assert canvas.scene.selection == set()
        assert vertices(canvas) == [(250, 100)]

    def test_nothing_happens_without_an_image(self, canvas: CanvasView, hand: Any) -> None:
        canvas.show_image(None)

        hand.click(100, 100)

        assert not canvas.polygon.is_open


class TestWhatLasts:
    def test_zooming_and_panning_leave_the_vertices_on_the_image(self, begun: CanvasView, hand: Any) -> None:
        hand.wheel(200, 160, 3)
        QTest.mousePress(begun.viewport(), Qt.MouseButton.MiddleButton, NO_KEY, hand.at(150, 100))
        hand.move(170, 110)
        QTest.mouseRelease(begun.viewport(), Qt.MouseButton.MiddleButton, NO_KEY, hand.at(170, 110))
        hand.click(100, 160)

        assert vertices(begun)[:3] == list(CORNERS)
        assert vertices(begun)[3] == pytest.approx((100, 160), abs=1)

    def test_holding_space_moves_the_image_and_adds_nothing(self, begun: CanvasView, hand: Any) -> None:
        before = begun.viewport_from_image(QPointF(0, 0))

        QTest.keyPress(begun, Qt.Key.Key_Space)
        hand.begin_drag((150, 100), (180, 120))
        hand.release(180, 120)
        QTest.keyRelease(begun, Qt.Key.Key_Space)

        assert begun.viewport_from_image(QPointF(0, 0)) != before
        assert vertices(begun) == list(CORNERS)

    def test_changes_of_the_instances_leave_it_open(self, begun: CanvasView, make_instance: MakeInstance) -> None:
        begun.set_instances([make_instance(1, (10, 10, 50, 50))])
        begun.update_instances([make_instance(2, (10, 10, 50, 50))], [InstanceId(1)])
        begun.set_selection([InstanceId(2)])
        begun.set_hidden([InstanceId(2)])

        assert vertices(begun) == list(CORNERS)

    def test_another_tool_lets_it_rest_and_it_goes_on_with_the_polygon_tool(
        self, begun: CanvasView, hand: Any, drawn: list
    ) -> None:
        begun.set_tool("select")
        hand.click(300, 250)
        assert begun.viewport().grab().toImage().pixelColor(hand.at(150, 60)) == QColor("#ffffff")

        begun.set_tool("polygon")
        hand.click(100, 160)
        hand.click(100, 60)

        assert [ring(region) for region in drawn] == [[*CORNERS, (100, 160)]]

    def test_another_image_takes_it_off_the_canvas(self, begun: CanvasView, pixels: np.ndarray) -> None:
        begun.show_image(pixels)

        assert not begun.polygon.is_open

    def test_a_polygon_that_nobody_takes_stays_open(self, canvas: CanvasView, hand: Any) -> None:
        canvas.region_drawn.disconnect()

        for corner in (*CORNERS, CORNERS[0]):
            hand.click(*corner)

        assert vertices(canvas) == list(CORNERS)


class TestClosing:
    def test_a_ring_that_crosses_itself_becomes_valid(self, hand: Any, drawn: list) -> None:
        for corner in ((100, 60), (200, 160), (200, 60), (100, 160), (100, 60)):
            hand.click(*corner)

        (region,) = drawn
        assert is_valid_region(region)
        assert region.area == pytest.approx(5000)

    def test_a_ring_without_area_stays_open_and_it_is_said(
        self, qtbot: QtBot, canvas: CanvasView, hand: Any, drawn: list
    ) -> None:
        for x in (100, 150, 200):
            hand.click(x, 60)

        with qtbot.waitSignal(canvas.problem) as told:
            hand.click(100, 60)

        assert told.args == [NO_AREA]
        assert drawn == []
        assert len(vertices(canvas)) == 3

    def test_two_vertices_are_not_closed(self, canvas: CanvasView, hand: Any, drawn: list) -> None:
        hand.click(100, 60)
        hand.click(200, 60)

        canvas.close_polygon()

        assert drawn == []
        assert len(vertices(canvas)) == 2


class TestLook:
    def test_the_line_follows_the_cursor_and_is_in_the_colour_given(self, canvas: CanvasView, hand: Any) -> None:
        canvas.set_polygon_color(QColor("#ff0000"))
        hand.click(100, 60)
        hand.click(200, 60)
        hand.move(200, 160)
        image = canvas.viewport().grab().toImage()

        assert image.pixelColor(hand.at(150, 60)) == QColor("#ff0000")
        assert image.pixelColor(hand.at(200, 110)).red() > 200

    @pytest.mark.parametrize("zoom", [0.02, 0.3, 40.0])
    def test_it_is_painted_at_any_zoom_from_the_first_vertex_on(
        self, canvas: CanvasView, hand: Any, zoom: float
    ) -> None:
        canvas.set_zoom(zoom)
        before = canvas.viewport().grab().toImage()
        hand.move(200, 150)

        for corner in ((200, 150), (200.4, 150), (200.4, 150.4)):
            canvas.polygon.add(np.array([corner]))
            assert canvas.viewport().grab().toImage() != before

    @pytest.mark.parametrize("count", [20, 400])
    def test_few_and_many_vertices_follow_view_colour_and_steps_back(
        self, canvas: CanvasView, hand: Any, count: int
    ) -> None:
        canvas.set_polygon_color(QColor("#ff0000"))
        canvas.polygon.add(np.stack((np.linspace(50, 350, count), np.full(count, 100.0)), axis=1))
        canvas.polygon.add(np.array([(350.0, 200.0)]))
        hand.move(300, 250)

        def color_at(x: float, y: float) -> str:
            return canvas.viewport().grab().toImage().pixelColor(hand.at(x, y)).name()

        assert color_at(350, 150) == "#ff0000"
        canvas.set_polygon_color(QColor("#00ff00"))
        assert color_at(350, 150) == "#00ff00"
        canvas.set_zoom(2.0)
        assert color_at(350, 150) == "#00ff00"
        canvas.polygon.step_back()
        assert color_at(350, 150) != "#00ff00"

    def test_the_cursor_says_that_a_click_would_close(self, begun: CanvasView, hand: Any) -> None:
        hand.move(150, 200)
        assert cursor(begun) is Qt.CursorShape.CrossCursor

        hand.move(104, 63)
        assert cursor(begun) is Qt.CursorShape.PointingHandCursor

    def test_a_cursor_that_has_left_draws_no_line_any_more(self, begun: CanvasView, hand: Any) -> None:
        hand.move(100, 200)
        QApplication.sendEvent(begun.viewport(), QEvent(QEvent.Type.Leave))
        left = begun.viewport().grab().toImage().pixelColor(hand.at(150, 180))
        begun.polygon.put(())

        assert begun.viewport().grab().toImage().pixelColor(hand.at(150, 180)) == left
