"""Points and boxes given with the mouse."""

from __future__ import annotations

from typing import Any

import pytest
from PySide6.QtCore import QEvent, QPointF, Qt
from PySide6.QtGui import QKeyEvent, QMouseEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from sam3_annotator.model import BoxPrompt, PointPrompt
from sam3_annotator.ui.canvas.tools import TOOLS
from sam3_annotator.ui.canvas.view import CanvasView

RIGHT, LEFT = Qt.MouseButton.RightButton, Qt.MouseButton.LeftButton
SHIFT = Qt.KeyboardModifier.ShiftModifier


@pytest.fixture
def prompts(canvas: CanvasView) -> list[PointPrompt | BoxPrompt]:
    """Collect the prompts the canvas announces."""
    collected: list[PointPrompt | BoxPrompt] = []
    canvas.prompt_added.connect(collected.append)
    return collected


@pytest.fixture
def offers(canvas: CanvasView, hand: Any) -> list[PointPrompt | None]:
    """Collect what the canvas says a click would give; the cursor begins far away."""
    hand.click(390, 290)  # with no key: Qt's moves have those of the test before
    collected: list[PointPrompt | None] = []
    canvas.prompt_offered.connect(collected.append)
    return collected


@pytest.mark.parametrize("name", TOOLS)
def test_taking_a_tool_is_announced(qtbot: QtBot, canvas: CanvasView, name: str) -> None:
    canvas.set_tool("box" if name != "box" else "points")

    with qtbot.waitSignal(canvas.tool_changed) as changed:
        canvas.set_tool(name)

    assert changed.args == [name]
    assert canvas.tool == name


def test_an_unknown_tool_is_an_error(canvas: CanvasView) -> None:
    with pytest.raises(KeyError):
        canvas.set_tool("lasso")


class TestPoints:
    @pytest.fixture(autouse=True)
    def _tool(self, canvas: CanvasView) -> None:
        canvas.set_tool("points")

    def test_left_is_positive_right_and_shift_are_negative(self, hand: Any, prompts: list) -> None:
        hand.click(100, 50)
        hand.click(110, 50, RIGHT)
        hand.click(120, 50, LEFT, SHIFT)

        assert prompts == [PointPrompt(100, 50), PointPrompt(110, 50, False), PointPrompt(120, 50, False)]

    def test_a_moving_cursor_offers_the_middle_of_the_pixel_that_a_click_would_mean(
        self, canvas: CanvasView, hand: Any, offers: list
    ) -> None:
        canvas.set_zoom(4.0)
        for x, y in ((100.0, 100.0), (100.3, 100.0), (100.6, 100.5), (120.4, 110.6)):
            hand.move(x, y)

        assert offers[-2:] == [PointPrompt(100.5, 100.5), PointPrompt(120.5, 110.5)]

    def test_a_cursor_that_rests_offers_nothing_new(self, hand: Any, offers: list) -> None:
        hand.move(100, 100)
        hand.move(101, 100)
        assert len(offers) == 1

        hand.move(102, 100)

        assert len(offers) == 2

    def test_what_was_offered_is_taken_back_by_a_click(self, hand: Any, offers: list) -> None:
        hand.click(100, 100)

        assert offers == [PointPrompt(100.5, 100.5), None]

    def test_a_cursor_beside_the_image_offers_nothing(self, hand: Any, offers: list) -> None:
        hand.move(100, 100)
        hand.move(500, 100)

        assert offers[-1] is None

    def test_a_cursor_with_shift_held_offers_nothing(self, canvas: CanvasView, hand: Any, offers: list) -> None:
        hand.move(100, 100)
        at = QPointF(hand.at(120, 100))
        moved = QMouseEvent(
            QEvent.Type.MouseMove, at, canvas.viewport().mapToGlobal(at), Qt.MouseButton.NoButton,
            Qt.MouseButton.NoButton, SHIFT,
        )  # fmt: skip
        QApplication.sendEvent(canvas.viewport(), moved)

        assert offers[-1] is None

    def test_other_tools_offer_nothing(self, canvas: CanvasView, hand: Any, offers: list) -> None:
        for tool in ("box", "select"):
            canvas.set_tool(tool)
            hand.move(100, 100)
            hand.move(120, 100)

        assert offers == []

    def test_the_prompt_is_given_when_the_button_goes_down(self, hand: Any, prompts: list) -> None:
        hand.press(100, 50)

        assert prompts == [PointPrompt(100, 50)]
        hand.release(100, 50)
        assert len(prompts) == 1

    def test_a_double_click_is_two_clicks(self, canvas: CanvasView, hand: Any, prompts: list) -> None:
        hand.click(100, 50)
        QTest.mouseDClick(canvas.viewport(), LEFT, pos=hand.at(100, 50))

        assert len(prompts) >= 2
        assert set(prompts) == {PointPrompt(100, 50)}

    def test_coordinates_are_image_pixels_at_any_zoom(self, canvas: CanvasView, hand: Any, prompts: list) -> None:
        canvas.set_zoom(13.7, QPointF(410, 222))

        hand.click(200, 110)

        at = canvas.viewport_from_image(QPointF(prompts[0].x, prompts[0].y))
        assert at.toPoint() == hand.at(200, 110)

    def test_a_click_just_beside_the_image_means_its_border(self, hand: Any, prompts: list) -> None:
        hand.click(-5, 100)
        hand.click(400, 303)

        assert prompts == [PointPrompt(0.5, 100), PointPrompt(399.5, 299.5)]

    def test_a_click_far_off_the_image_means_nothing(self, hand: Any, prompts: list) -> None:
        hand.click(-40, 100)
        hand.click(200, 330)

        assert prompts == []

    def test_no_menu_opens(self, qtbot: QtBot, canvas: CanvasView, hand: Any) -> None:
        with qtbot.assertNotEmitted(canvas.context_menu_requested):
            hand.click(100, 100, RIGHT)


