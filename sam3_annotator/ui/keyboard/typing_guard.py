"""Keeps single keys for the text field that has the focus, instead of triggering actions."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import (
    QAbstractSpinBox,
    QApplication,
    QComboBox,
    QKeySequenceEdit,
    QLineEdit,
    QPlainTextEdit,
    QTextEdit,
    QWidget,
)
from shiboken6 import isValid

_TEXT_WIDGETS = (QLineEdit, QPlainTextEdit, QTextEdit, QAbstractSpinBox, QComboBox, QKeySequenceEdit)
_FUNCTION_KEYS = range(Qt.Key.Key_F1, Qt.Key.Key_F35 + 1)
_COMMAND_MODIFIERS = (
    Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.AltModifier | Qt.KeyboardModifier.MetaModifier
)


def takes_text(widget: QWidget | None) -> bool:
    """Say whether keys typed now are meant for this widget: a text field, or the list of an open combo box."""
    if widget is None:
        return False
    return isinstance(widget, _TEXT_WIDGETS) or _is_in_popup(widget)


def _is_in_popup(widget: QObject) -> bool:
    return isinstance(widget, QWidget) and widget.window().windowType() == Qt.WindowType.Popup


class TypingGuard(QObject):
    """Follows the focus; in a text field it claims every key without Ctrl, Alt or Meta before the shortcuts see it.

    Only the focused text field is watched, so other events of the application pay nothing.
    """

    def __init__(self, app: QApplication, parent: QObject) -> None:
        super().__init__(parent)
        self._watched: QWidget | None = None
        app.focusChanged.connect(self._follow)
        self._follow(None, app.focusWidget())

    def _follow(self, _old: QWidget | None, new: QWidget | None) -> None:
        if self._watched is not None and isValid(self._watched):  # one being deleted loses the focus on its way
            self._watched.removeEventFilter(self)
            self._watched.destroyed.disconnect(self._forget)
        self._watched = new if takes_text(new) else None
        if self._watched is not None:
            self._watched.installEventFilter(self)
            self._watched.destroyed.connect(self._forget)

    def _forget(self) -> None:
        self._watched = None

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Accept the override of a bare key, so that it arrives as typing.

        The list of a combo box takes Enter and Esc in a filter of its own, which must see the event too.
        """
        if event.type() == QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent):
            is_command = bool(event.modifiers() & _COMMAND_MODIFIERS) or event.key() in _FUNCTION_KEYS
            if not is_command:
                event.accept()
                return not _is_in_popup(watched)
        return super().eventFilter(watched, event)
