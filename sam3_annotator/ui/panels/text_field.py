"""A line of text that tells about Esc, so that a panel can give the focus back."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QLineEdit


class TextField(QLineEdit):
    """A line edit that says when Esc is pressed in it; Qt's own passes that key on in silence."""

    escape_pressed = Signal()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Tell about Esc."""
        if event.key() == Qt.Key.Key_Escape:
            self.escape_pressed.emit()
        super().keyPressEvent(event)
