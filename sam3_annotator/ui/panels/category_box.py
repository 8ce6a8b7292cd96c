"""The box that offers the categories for what is selected, and changes nothing by accident."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QEvent, QObject, Qt, QTimer, Signal
from PySide6.QtGui import QKeyEvent, QWheelEvent
from PySide6.QtWidgets import QWidget

from sam3_annotator.ui.panels.narrow_box import NarrowBox

_MOVING_KEYS: Final = frozenset(
    {Qt.Key.Key_Up, Qt.Key.Key_Down, Qt.Key.Key_PageUp, Qt.Key.Key_PageDown, Qt.Key.Key_Home, Qt.Key.Key_End}
)


class CategoryBox(NarrowBox):
    """Only a choice from the list counts: the wheel passes over the box, and a key that would choose opens the list.

    Once its list is closed it needs no keys, and `focus_left` says so: a letter typed next is the key of an action, not
    the start of a category. `Esc` says so, too.
    """

    focus_left = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.view().installEventFilter(self)

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Leave the wheel to others."""
        event.ignore()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Open the list for a key that Qt would let choose unseen: a letter meant for an action is no category."""
        letters = event.text().strip()
        if event.key() == Qt.Key.Key_Escape:
            self.focus_left.emit()
        elif event.key() in _MOVING_KEYS or (letters.isprintable() and letters):
            self.showPopup()
            self.view().keyboardSearch(letters)
        else:
            super().keyPressEvent(event)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Notice that the list is closed, by whatever closes it."""
        if event.type() == QEvent.Type.Hide and watched is self.view():
            QTimer.singleShot(0, self, self.focus_left.emit)  # the box has the focus again only then
        return super().eventFilter(watched, event)
