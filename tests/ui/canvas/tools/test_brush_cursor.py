"""What the brush shows under the cursor, and where it does not paint."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QColor, QImage
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from sam3_annotator.model import PointPrompt
from sam3_annotator.project import ImageId, InstanceId, Region
from sam3_annotator.ui.canvas.brush import Brush
from sam3_annotator.ui.canvas.draft import Draft
from sam3_annotator.ui.canvas.scene import CanvasInstance
from sam3_annotator.ui.canvas.view import CanvasView

RIGHT, MIDDLE = Qt.MouseButton.RightButton, Qt.MouseButton.MiddleButton
CTRL = Qt.KeyboardModifier.ControlModifier
WHITE = QColor("#ffffff")
BLANK, FORBIDDEN, CROSS = (
    Qt.CursorShape.BlankCursor,
    Qt.CursorShape.ForbiddenCursor,
    Qt.CursorShape.CrossCursor,
)
Edit = tuple[InstanceId, Region, str]
Drawn = tuple[Region, bool]
MakeInstance = Callable[..., CanvasInstance]

pytestmark = pytest.mark.usefixtures("brush")


def seen(canvas: CanvasView) -> QImage:
    return canvas.viewport().grab().toImage()


def cursor(canvas: CanvasView) -> Qt.CursorShape:
    return canvas.viewport().cursor().shape()


class TestRefusals:
    def test_of_several_selected_one_has_to_be_chosen(
        self, canvas: CanvasView, hand: Any, make_instance: MakeInstance, edits: list[Edit], refused: list[str]
    ) -> None:
        canvas.set_instances([make_instance(1, (10, 10, 50, 50)), make_instance(2, (60, 60, 90, 90))])
        canvas.set_selection([InstanceId(1), InstanceId(2)])

        hand.drag((30, 30), (70, 70))

        assert edits == []
        assert ["one instance" in sentence for sentence in refused] == [True]
        assert cursor(canvas) is FORBIDDEN

    def test_erasing_needs_an_instance(self, hand: Any, drawn: list[Drawn], refused: list[str]) -> None:
        hand.drag((30, 30), (70, 70), button=RIGHT)

        assert drawn == []
        assert refused == ["Select the instance to erase from first."]

    def test_a_hidden_instance_is_not_painted(
        self, square: CanvasView, hand: Any, edits: list[Edit], drawn: list[Drawn], refused: list[str]
    ) -> None:
        square.set_hidden([InstanceId(7)])

        hand.drag((30, 30), (70, 70))

        assert (edits, drawn) == ([], [])
        assert "hidden" in refused[0]

    def test_an_open_draft_is_left_as_it_is(
        self, canvas: CanvasView, hand: Any, drawn: list[Drawn], refused: list[str]
    ) -> None:
        draft = Draft(ImageId(1)).with_prompt(PointPrompt(200, 150))
        canvas.set_draft(draft, WHITE)

        hand.drag((30, 30), (70, 70))
        assert (drawn, len(refused)) == ([], 1)
        assert cursor(canvas) is FORBIDDEN

        canvas.set_draft(None, WHITE)
        hand.drag((30, 30), (70, 70))
        assert len(drawn) == 1

    def test_the_cursor_says_so_as_soon_as_a_draft_opens_or_is_over(self, canvas: CanvasView, hand: Any) -> None:
        hand.move(30, 30)

        canvas.set_draft(Draft(ImageId(1)).with_prompt(PointPrompt(200, 150)), WHITE)
        assert cursor(canvas) is FORBIDDEN

        canvas.set_draft(None, WHITE)
        assert cursor(canvas) is BLANK


class TestCursor:
    def test_it_is_a_circle_of_the_brush(self, canvas: CanvasView, hand: Any) -> None:
        canvas.brush.take(Brush(30))
        bare = seen(canvas)

        hand.move(200, 150)

        assert cursor(canvas) is BLANK
        circle = seen(canvas)
        for x, y in ((230, 150), (200, 180), (170, 150), (200, 120)):
            assert circle.pixelColor(hand.at(x, y)) != bare.pixelColor(hand.at(x, y))
        assert circle.pixelColor(hand.at(215, 150)) == bare.pixelColor(hand.at(215, 150))

    def test_its_sign_follows_the_key_before_the_hand_moves(self, square: CanvasView, hand: Any) -> None:
        square.brush.take(Brush(30))
        hand.move(150, 150)
        adding = seen(square)

        QTest.keyPress(square, Qt.Key.Key_Control)
        erasing = seen(square)
        QTest.keyRelease(square, Qt.Key.Key_Control, CTRL)

        above = hand.at(150, 147)  # in the upright of the +
        assert erasing.pixelColor(above) != adding.pixelColor(above)
        assert seen(square) == adding

    def test_it_says_where_erasing_has_nothing_to_erase(self, canvas: CanvasView, hand: Any) -> None:
        hand.move(150, 150)
        assert cursor(canvas) is BLANK

        QTest.keyPress(canvas, Qt.Key.Key_Alt)

        assert cursor(canvas) is FORBIDDEN

    def test_it_grows_with_brush_and_zoom(self, canvas: CanvasView, hand: Any) -> None:
        hand.move(200, 150)
        shown = [seen(canvas)]
        canvas.brush.take(Brush(20))
        shown.append(seen(canvas))
        hand.wheel(200, 150, 2)
        shown.append(seen(canvas))

        assert shown[0] != shown[1] != shown[2]

    def test_it_leaves_with_the_hand_and_while_the_hand_moves_the_image(self, canvas: CanvasView, hand: Any) -> None:
        hand.move(20, 20)
        QApplication.sendEvent(canvas.viewport(), QEvent(QEvent.Type.Leave))
        bare = seen(canvas)
        hand.move(200, 150)
        assert seen(canvas) != bare
        QApplication.sendEvent(canvas.viewport(), QEvent(QEvent.Type.Leave))
        assert seen(canvas) == bare

        hand.move(220, 150)
        assert seen(canvas) != bare
        hand.press(220, 150, MIDDLE)
        hand.move(230, 150)
        panned = seen(canvas)
        hand.release(220, 150, MIDDLE)
        QApplication.sendEvent(canvas.viewport(), QEvent(QEvent.Type.Leave))
        assert panned == seen(canvas)

    def test_there_is_a_plain_cursor_where_there_is_no_image(self, canvas: CanvasView, hand: Any) -> None:
        hand.move(200, 150)
        canvas.show_image(None)

        assert cursor(canvas) is CROSS
