"""The list view of proposals: keys, marks and double clicks that accept or reject the current one."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from PySide6.QtCore import QEvent, QItemSelectionModel, QModelIndex, QPersistentModelIndex, QPoint, Qt, Signal
from PySide6.QtGui import QContextMenuEvent, QKeyEvent, QMouseEvent
from PySide6.QtWidgets import QAbstractItemView, QWidget

from sam3_annotator.ui.canvas.hit_test import BoxXyxy
from sam3_annotator.ui.item_delegates.proposal_delegate import accept_rect, reject_rect
from sam3_annotator.ui.item_models.proposal_model import ProposalModel
from sam3_annotator.ui.keyboard.key_map import KeyMap
from sam3_annotator.ui.keyboard.keys import key_of
from sam3_annotator.ui.panels.quiet_list import QuietListView

_ACCEPT: Final = "accept"
_REJECT: Final = "reject"
_LEAVE: Final = "leave"
# What the keys of the window's actions mean here.
_MEANINGS: Final[Mapping[str, str]] = {
    "accept": _ACCEPT,
    "delete_vertex": _REJECT,
    "delete": _REJECT,
    "escape": _LEAVE,
}


class ProposalView(QuietListView):
    """Its current row is the proposal in focus; it claims its keys before the window's actions see them.

    A key that is held down decides about one proposal only: nobody has looked at those that come up after it.
    """

    accept_wanted = Signal()
    reject_wanted = Signal()
    focus_left = Signal()
    menu_wanted = Signal(QPoint)  # where on the screen, for the current row

    def __init__(self, model: ProposalModel, keys: KeyMap, parent: QWidget | None = None) -> None:
        super().__init__("Proposals", parent)
        self._keys = keys
        self._proposals = model
        self._focus: BoxXyxy | None = None
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setModel(model)

    def turn_to(self, box_xyxy: BoxXyxy | None) -> None:
        """Make this proposal's row the current one; scrolls to it only if it is another than before."""
        row = -1 if box_xyxy is None else self._proposals.row_of(box_xyxy)
        index = self._proposals.index(row) if row >= 0 else QModelIndex()
        if not index.isValid():
            self.selectionModel().clear()
        elif index != self.currentIndex() or not self.selectionModel().isSelected(index):
            self.selectionModel().setCurrentIndex(index, QItemSelectionModel.SelectionFlag.ClearAndSelect)
        if index.isValid() and box_xyxy != self._focus:
            self.scrollTo(index)
        self._focus = box_xyxy

    def claims(self, event: QKeyEvent) -> bool:
        """Take the keys that mean something here; Del would delete the selected instances otherwise."""
        return bool(self._meaning(event))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Tell what a key means for the current proposal."""
        meaning = self._meaning(event)
        if not meaning:
            super().keyPressEvent(event)
        elif meaning == _LEAVE:
            self.focus_left.emit()
        elif self.currentIndex().isValid() and not event.isAutoRepeat():
            self._tell_wish(meaning)

    def focusNextPrevChild(self, next: bool) -> bool:  # noqa: A002 - Qt's
        """Turn to the next proposal, or the previous one, round and round, as Tab does on the canvas."""
        count = self._proposals.rowCount()
        if not count:
            return super().focusNextPrevChild(next)
        before = self.currentIndex()
        self.setCurrentIndex(self._proposals.index((before.row() + (1 if next else -1)) % count))
        self._tell(before)
        return True

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Take a click on a mark for the row it is on, after turning to that row."""
        wish = self._mark_at(event)
        super().mousePressEvent(event)
        if wish:
            self._tell_wish(wish)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Turn to no other row by dragging: only a click says which one is meant."""
        if not event.buttons():
            super().mouseMoveEvent(event)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """Accept; the second of two quick clicks on a mark is a click on the row that has come there."""
        if self._mark_at(event):
            self.mousePressEvent(event)
        elif event.button() == Qt.MouseButton.LeftButton and self.indexAt(event.position().toPoint()).isValid():
            self._tell_wish(_ACCEPT)

    def selectionCommand(
        self,
        index: QModelIndex | QPersistentModelIndex,
        event: QEvent | None = None,  # noqa: ARG002 - Qt's
    ) -> QItemSelectionModel.SelectionFlag:
        """Keep the current row the selected one, also with Ctrl and beside the rows."""
        flag = QItemSelectionModel.SelectionFlag
        return flag.ClearAndSelect if index.isValid() else flag.NoUpdate

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        """Ask for the menu of the current row, to which a right click has turned."""
        current = self.currentIndex()
        if event.reason() == QContextMenuEvent.Reason.Keyboard and current.isValid():
            self.menu_wanted.emit(self.viewport().mapToGlobal(self.visualRect(current).center()))
        elif current.isValid() and self.indexAt(event.pos()) == current:
            self.menu_wanted.emit(event.globalPos())

    def _meaning(self, event: QKeyEvent) -> str:
        """Say what a key means here, "" for nothing."""
        return _MEANINGS.get(self._keys.holder(key_of(event)), "")

    def _tell_wish(self, wish: str) -> None:
        wanted = self.accept_wanted if wish == _ACCEPT else self.reject_wanted
        wanted.emit()

    def _mark_at(self, event: QMouseEvent) -> str:
        place = event.position().toPoint()
        index = self.indexAt(place)
        if event.button() != Qt.MouseButton.LeftButton or not index.isValid():
            return ""
        row = self.visualRect(index)
        for mark, wish in ((accept_rect(row), _ACCEPT), (reject_rect(row), _REJECT)):
            if mark.adjusted(-6, -6, 6, 6).contains(place):
                return wish
        return ""