class TestBox:
    @pytest.fixture(autouse=True)
    def _tool(self, canvas: CanvasView) -> None:
        canvas.set_tool("box")

    @pytest.mark.parametrize("ends", [((50, 60), (150, 120)), ((150, 60), (50, 120)), ((150, 120), (50, 60))])
    def test_a_drag_in_any_direction_gives_a_box(self, hand: Any, prompts: list, ends: tuple) -> None:
        hand.drag(*ends)

        assert prompts == [BoxPrompt(50, 60, 150, 120)]

    def test_a_box_ends_at_the_border_of_the_image(self, hand: Any, prompts: list) -> None:
        hand.drag((300, 200), (450, 340))

        assert prompts == [BoxPrompt(300, 200, 400, 300)]

    def test_a_click_gives_no_box(self, hand: Any, prompts: list) -> None:
        hand.click(100, 100)
        hand.drag((100, 100), (150, 102))

        assert prompts == []

    def test_the_box_is_shown_while_it_is_drawn(self, canvas: CanvasView, hand: Any) -> None:
        before = canvas.viewport().grab().toImage()
        hand.begin_drag((50, 60), (150, 120))

        shown = canvas.viewport().grab().toImage()

        at = hand.at(150, 90)
        assert shown.pixelColor(at) != before.pixelColor(at)

    def test_escape_drops_the_box(self, canvas: CanvasView, hand: Any, prompts: list) -> None:
        hand.begin_drag((50, 60), (150, 120))
        override = QKeyEvent(QKeyEvent.Type.ShortcutOverride, Qt.Key.Key_Escape, Qt.KeyboardModifier.NoModifier)
        override.ignore()
        QApplication.sendEvent(canvas, override)
        assert override.isAccepted()

        hand.key(Qt.Key.Key_Escape)
        hand.release(150, 120)

        assert prompts == []

    def test_another_tool_drops_the_box(self, canvas: CanvasView, hand: Any, prompts: list) -> None:
        hand.begin_drag((50, 60), (150, 120))

        canvas.set_tool("points")
        hand.release(150, 120)

        assert prompts == []

    def test_the_view_can_be_moved_while_a_box_is_drawn(self, hand: Any, prompts: list) -> None:
        hand.begin_drag((50, 60), (150, 120))

        hand.wheel(150, 120, 3)
        hand.move(160, 130)
        hand.release(160, 130)

        box = prompts[0]
        assert (box.x0, box.y0) == (50, 60)
        assert (box.x1, box.y1) == pytest.approx((160, 130), abs=1)

    def test_guides_follow_the_cursor_and_leave_with_it(self, canvas: CanvasView, hand: Any) -> None:
        before = canvas.viewport().grab().toImage()

        hand.move(100, 100)
        with_guides = canvas.viewport().grab().toImage()
        canvas._tool.leave()

        assert with_guides.pixelColor(hand.at(300, 100)) != before.pixelColor(hand.at(300, 100))
        assert canvas.viewport().grab().toImage() == before
