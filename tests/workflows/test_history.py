"""A labeler looks at what was done, and goes back to before a mistake and forth again."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QDockWidget

from sam3_annotator.project import rectangle
from tests.workflows.sequences import put

SHIFT_CTRL = Qt.KeyboardModifier.ShiftModifier | Qt.KeyboardModifier.ControlModifier


@pytest.fixture
def labelled(user):
    """Label a cat on each of three images, and show the list of what was done."""
    user.add_category("cat")
    for position in range(3):
        put(user, position, "cat", rectangle(2, 2, 20, 20))
    user.press(Qt.Key.Key_U)
    return user


def click(user, row: int) -> None:
    view = user.window.history_panel.view
    QTest.mouseClick(view.viewport(), Qt.MouseButton.LeftButton, pos=view.visualRect(view.model().index(row)).center())
    user.settle()


def test_a_key_shows_the_history_and_gives_it_the_keyboard(labelled):
    panel = labelled.window.history_panel
    assert panel.isVisible()
    assert QApplication.focusWidget() is panel.view

    QTest.keyClick(panel.view, Qt.Key.Key_Escape)

    assert QApplication.focusWidget() is labelled.window.canvas


def test_one_click_goes_back_many_steps_and_another_forth(labelled):
    before = [len(labelled.instances(position)) for position in range(3)]
    click(labelled, 2)
    assert [len(labelled.instances(position)) for position in range(3)] == [1, 0, 0]
    assert labelled.image_position() == 1

    click(labelled, 0)

    assert before == [1, 1, 1]
    assert [len(labelled.instances(position)) for position in range(3)] == before
    assert labelled.image_position() == 2


def test_enter_goes_to_the_state_the_keyboard_is_at(labelled):
    view = labelled.window.history_panel.view

    QTest.keyClick(view, Qt.Key.Key_Down)
    QTest.keyClick(view, Qt.Key.Key_Return)
    labelled.settle()

    assert labelled.instances(2) == ()
    assert view.currentIndex().row() == 1


def test_a_draft_is_kept_or_discarded_first(labelled, tell):
    labelled.click(30, 30)
    labelled.settle()
    draft = labelled.draft
    assert draft is not None

    click(labelled, 3)
    assert labelled.draft == draft
    assert len(labelled.instances(2)) == 1
    assert "Keep or discard it first" in tell()[0]
    labelled.press(Qt.Key.Key_Escape)
    click(labelled, 3)

    assert labelled.instances(0) == ()
    assert tell() == []


def test_the_smallest_window_has_room_for_it(labelled, qtbot):
    window = labelled.window
    window.check_project()
    window.resize(window.minimumSize())
    docks = [window.findChild(QDockWidget, name) for name in ("images", "findings", "history")]

    def has_room() -> bool:
        return all(dock.widget().height() >= dock.widget().minimumSizeHint().height() for dock in docks)

    qtbot.waitUntil(has_room)
    assert window.size() == window.minimumSize()
    labelled.settle()


def test_what_is_undone_on_another_image_is_told_there_until_something_else_is_done(labelled, tell):
    assert labelled.image_position() == 0

    labelled.press(Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    labelled.settle()
    assert labelled.image_position() == 2
    assert tell() == ["Undone here: Add instance."]

    labelled.press(Qt.Key.Key_Z, SHIFT_CTRL)
    labelled.settle()
    assert tell() == []
