"""The list of findings: turned through one by one, each of which is asked to be shown."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QItemSelectionModel, QModelIndex, Qt, Signal, Slot
from PySide6.QtGui import QMouseEvent, QResizeEvent
from PySide6.QtWidgets import QAbstractItemView, QWidget

from sam3_annotator.project import Finding, FindingKind
from sam3_annotator.ui.item_delegates.finding_delegate import FindingDelegate
from sam3_annotator.ui.item_models.finding_model import FindingModel
from sam3_annotator.ui.panels.quiet_list import OpeningListView


class FindingView(OpeningListView):
    """Tells which finding is to be shown; Enter and a click on the current one ask for it once more.

    After a click or Enter on something that is missed the keys are the canvas's, where it is proposed.
    """

    show_wanted = Signal(object)  # Finding
    notice = Signal(str)  # a sentence saying that all have had their turn
    chosen_changed = Signal()

    def __init__(self, model: FindingModel, parent: QWidget | None = None) -> None:
        super().__init__("Findings", parent)
        self._findings = model
        self._next_row = 0  # where to begin while none is chosen
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setModel(model)
        self.setUniformItemSizes(False)  # the chosen row shows its whole sentence
        self._delegate = FindingDelegate(self)
        self.setItemDelegate(self._delegate)
        self.selectionModel().selectionChanged.connect(self._follow_choice)
        self.row_chosen.connect(self._tell_wish)

    @property
    def chosen(self) -> Finding | None:
        """The chosen finding; None without."""
        row = self._chosen_row()
        return None if row is None else self._findings.finding_at(row)

    def begin_anew(self) -> None:
        """Choose none: what is listed next is another list, of which the first comes first."""
        self.clearSelection()
        self._next_row = 0

    def turn(self, step: int) -> None:
        """Turn to the next finding, or with -1 to the previous one, round and round, and tell where it begins anew."""
        count = self._findings.rowCount()
        if count:
            chosen = self._chosen_row()
            row = step + (chosen if chosen is not None else self._next_row - (step > 0))
            if not 0 <= row < count and (chosen is not None or self._next_row):
                self.notice.emit(_begun_anew(count, step))
            index = self._findings.index(row % count)
            self._choose(index)
            self._tell_wish(index)

    def show_rows(self, findings: Sequence[Finding]) -> None:
        """List these findings; the chosen one stays so; where it is gone, the next turn leads to the one after it."""
        chosen = self._chosen_row()
        following = self._findings.findings[self._next_row if chosen is None else chosen :]
        self._findings.show(findings)
        if chosen is not None and (row := self._findings.row_of(following[0])) >= 0:
            self._choose(self._findings.index(row))
        elif chosen is not None or self._next_row:  # else nobody has begun, and what comes on top is the first
            # By what they say: to look for whole findings, outlines and all, takes long where there are many.
            rows = {finding.sentence: row for row, finding in enumerate(findings)}
            after = (rows[each.sentence] for each in following if each.sentence in rows)
            self._next_row = next(after, len(findings) if following else 0)  # past the last, else a new list
        self._open_chosen()
        self.chosen_changed.emit()  # also where the chosen row is another by now, of which Qt says nothing

    def _chosen_row(self) -> int | None:
        """Give the chosen row; Qt makes a row current that nobody has chosen."""
        chosen = self.selectionModel().selectedRows()
        return chosen[0].row() if chosen else None

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Break the sentence of the chosen row anew."""
        super().resizeEvent(event)
        self._open_chosen()

    @Slot()
    def _open_chosen(self) -> None:
        """Give the chosen row room for its whole sentence."""
        row = self._chosen_row()
        self._delegate.open_row(None if row is None else self._findings.index(row))
        self.scheduleDelayedItemsLayout()

    @Slot()
    def _follow_choice(self) -> None:
        self._open_chosen()
        if (row := self._chosen_row()) is not None:
            self.scrollTo(self._findings.index(row))
        self.chosen_changed.emit()

    def _choose(self, index: QModelIndex) -> None:
        self.selectionModel().setCurrentIndex(index, QItemSelectionModel.SelectionFlag.ClearAndSelect)

    def open_row(self, index: QModelIndex) -> None:
        """Show the finding again."""
        is_missed = self._is_missed(index)
        self._tell_wish(index)
        if is_missed:
            self.focus_left.emit()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Take a click on the current row as the wish to see it again."""
        index = self.indexAt(event.position().toPoint())
        is_current = index.isValid() and index == self.currentIndex()
        is_missed = self._is_missed(index)
        super().mousePressEvent(event)
        if event.button() == Qt.MouseButton.LeftButton:
            if is_current:
                self._tell_wish(index)
            if is_missed:
                self.focus_left.emit()

    def _is_missed(self, index: QModelIndex) -> bool:
        return index.isValid() and self._findings.finding_at(index.row()).kind is FindingKind.MISSED_OBJECT

    def _tell_wish(self, index: QModelIndex) -> None:
        if index.isValid():
            self.show_wanted.emit(self._findings.finding_at(index.row()))


def _begun_anew(count: int, step: int) -> str:
    if count == 1:
        return "This is the only finding that is listed."
    ends = ("last", "first") if step > 0 else ("first", "last")
    return "That was the {} of the findings listed; this is the {}.".format(*ends)
