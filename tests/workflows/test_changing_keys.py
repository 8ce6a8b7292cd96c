"""A left-handed labeler makes the keys fit: on the page of keys, in the work, and the day after."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from sam3_annotator.ui.keyboard.key_hint_bar import KeyHintBar
from sam3_annotator.ui.keyboard.shortcuts_dialog import ShortcutsDialog


def change(qtbot, user, action_id: str, key: Qt.Key, *more: Qt.Key) -> None:
    user.press(Qt.Key.Key_F1)
    (dialog,) = (each for each in user.window.findChildren(ShortcutsDialog) if each.isVisible())
    row = dialog.row(action_id)
    row.setFocus()
    for each in (Qt.Key.Key_Return, key, *more):
        QTest.keyClick(row, each)
    QTest.keyClick(row, Qt.Key.Key_Escape)
    user.window.activateWindow()
    qtbot.waitUntil(user.window.isActiveWindow)
    user.window.focus_canvas()


def hints(user) -> str:
    return user.window.findChild(KeyHintBar).accessibleName()


def test_keys_changed_on_the_page_are_worked_with_and_kept(qtbot, user) -> None:
    user.add_category("cat")
    change(qtbot, user, "next_image", Qt.Key.Key_F, Qt.Key.Key_Return)  # takes it from "Fit image"
    change(qtbot, user, "accept", Qt.Key.Key_G)

    user.click(30, 30)
    user.settle()
    assert hints(user).startswith("G: accept")
    user.press(Qt.Key.Key_G)
    assert len(user.instances(0)) == 1
    user.press(Qt.Key.Key_F)
    user.settle()
    assert user.image_position() == 1

    user.restart()
    before = user.image_position()
    user.press(Qt.Key.Key_D)
    assert user.image_position() == before
    user.press(Qt.Key.Key_A)
    user.settle()
    at = user.image_position()
    user.press(Qt.Key.Key_F)
    user.settle()

    assert user.image_position() == at + 1


def test_a_key_for_vertices_deletes_them_and_the_old_one_does_not(qtbot, user) -> None:
    user.add_category("cat")
    user.press(Qt.Key.Key_P)
    for x, y in ((10, 10), (50, 10), (50, 50)):
        user.click(x, y)
    change(qtbot, user, "delete_vertex", Qt.Key.Key_J)

    user.press(Qt.Key.Key_Backspace)
    assert len(user.window.canvas.polygon.vertices) == 3
    user.press(Qt.Key.Key_J)

    assert len(user.window.canvas.polygon.vertices) == 2
