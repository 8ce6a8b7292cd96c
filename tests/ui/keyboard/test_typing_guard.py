"""Keys stay with the field they are typed into, and a field that goes away is let go."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject
from PySide6.QtWidgets import QApplication, QLineEdit
from pytestqt.qtbot import QtBot

from sam3_annotator.ui.keyboard.typing_guard import TypingGuard


def test_field_that_is_deleted_while_it_has_the_focus_is_let_go(qtbot: QtBot, qapp: QApplication) -> None:
    owner = QObject()
    TypingGuard(qapp, owner)
    field = QLineEdit()
    field.show()
    field.activateWindow()
    field.setFocus()
    qtbot.waitUntil(field.hasFocus)

    with qtbot.captureExceptions() as raised:
        field.deleteLater()
        qapp.sendPostedEvents(None, QEvent.Type.DeferredDelete)

    assert raised == []
