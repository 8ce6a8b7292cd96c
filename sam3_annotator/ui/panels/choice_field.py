"""A line of text beside a list, in which the arrow keys go through what fits."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent

from sam3_annotator.ui.text_field import TextField


class ChoiceField(TextField):
    """What is typed chooses among the rows of a list; the arrows up and down choose another of them."""

    moved = Signal(int)  # 1 down, -1 up

    def begin(self) -> None:
        """Take the keyboard, for a key of the window."""
        self.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.selectAll()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Tell about the arrows up and down."""
        match event.key():
            case Qt.Key.Key_Down:
                self.moved.emit(1)
            case Qt.Key.Key_Up:
                self.moved.emit(-1)
            case _:
                super().keyPressEvent(event)
