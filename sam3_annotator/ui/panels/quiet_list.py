"""The list view of the panels: it tells what the user chose, and leaves letter keys to the window's actions."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QModelIndex, Qt, Signal
from PySide6.QtGui import QKeyEvent, QMouseEvent
from PySide6.QtWidgets import QAbstractItemView, QFrame, QListView, QWidget

from sam3_annotator.ui.modifiers import is_bare


class QuietListView(QListView):
    """A list of equally high rows.

    `row_chosen` is emitted when the user makes another row current, by mouse or key; not when rows come, go
    or are filtered, which also moves Qt's current row.
    """

    row_chosen = Signal(QModelIndex)

    def __init__(self, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName(name)
        self.setUniformItemSizes(True)
        self.setMouseTracking(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.verticalScrollBar().setSingleStep(16)

    def claims(self, event: QKeyEvent) -> bool:  # noqa: ARG002 - for lists that have keys
        """Say whether a key means something in this list, before the window's actions see it."""
        return False

    def event(self, event: QEvent) -> bool:
        """Claim the keys that mean something here."""
        if event.type() == QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent) and self.claims(event):
            event.accept()
            return True
        return super().event(event)

    def keyboardSearch(self, search: str) -> None:
        """Do nothing: a letter is an action's key, not the start of a row's name."""

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Tell which row was chosen."""
        before = self.currentIndex()
        super().mousePressEvent(event)
        self._tell(before)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Tell which row was chosen; Space, which holds the image, is not for a list."""
        if event.key() == Qt.Key.Key_Space and is_bare(event.modifiers()):
            event.ignore()
            return
        before = self.currentIndex()
        super().keyPressEvent(event)
        self._tell(before)

    def _tell(self, before: QModelIndex) -> None:
        current = self.currentIndex()
        if current.isValid() and current != before:
            self.row_chosen.emit(current)


class OpeningListView(QuietListView):
    """A list whose current row is opened by Enter, and which Esc leaves."""

    focus_left = Signal()

    def claims(self, event: QKeyEvent) -> bool:
        """Take Enter and Esc, alone."""
        return is_bare(event.modifiers()) and event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Escape)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Open the current row, or go back to the canvas."""
        if not self.claims(event):
            super().keyPressEvent(event)
        elif event.key() == Qt.Key.Key_Escape:
            self.focus_left.emit()
        else:
            self.open_row(self.currentIndex())

    def open_row(self, index: QModelIndex) -> None:
        """Do what Enter means in this list; the index is not valid where there is no row."""
        raise NotImplementedError
