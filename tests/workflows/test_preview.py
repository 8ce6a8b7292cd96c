"""What a click would outline is seen under the cursor before the first click, and nowhere else."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from sam3_annotator.project import region_to_mask
from sam3_annotator.ui.canvas.preview_item import PreviewKind
from sam3_annotator.ui.settings import PreviewMode, Settings

SHIFT = Qt.KeyboardModifier.ShiftModifier


@pytest.fixture(autouse=True)
def _always(isolated_user, qapp):
    Settings().preview = PreviewMode.ON


@pytest.fixture
def previewed(user):
    """Give the region that is previewed on the canvas, or None."""
    return lambda: user.window.canvas._overlay.previews[PreviewKind.CLICK].region


@pytest.fixture
def hover(user, previewed, qtbot):
    """Move the cursor to a place of the image and wait for the preview there."""

    def to(x: float, y: float) -> None:
        canvas = user.window.canvas
        place = canvas.viewport_from_image(QPointF(x, y)).toPoint()
        QTest.mouseMove(canvas.viewport(), place - QPoint(9, 0))  # the cursor may be there since the test before
        QTest.mouseMove(canvas.viewport(), place)
        qtbot.waitUntil(lambda: _is_over(previewed(), x, y), timeout=20_000)
        user.settle()

    return to


def _is_over(region, x: float, y: float) -> bool:
    return region is not None and bool(region_to_mask(region, 60, 80)[int(y), int(x)])


def test_the_preview_follows_the_cursor(hover, previewed):
    hover(20, 20)
    first = previewed()
    hover(60, 40)

    assert previewed() != first


def test_a_click_gives_what_was_previewed(user, hover, previewed):
    hover(40, 30)
    expected = region_to_mask(previewed(), 60, 80)

    user.click(40, 30)
    user.settle()

    assert previewed() is None
    assert (region_to_mask(user.draft.region, 60, 80) == expected).mean() > 0.98


def test_the_preview_leaves_no_step_and_no_draft(user, hover):
    hover(40, 30)

    assert user.draft is None
    assert user.window.store.undo_label is None


def test_it_ends_when_the_cursor_leaves_the_canvas(user, hover, previewed):
    hover(40, 30)

    QApplication.sendEvent(user.window.canvas.viewport(), QEvent(QEvent.Type.Leave))

    assert previewed() is None


def test_it_ends_when_another_tool_is_taken(user, hover, previewed):
    hover(40, 30)

    user.press(Qt.Key.Key_B)

    assert previewed() is None


def test_it_ends_when_another_image_is_shown(user, hover, previewed):
    hover(40, 30)

    user.press(Qt.Key.Key_D)
    user.settle()

    assert previewed() is None


def test_it_ends_when_the_image_is_taken_in_the_hand(user, hover, previewed):
    hover(40, 30)
    viewport = user.window.canvas.viewport()
    place = user.window.canvas.viewport_from_image(QPointF(40, 30)).toPoint()

    QTest.mousePress(viewport, Qt.MouseButton.MiddleButton, pos=place)
    QTest.mouseMove(viewport, place + place * 0.2)

    assert previewed() is None
    QTest.mouseRelease(viewport, Qt.MouseButton.MiddleButton, pos=place)


def test_it_ends_while_space_is_held(user, hover, previewed):
    hover(40, 30)

    QTest.keyPress(user.window.canvas, Qt.Key.Key_Space)

    assert previewed() is None
    QTest.keyRelease(user.window.canvas, Qt.Key.Key_Space)


def test_it_ends_while_the_view_moves_and_comes_back_below_the_resting_cursor(user, hover, previewed, qtbot):
    hover(40, 30)
    canvas = user.window.canvas
    at = canvas.viewport_from_image(QPointF(40, 30))
    globally = QPointF(canvas.viewport().mapToGlobal(at.toPoint()))
    none = Qt.MouseButton.NoButton, Qt.KeyboardModifier.NoModifier, Qt.ScrollPhase.NoScrollPhase, False

    QApplication.sendEvent(canvas.viewport(), QWheelEvent(at, globally, QPoint(), QPoint(0, 120), *none))

    assert previewed() is None
    qtbot.waitUntil(lambda: _is_over(previewed(), 40, 30))


def test_the_view_menu_switches_it_off_for_good(user, hover, previewed):
    action = user.window.window_actions.action("toggle_preview")
    hover(40, 30)
    assert action.isChecked()

    action.trigger()

    assert previewed() is None
    assert not action.isChecked()
    user.restart()
    assert not user.window.window_actions.action("toggle_preview").isChecked()


def test_fast_moves_over_two_images_never_show_a_preview_of_the_other(user, fake_session, previewed):
    canvas = user.window.canvas
    fake_session.hold()
    for x in range(10, 50, 4):
        QTest.mouseMove(canvas.viewport(), canvas.viewport_from_image(QPointF(x, 20)).toPoint())
    user.press(Qt.Key.Key_D)
    fake_session.release()
    user.settle()

    assert previewed() is None
