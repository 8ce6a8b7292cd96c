"""The canvas: image, messages, zooming and panning."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings, strategies as st
from PySide6.QtCore import QPoint, QPointF, QSize, Qt
from PySide6.QtGui import QColor, QFocusEvent, QKeyEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from sam3_annotator.model import BoxPrompt
from sam3_annotator.ui.canvas.navigation import NOTCH_SCROLL
from sam3_annotator.ui.canvas.pyramid import ImagePyramid
from sam3_annotator.ui.canvas.view import CanvasView
from sam3_annotator.ui.canvas.view_transform import MAX_ZOOM, MIN_ZOOM
from sam3_annotator.ui.theme import theme

CTRL, SHIFT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier
MIDDLE = Qt.MouseButton.MiddleButton


def color_at(canvas: CanvasView, x: float, y: float) -> tuple[int, int, int]:
    """Give the colour the canvas shows at an image point."""
    at = canvas.viewport_from_image(QPointF(x, y)).toPoint()
    color = canvas.viewport().grab().toImage().pixelColor(at)
    return color.red(), color.green(), color.blue()


def is_close(a: QPointF, b: QPointF) -> bool:
    return (a.x(), a.y()) == pytest.approx((b.x(), b.y()), abs=1e-6)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(zoom=st.floats(MIN_ZOOM, MAX_ZOOM), x=st.floats(-1e4, 1e4), y=st.floats(-1e4, 1e4))
def test_viewport_and_image_points_map_to_each_other(canvas: CanvasView, zoom: float, x: float, y: float) -> None:
    canvas.set_zoom(zoom)
    point = QPointF(x, y)

    assert is_close(canvas.image_from_viewport(canvas.viewport_from_image(point)), point)
    assert is_close(canvas.viewport_from_image(canvas.image_from_viewport(point)), point)


def test_the_image_is_shown_pixel_by_pixel_at_full_size(canvas: CanvasView) -> None:
    assert color_at(canvas, 120, 77) == (120, 77, 40)


def test_pixels_are_crisp_from_two_hundred_percent(canvas: CanvasView) -> None:
    canvas.set_zoom(16, canvas.viewport_from_image(QPointF(200, 150)))

    corners = {color_at(canvas, 201 + dx, 151 + dy) for dx in (0.1, 0.9) for dy in (0.1, 0.9)}

    assert corners == {(201, 151, 40)}


def test_an_image_fits_when_shown_and_again_when_the_canvas_is_resized(
    qtbot: QtBot, canvas: CanvasView, pixels: np.ndarray
) -> None:
    canvas.show_image(pixels)
    before = canvas.zoom

    canvas.resize(500, 400)
    qtbot.waitUntil(lambda: canvas.viewport().size() == QSize(500, 400))

    assert canvas.zoom < before
    assert is_close(canvas.image_from_viewport(QPointF(250, 200)), QPointF(200, 150))


def test_a_zoomed_view_keeps_its_middle_when_resized(qtbot: QtBot, canvas: CanvasView) -> None:
    canvas.set_zoom(4, QPointF(300, 200))
    middle = canvas.image_from_viewport(QPointF(400, 300))

    canvas.resize(600, 500)
    qtbot.waitUntil(lambda: canvas.viewport().size() == QSize(600, 500))

    assert canvas.zoom == 4
    assert is_close(canvas.image_from_viewport(QPointF(300, 250)), middle)


def test_the_view_is_kept_for_another_version_of_the_image(canvas: CanvasView, pixels: np.ndarray) -> None:
    canvas.set_zoom(3, QPointF(100, 100))
    point = canvas.image_from_viewport(QPointF(50, 60))

    canvas.show_image(pixels, keep_view=True)

    assert canvas.zoom == 3
    assert is_close(canvas.image_from_viewport(QPointF(50, 60)), point)


@pytest.mark.parametrize("keys", [Qt.KeyboardModifier.NoModifier, CTRL])
def test_the_wheel_zooms_at_the_cursor(qtbot: QtBot, canvas: CanvasView, hand: Any, keys: Any) -> None:
    with qtbot.waitSignal(canvas.zoom_changed) as announced:
        hand.wheel(310, 40, 2, keys)

    assert announced.args == [pytest.approx(1.44)]
    at = canvas.viewport_from_image(QPointF(310, 40))
    hand.wheel(310, 40, -5, keys)
    assert is_close(canvas.viewport_from_image(QPointF(310, 40)), at)


def test_zoom_ends_at_its_limits(canvas: CanvasView, hand: Any) -> None:
    hand.wheel(200, 150, 1000)
    assert canvas.zoom == MAX_ZOOM

    hand.wheel(200, 150, -1000)
    assert canvas.zoom == MIN_ZOOM


def test_shift_and_wheel_scroll_sideways(canvas: CanvasView, hand: Any) -> None:
    before = canvas.viewport_from_image(QPointF(0, 0))

    hand.wheel(200, 150, -1, SHIFT)

    after = canvas.viewport_from_image(QPointF(0, 0))
    assert after.x() < before.x()
    assert after.y() == before.y()


def test_the_wheel_scrolls_where_the_user_wants_that(canvas: CanvasView, hand: Any) -> None:
    canvas.wheel_zooms = False
    before = canvas.viewport_from_image(QPointF(0, 0))

    hand.wheel(200, 150, -1)

    assert canvas.zoom == 1.0
    assert canvas.viewport_from_image(QPointF(0, 0)).y() < before.y()


@pytest.mark.parametrize("wheel_zooms", [True, False])
def test_a_wheel_that_is_tilted_scrolls_sideways(canvas: CanvasView, hand: Any, wheel_zooms: bool) -> None:
    canvas.wheel_zooms = wheel_zooms
    before = canvas.viewport_from_image(QPointF(0, 0))

    hand.wheel(200, 150, -1, tilted=True)

    assert canvas.zoom == 1.0
    assert canvas.viewport_from_image(QPointF(0, 0)) == before - QPointF(NOTCH_SCROLL, 0)


def test_the_middle_button_pans(canvas: CanvasView, hand: Any) -> None:
    hand.press(200, 150, MIDDLE)
    assert canvas.viewport().cursor().shape() is Qt.CursorShape.ClosedHandCursor
    QTest.mouseMove(canvas.viewport(), hand.at(200, 150) + QPoint(60, -30))
    QTest.mouseRelease(canvas.viewport(), MIDDLE)

    assert is_close(canvas.image_from_viewport(QPointF(460, 270)), QPointF(200, 150))
    assert canvas.viewport().cursor().shape() is Qt.CursorShape.ArrowCursor


def test_a_box_goes_on_while_the_middle_button_pans_and_ends_where_its_own_comes_up(
    qtbot: QtBot, canvas: CanvasView, hand: Any
) -> None:
    canvas.set_tool("box")
    hand.begin_drag((100, 100), (200, 150))
    hand.press(200, 150, MIDDLE)
    QTest.mouseMove(canvas.viewport(), hand.at(200, 150) + QPoint(-60, -30))

    with qtbot.waitSignal(canvas.prompt_added) as added:
        hand.release(200, 150)
    assert added.args == [BoxPrompt(100, 100, 200, 150)]

    at = canvas.viewport_from_image(QPointF(0, 0))
    QTest.mouseMove(canvas.viewport(), hand.at(200, 150) + QPoint(0, 10))
    QTest.mouseRelease(canvas.viewport(), MIDDLE)
    assert is_close(canvas.viewport_from_image(QPointF(0, 0)), at + QPointF(0, 10))


def test_space_and_the_left_button_pan_with_any_tool(qtbot: QtBot, canvas: CanvasView, hand: Any) -> None:
    canvas.set_tool("points")
    QTest.keyPress(canvas, Qt.Key.Key_Space)
    assert canvas.viewport().cursor().shape() is Qt.CursorShape.OpenHandCursor

    with qtbot.assertNotEmitted(canvas.prompt_added):
        QTest.mousePress(canvas.viewport(), Qt.MouseButton.LeftButton, pos=QPoint(400, 300))
        QTest.mouseMove(canvas.viewport(), QPoint(350, 310))
        QTest.mouseRelease(canvas.viewport(), Qt.MouseButton.LeftButton, pos=QPoint(350, 310))
    QTest.keyRelease(canvas, Qt.Key.Key_Space)

    assert is_close(canvas.image_from_viewport(QPointF(350, 310)), QPointF(200, 150))
    assert canvas.viewport().cursor().shape() is Qt.CursorShape.CrossCursor


def test_a_held_space_is_forgotten_when_the_focus_goes(canvas: CanvasView) -> None:
    QTest.keyPress(canvas, Qt.Key.Key_Space)

    QApplication.sendEvent(canvas, QFocusEvent(QFocusEvent.Type.FocusOut))

    assert canvas.viewport().cursor().shape() is Qt.CursorShape.ArrowCursor


def test_the_image_cannot_be_lost_by_panning(canvas: CanvasView, hand: Any) -> None:
    hand.press(200, 150, MIDDLE)
    QTest.mouseMove(canvas.viewport(), QPoint(9000, 9000))
    QTest.mouseRelease(canvas.viewport(), MIDDLE)

    corner = canvas.viewport_from_image(QPointF(0, 0))
    assert canvas.viewport().rect().contains(corner.toPoint())


def test_arrow_keys_scroll(canvas: CanvasView, hand: Any) -> None:
    before = canvas.viewport_from_image(QPointF(0, 0))

    hand.key(Qt.Key.Key_Right)

    assert canvas.viewport_from_image(QPointF(0, 0)).x() < before.x()


def test_a_fitted_image_keeps_clear_of_what_floats_over_the_upper_edge(canvas: CanvasView) -> None:
    canvas.fit()
    canvas.set_covered(100)
    assert canvas.viewport_from_image(QPointF(0, 0)).y() == pytest.approx(100)

    canvas.set_zoom(3.0)
    view = canvas.view
    canvas.set_covered(50)
    assert canvas.view == view


def test_a_box_can_be_zoomed_to(canvas: CanvasView) -> None:
    canvas.zoom_to((100, 100, 200, 150))

    assert is_close(canvas.image_from_viewport(QPointF(400, 300)), QPointF(150, 125))
    assert canvas.zoom == pytest.approx((800 - 2 * 90) / 100)


def test_the_cursor_is_told_in_image_pixels_and_off_the_image_as_none(
    qtbot: QtBot, canvas: CanvasView, hand: Any
) -> None:
    with qtbot.waitSignal(canvas.cursor_moved) as told:
        hand.move(120, 80)
    assert is_close(told.args[0], QPointF(120, 80))

    with qtbot.waitSignal(canvas.cursor_moved) as told:
        hand.move(-30, 80)
    assert told.args == [None]


def test_the_place_of_a_resting_cursor_is_told_anew_when_the_image_moves_below_it(
    canvas: CanvasView, hand: Any, pixels: np.ndarray
) -> None:
    places: list[Any] = []
    hand.move(120, 80)
    rests_at = QPointF(hand.at(120, 80))
    canvas.cursor_moved.connect(places.append)

    hand.key(Qt.Key.Key_Right)
    assert is_close(places[-1], canvas.image_from_viewport(rests_at))

    canvas.show_image(pixels[:200, :200])
    assert is_close(places[-1], canvas.image_from_viewport(rests_at))


def test_a_message_is_shown_instead_of_the_image(canvas: CanvasView) -> None:
    blank = canvas.grab().toImage()

    canvas.show_message("Not there", "The file is gone.", icon="image-off-outline")

    shown = canvas.grab().toImage()
    assert shown != blank
    assert shown.pixelColor(5, 5) == theme().color("canvas")
    assert canvas.accessibleDescription() == "Not there The file is gone."


def test_an_image_takes_the_message_away(canvas: CanvasView, pixels: np.ndarray) -> None:
    canvas.show_message("Not there", "The file is gone.")

    canvas.show_image(pixels)
    canvas.set_zoom(1.0)

    assert color_at(canvas, 120, 77) == (120, 77, 40)
    assert canvas.accessibleDescription() == ""


def test_loading_shows_its_sign_only_after_a_moment(qtbot: QtBot, canvas: CanvasView) -> None:
    canvas.show_message("", "photo.jpg", busy=True)
    at_once = canvas.grab().toImage()

    qtbot.waitUntil(lambda: canvas.grab().toImage() != at_once)

    assert at_once.pixelColor(400, 300) == theme().color("canvas")


def test_without_an_image_the_mouse_does_nothing(qtbot: QtBot, canvas: CanvasView, hand: Any) -> None:
    canvas.set_tool("points")
    canvas.show_message("Nothing here", "")

    with qtbot.assertNotEmitted(canvas.prompt_added), qtbot.assertNotEmitted(canvas.cursor_moved):
        hand.click(10, 10)
        hand.wheel(10, 10)


def test_a_large_image_is_shown_at_once_and_gets_sharper(qtbot: QtBot, canvas: CanvasView) -> None:
    stripes = np.zeros((1600, 3200, 3), dtype=np.uint8)
    stripes[:, ::2] = 200

    canvas.show_image(stripes)
    assert not canvas.is_settled

    qtbot.waitUntil(lambda: canvas.is_settled)
    canvas.grab()
    qtbot.waitUntil(lambda: canvas.is_settled)
    assert color_at(canvas, 1600, 800) == pytest.approx((100, 100, 100), abs=40)


def test_an_image_prepared_elsewhere_is_settled_at_once(canvas: CanvasView) -> None:
    pyramid = ImagePyramid(np.zeros((2000, 3000, 3), dtype=np.uint8))
    pyramid.prepare()

    canvas.show_image(pyramid)

    assert canvas.is_settled


def test_space_is_kept_from_the_windows_shortcuts(canvas: CanvasView) -> None:
    space, letter = (
        QKeyEvent(QKeyEvent.Type.ShortcutOverride, key, Qt.KeyboardModifier.NoModifier)
        for key in (Qt.Key.Key_Space, Qt.Key.Key_D)
    )
    for event in (space, letter):
        event.ignore()
        QApplication.sendEvent(canvas, event)

    assert space.isAccepted()
    assert not letter.isAccepted()


def test_focus_by_key_is_shown_and_by_mouse_is_not(canvas: CanvasView) -> None:
    accent = theme().color("accent")

    QApplication.sendEvent(canvas, QFocusEvent(QFocusEvent.Type.FocusIn, Qt.FocusReason.TabFocusReason))
    assert canvas.grab().toImage().pixelColor(0, 300) == accent

    QApplication.sendEvent(canvas, QFocusEvent(QFocusEvent.Type.FocusIn, Qt.FocusReason.MouseFocusReason))
    assert canvas.grab().toImage().pixelColor(0, 300) != accent


def test_the_canvas_has_a_name_and_takes_the_focus(canvas: CanvasView) -> None:
    assert canvas.accessibleName() == "Canvas"
    assert canvas.focusPolicy() == Qt.FocusPolicy.StrongFocus


def test_enter_and_escape_are_announced(qtbot: QtBot, canvas: CanvasView, hand: Any) -> None:
    with qtbot.waitSignal(canvas.accept_requested):
        hand.key(Qt.Key.Key_Return)
    with qtbot.waitSignal(canvas.cancel_requested):
        hand.key(Qt.Key.Key_Escape)


def test_another_theme_repaints_the_ground(canvas: CanvasView) -> None:
    before = canvas.grab().toImage().pixelColor(3, 3)
    appearance = theme().appearance
    try:
        for wanted in ("light", "dark"):
            theme().set_appearance(wanted)
            assert canvas.grab().toImage().pixelColor(3, 3) == theme().color("canvas")
    finally:
        theme().set_appearance(appearance)
    assert before == QColor(before)
