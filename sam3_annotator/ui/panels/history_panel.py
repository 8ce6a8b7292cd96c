"""The panel of the history: what was done, step by step, and the way back to any state of the project."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QModelIndex, Signal, Slot
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QAbstractItemView, QVBoxLayout, QWidget

from sam3_annotator.project import ChangeKind, ChangeSet
from sam3_annotator.ui.item_delegates.history_delegate import ROW_HEIGHT, HistoryDelegate
from sam3_annotator.ui.item_models.history_model import HistoryModel
from sam3_annotator.ui.panels.empty_state import EmptyState
from sam3_annotator.ui.panels.page_stack import PageStack
from sam3_annotator.ui.panels.quiet_list import OpeningListView
from sam3_annotator.ui.sizes import bind_sizes, scaled
from sam3_annotator.ui.store_bridge import StoreBridge

_LEAST_ROWS: Final = 2


class HistoryView(OpeningListView):
    """Tells which state is to be gone to, by a click or Enter; the one that the project is in is marked."""

    way_wanted = Signal(int)  # steps to redo, negative: to undo

    def __init__(self, model: HistoryModel, parent: QWidget | None = None) -> None:
        super().__init__("History", parent)
        self._history = model
        self.setSelectionMode(QAbstractItemView.SelectionMode.NoSelection)
        self.setModel(model)
        self.setItemDelegate(HistoryDelegate(self))
        self.clicked.connect(self.open_row)

    def show_now(self) -> None:
        """Make the state that the project is in current, and bring it into view."""
        now = self._history.index(self._history.now_row)
        self.setCurrentIndex(now)
        self.scrollTo(now)

    @Slot(QModelIndex)
    def open_row(self, index: QModelIndex) -> None:
        """Go to the state of a row."""
        if index.isValid() and (steps := self._history.steps_to(index.row())):
            self.way_wanted.emit(steps)


class HistoryPanel(QWidget):
    """Lists the steps that can be undone and redone, and tells how far the user wants to go back or forth.

    While nobody sees it, it reads nothing.
    """

    way_wanted = Signal(int)  # steps to redo, negative: to undo
    focus_left = Signal()

    def __init__(self, bridge: StoreBridge, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._model = HistoryModel(bridge.store, self)
        self._view = HistoryView(self._model)
        self._view.way_wanted.connect(self.way_wanted)
        self._view.focus_left.connect(self.focus_left)
        bind_sizes(self._view, lambda: self._view.setMinimumHeight(_LEAST_ROWS * scaled(ROW_HEIGHT)))
        self._empty = EmptyState(
            "pencil-outline", "No steps yet", "What you do is listed here, and a click goes back to before it"
        )
        self._stack = PageStack(self._empty, self._view)
        self._is_outdated = True
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self._stack)
        bridge.changed.connect(self._follow)

    @property
    def model(self) -> HistoryModel:
        """The rows shown."""
        return self._model

    @property
    def view(self) -> HistoryView:
        """The list."""
        return self._view

    def showEvent(self, event: QShowEvent) -> None:
        """Catch up with what was done out of sight."""
        super().showEvent(event)
        if self._is_outdated:
            self._is_outdated = False
            self._model.read_anew()
            self._show_rows()

    @Slot(object)
    def _follow(self, changes: ChangeSet) -> None:
        if not self.isVisible():
            self._is_outdated = True
            return
        bar, current = self._view.verticalScrollBar(), self._view.currentIndex().row()
        place = bar.value()
        self._model.follow(changes)
        if changes.kind is ChangeKind.BACKGROUND:  # who looks for a state stays there while other work goes on
            self._show_rows()
            self._view.setCurrentIndex(self._model.index(current))
            bar.setValue(place)
        elif changes.kind is not ChangeKind.FACTS:
            self._show_rows()

    def _show_rows(self) -> None:
        self._stack.setCurrentWidget(self._view if self._model.rowCount() else self._empty)
        self._view.show_now()
