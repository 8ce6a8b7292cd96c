"""Painting and erasing with the mouse."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from PySide6.QtCore import QEvent, QPointF, Qt
from PySide6.QtGui import QImage, QKeyEvent, QMouseEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from sam3_annotator.project import InstanceId, Region, region_to_mask
from sam3_annotator.ui.canvas.brush import Brush
from sam3_annotator.ui.canvas.scene import CanvasInstance
from sam3_annotator.ui.canvas.view import CanvasView

LEFT, RIGHT, MIDDLE = Qt.MouseButton.LeftButton, Qt.MouseButton.RightButton, Qt.MouseButton.MiddleButton
NO_KEY = Qt.KeyboardModifier.NoModifier
SHIFT, CTRL, ALT = (
    Qt.KeyboardModifier.ShiftModifier,
    Qt.KeyboardModifier.ControlModifier,
    Qt.KeyboardModifier.AltModifier,
)
Edit = tuple[InstanceId, Region, str]
Drawn = tuple[Region, bool]
MakeInstance = Callable[..., CanvasInstance]

pytestmark = pytest.mark.usefixtures("brush")


def mask_of(region: Region) -> np.ndarray:
    return region_to_mask(region, 300, 400)


def seen(canvas: CanvasView) -> QImage:
    return canvas.viewport().grab().toImage()


class TestStrokes:
    @pytest.mark.usefixtures("square")
    def test_left_adds_to_the_selected_instance_in_one_edit(self, hand: Any, edits: list[Edit]) -> None:
        hand.drag((190, 150), (250, 150))

        ((id_, region, label),) = edits
        assert (id_, label) == (7, "Brush")
        mask = mask_of(region)
        assert mask[150, 255]
        assert mask[110, 110]
        assert not mask[150, 262]
        assert not mask[120, 230]

    @pytest.mark.usefixtures("square")
    @pytest.mark.parametrize(("button", "keys"), [(RIGHT, NO_KEY), (LEFT, ALT), (LEFT, CTRL)])
    def test_right_or_a_key_takes_away(self, hand: Any, edits: list[Edit], button: Any, keys: Any) -> None:
        hand.drag((90, 150), (210, 150), keys, button)

        ((id_, region, label),) = edits
        assert (id_, label) == (7, "Erase")
        assert len(region.polygons) == 2
        assert not mask_of(region)[150].any()

    def test_a_click_is_a_dab_that_makes_a_hole_and_a_larger_one_fills_it(
        self, square: CanvasView, hand: Any, edits: list[Edit]
    ) -> None:
        before = square.scene.only_selected
        hand.click(150, 150, RIGHT)
        assert edits[0][1].has_holes
        square.brush.take(Brush(12))

        hand.click(150, 150)

        assert before is not None
        assert edits[1][1] == before.region

    def test_without_a_selection_a_stroke_is_a_new_instance_to_be_selected(self, hand: Any, drawn: list[Drawn]) -> None:
        hand.drag((50, 60), (150, 60))

        ((region, selects),) = drawn
        assert selects
        assert region.box_xyxy == pytest.approx((40, 50, 160, 70), abs=0.5)

    def test_what_is_painted_ends_at_the_border_of_the_image(self, hand: Any, drawn: list[Drawn]) -> None:
        hand.drag((380, 280), (420, 320))
        hand.drag((425, 100), (430, 200))

        ((region, _),) = drawn
        assert region.box_xyxy[2:] == (400, 300)

    def test_places_far_apart_are_joined(self, hand: Any, drawn: list[Drawn]) -> None:
        hand.press(50, 60)
        hand.move(350, 60)
        hand.release(350, 60)

        assert mask_of(drawn[0][0])[60, 45:355].all()

    def test_a_stroke_ends_where_the_button_comes_up(self, canvas: CanvasView, hand: Any, drawn: list[Drawn]) -> None:
        canvas.brush.take(Brush(40))
        hand.press(100, 100)
        hand.release(101, 100)

        x0, _, x1, _ = drawn[0][0].box_xyxy
        assert x1 - x0 == pytest.approx(81, abs=0.1)

    def test_a_small_brush_paints_the_pixel_under_the_cursor(
        self, canvas: CanvasView, hand: Any, drawn: list[Drawn]
    ) -> None:
        canvas.brush.take(Brush(1))
        canvas.set_zoom(8.0)

        hand.click(200.5, 150.5)

        mask = mask_of(drawn[0][0])
        assert mask[150, 200]
        assert mask.sum() <= 5

    def test_erasing_everything_announces_the_instance(
        self, qtbot: QtBot, square: CanvasView, hand: Any, edits: list[Edit]
    ) -> None:
        square.brush.take(Brush(90))

        with qtbot.waitSignal(square.brush.erased) as erased:
            hand.click(150, 150, RIGHT)

        assert erased.args == [7]
        assert edits == []

    @pytest.mark.usefixtures("square")
    @pytest.mark.parametrize(("at", "button"), [((150, 150), LEFT), ((300, 50), RIGHT), ((-40, 50), LEFT)])
    def test_a_stroke_that_changes_nothing_is_no_edit(
        self, hand: Any, edits: list[Edit], at: tuple[float, float], button: Any
    ) -> None:
        hand.click(*at, button)

        assert edits == []

    def test_a_brush_of_another_size_is_for_the_next_stroke(
        self, canvas: CanvasView, hand: Any, drawn: list[Drawn]
    ) -> None:
        hand.begin_drag((50, 60), (150, 60))
        canvas.brush.take(Brush(40))
        hand.release(150, 60)
        hand.click(300, 200)

        heights = [region.box_xyxy[3] - region.box_xyxy[1] for region, _ in drawn]
        assert heights == pytest.approx([20, 80], abs=0.5)


class TestStraightStrokes:
    def test_shift_draws_straight_from_the_end_of_the_stroke_before(self, hand: Any, drawn: list[Drawn]) -> None:
        hand.drag((50, 60), (100, 60))
        hand.click(100, 200, keys=SHIFT)

        mask = mask_of(drawn[1][0])
        assert mask[60:200, 100].all()
        assert not mask[60, 60]

    def test_none_comes_from_a_stroke_on_another_image(
        self, canvas: CanvasView, hand: Any, drawn: list[Drawn], pixels: np.ndarray
    ) -> None:
        hand.drag((50, 60), (100, 60))
        canvas.show_image(pixels, keep_view=True)

        hand.click(100, 200, keys=SHIFT)

        assert drawn[1][0].box_xyxy == pytest.approx((90, 190, 110, 210), abs=0.5)


class TestDuringAStroke:
    def test_nothing_is_announced_before_the_button_comes_up(
        self, square: CanvasView, hand: Any, edits: list[Edit]
    ) -> None:
        before = seen(square)
        hand.begin_drag((190, 150), (250, 150))

        assert edits == []
        assert seen(square).pixelColor(hand.at(215, 150)) != before.pixelColor(hand.at(215, 150))
        assert seen(square).pixelColor(hand.at(225, 140)).lightness() > 200  # the outline of what would be

    def test_what_would_be_erased_is_seen_to_be_gone(self, square: CanvasView, hand: Any) -> None:
        square.set_hidden([InstanceId(7)])
        bare = seen(square).pixelColor(hand.at(125, 150))
        square.set_hidden([])
        assert seen(square).pixelColor(hand.at(125, 150)) != bare

        hand.begin_drag((90, 150), (170, 150), button=RIGHT)

        assert seen(square).pixelColor(hand.at(125, 150)) == bare
        assert seen(square).pixelColor(hand.at(130, 140)).lightness() > 200  # the outline of what would be left

    @pytest.mark.parametrize("zoom", [0.6, 1.0, 3.0])
    @pytest.mark.parametrize(("button", "end"), [(LEFT, (250, 190)), (RIGHT, (140, 150))])
    def test_what_is_seen_is_what_is_seen_when_it_is_over(
        self, qtbot: QtBot, square: CanvasView, hand: Any, edits: list[Edit], zoom: float, button: Any, end: Any
    ) -> None:
        square.set_zoom(zoom)
        hand.begin_drag((195, 160), end, button=button)
        during = seen(square)

        hand.release(*end, button)
        qtbot.waitUntil(lambda: square.is_settled)

        assert edits
        after = seen(square)
        # The label above the instance is not shown during the stroke.
        top = round(square.view.to_canvas(0, edits[0][1].box_xyxy[1])[1])
        rows = [*range(0, max(top - 24, 0), 2), *range(max(top, 0), after.height(), 2)]
        places = [(x, y) for y in rows for x in range(0, after.width(), 2)]
        differing = [
            abs(during.pixelColor(*place).lightness() - after.pixelColor(*place).lightness()) > 100 for place in places
        ]
        assert np.mean(differing) < 0.002

    def test_escape_drops_the_stroke(self, square: CanvasView, hand: Any, edits: list[Edit]) -> None:
        hand.move(20, 20)
        before = seen(square)
        hand.begin_drag((190, 150), (250, 150))
        override = QKeyEvent(QEvent.Type.ShortcutOverride, Qt.Key.Key_Escape, NO_KEY)
        override.ignore()
        QApplication.sendEvent(square, override)
        assert override.isAccepted()

        hand.key(Qt.Key.Key_Escape)
        hand.release(250, 150)
        hand.move(20, 20)

        assert edits == []
        assert seen(square) == before

    @pytest.mark.usefixtures("square")
    def test_another_button_changes_nothing(self, hand: Any, edits: list[Edit]) -> None:
        hand.begin_drag((190, 150), (220, 150))
        hand.press(220, 150, RIGHT)
        hand.release(220, 150, RIGHT)
        hand.move(250, 150)
        hand.release(250, 150)

        ((_, region, label),) = edits
        assert label == "Brush"
        assert mask_of(region)[150, 255]

    @pytest.mark.usefixtures("square")
    def test_the_view_can_be_moved(self, hand: Any, edits: list[Edit]) -> None:
        hand.begin_drag((190, 150), (220, 150))
        hand.wheel(220, 150, 3)
        hand.press(220, 150, MIDDLE)
        hand.move(230, 160)
        hand.release(220, 150, MIDDLE)
        hand.move(250, 150)
        hand.release(250, 150)

        ((_, region, _),) = edits
        assert region.box_xyxy == pytest.approx((100, 100, 260, 200), abs=1)

    def test_the_hand_may_leave_the_canvas(self, square: CanvasView, hand: Any, edits: list[Edit]) -> None:
        hand.begin_drag((190, 150), (220, 150))
        QApplication.sendEvent(square.viewport(), QEvent(QEvent.Type.Leave))
        hand.move(250, 150)
        hand.release(250, 150)

        assert mask_of(edits[0][1])[150, 255]

    @pytest.mark.usefixtures("square")
    def test_its_button_ends_it_also_while_another_holds_the_image(self, hand: Any, edits: list[Edit]) -> None:
        hand.begin_drag((190, 150), (250, 150))
        hand.press(250, 150, MIDDLE)
        hand.release(250, 150)
        hand.release(250, 150, MIDDLE)

        ((_, region, _),) = edits
        assert mask_of(region)[150, 255]

    def test_a_button_that_came_up_unseen_ends_it(self, square: CanvasView, hand: Any, edits: list[Edit]) -> None:
        hand.begin_drag((190, 150), (250, 150))
        at, none = QPointF(hand.at(20, 20)), Qt.MouseButton.NoButton
        hover = QMouseEvent(QEvent.Type.MouseMove, at, square.viewport().mapToGlobal(at), none, none, NO_KEY)
        QApplication.sendEvent(square.viewport(), hover)
        hand.release(20, 20)  # for the sake of the next test: the mouse has one state for all

        ((_, region, _),) = edits
        assert mask_of(region)[150, 255]
        assert not mask_of(region)[20, 20]

    def test_another_image_drops_it(
        self, canvas: CanvasView, hand: Any, drawn: list[Drawn], pixels: np.ndarray
    ) -> None:
        hand.begin_drag((50, 60), (150, 60))
        canvas.show_image(pixels, keep_view=True)
        hand.move(200, 60)
        hand.release(200, 60)

        assert drawn == []

    @pytest.mark.parametrize("goes", [True, False])
    def test_it_is_dropped_when_its_instance_changes_or_goes(
        self, square: CanvasView, hand: Any, edits: list[Edit], make_instance: MakeInstance, goes: bool
    ) -> None:
        hand.begin_drag((190, 150), (250, 150))
        if goes:
            square.update_instances([], [InstanceId(7)])
        else:
            square.update_instances([make_instance(7, (0, 0, 50, 50))])
        hand.release(250, 150)

        assert edits == []

    def test_it_goes_on_in_its_instance_whatever_is_selected_meanwhile(
        self, square: CanvasView, hand: Any, edits: list[Edit]
    ) -> None:
        hand.begin_drag((190, 150), (250, 150))
        square.set_selection([])
        hand.release(250, 150)

        assert edits[0][0] == 7

    def test_space_takes_the_image_in_the_hand_instead(self, square: CanvasView, hand: Any, edits: list[Edit]) -> None:
        QTest.keyPress(square, Qt.Key.Key_Space)
        hand.drag((190, 150), (250, 150))
        QTest.keyRelease(square, Qt.Key.Key_Space)

        assert edits == []
