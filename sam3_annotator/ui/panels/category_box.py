"""The box that offers the categories for what is selected, and changes nothing by accident."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, QTimer, Signal
from PySide6.QtGui import QWheelEvent
from PySide6.QtWidgets import QWidget

from sam3_annotator.ui.panels.narrow_box import NarrowBox


class CategoryBox(NarrowBox):
    """Only a choice from the list counts: the wheel passes over the box, and once its list is closed it needs no keys.

    `focus_left` says so: a letter typed next is the key of an action, not the start of a category.
    """

    focus_left = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.view().installEventFilter(self)

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Leave the wheel to others."""
        event.ignore()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Notice that the list is closed, by whatever closes it."""
        if event.type() == QEvent.Type.Hide and watched is self.view():
            QTimer.singleShot(0, self, self.focus_left.emit)  # the box has the focus again only then
        return super().eventFilter(watched, event)
