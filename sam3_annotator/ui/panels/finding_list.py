"""The panel of findings: what a check found wrong or odd, to be looked at one by one."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from PySide6.QtCore import QItemSelectionModel, QModelIndex, Qt, Signal, Slot
from PySide6.QtGui import QKeyEvent, QMouseEvent, QResizeEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QComboBox,
    QHBoxLayout,
    QLabel,
    QStackedWidget,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from sam3_annotator.project import Finding, FindingKind, counted
from sam3_annotator.ui.item_delegates.finding_delegate import FindingDelegate
from sam3_annotator.ui.item_models.finding_model import FindingModel
from sam3_annotator.ui.panels.empty_state import EmptyState
from sam3_annotator.ui.panels.narrow_box import NarrowBox
from sam3_annotator.ui.panels.quiet_list import QuietListView, opens_or_leaves
from sam3_annotator.ui.theme import SPACE_M, SPACE_S, SPACE_XS, theme
from sam3_annotator.ui.verbs.checking import Checking

_COMPARE_TIP: Final = (
    "Find the outlines that the model draws otherwise and, where it takes phrases, objects that are not labelled"
)


class FindingView(QuietListView):
    """Tells which finding is to be shown; Enter and a click on the current one ask for it once more.

    After a click or Enter on something that is missed the keys are the canvas's, where it is proposed.
    """

    show_wanted = Signal(object)  # Finding
    notice = Signal(str)  # a sentence saying that all have had their turn
    focus_left = Signal()

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

    def _choose(self, index: QModelIndex) -> None:
        self.selectionModel().setCurrentIndex(index, QItemSelectionModel.SelectionFlag.ClearAndSelect)

    def claims(self, event: QKeyEvent) -> bool:
        """Take Enter and Esc."""
        return opens_or_leaves(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Show the current finding again, or go back to the canvas."""
        if not opens_or_leaves(event):
            super().keyPressEvent(event)
        elif event.key() == Qt.Key.Key_Escape:
            self.focus_left.emit()
        else:
            is_missed = self._is_missed(self.currentIndex())
            self._tell_wish(self.currentIndex())
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


class FindingPanel(QWidget):
    """Lists what was found, of one kind or of all, and tells which finding is to be shown.

    At its foot labels can be compared with the model, which whoever hears `comparison_wanted` does.
    """

    show_wanted = Signal(object)  # Finding
    notice = Signal(str)
    focus_left = Signal()
    comparison_wanted = Signal()
    comparison_unwanted = Signal()  # the one under way

    def __init__(self, checking: Checking, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._checking = checking
        self._shown: tuple[Finding, ...] = ()
        self._model = FindingModel(self)
        self._list = FindingView(self._model)
        self._list.show_wanted.connect(self.show_wanted)
        self._list.notice.connect(self.notice)
        self._list.focus_left.connect(self.focus_left)
        self._empty = EmptyState("check-all")
        self._empty.link_clicked.connect(checking.start)
        self._stack = QStackedWidget()
        self._stack.addWidget(self._list)
        self._stack.addWidget(self._empty)
        self._kinds = NarrowBox()
        self._kinds.setAccessibleName("Kind of findings")
        self._kinds.activated.connect(self._show_rows)
        self._again = QToolButton()
        self._again.setFont(theme().font("caption_strong"))
        self._again.clicked.connect(self._start_or_stop)
        self._header = QWidget()
        row = QHBoxLayout(self._header)
        row.setContentsMargins(SPACE_M, 0, SPACE_S, SPACE_XS)
        row.addWidget(self._kinds, stretch=1)
        row.addWidget(self._again)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(self._header)
        layout.addWidget(self._stack, stretch=1)
        layout.addWidget(self._make_foot())
        checking.changed.connect(self._show)
        checking.progress.connect(self._show_progress)
        self._show()

    @property
    def model(self) -> FindingModel:
        """The rows shown."""
        return self._model

    @property
    def view(self) -> FindingView:
        """The list."""
        return self._list

    @property
    def kinds(self) -> QComboBox:
        """The box that chooses which kind is listed."""
        return self._kinds

    @property
    def compare_button(self) -> QToolButton:
        """What starts a comparison, or stops it."""
        return self._compare

    def show_comparison(self, *, is_running: bool) -> None:
        """Say whether labels are being compared with the model, and offer the other."""
        self._is_comparing = is_running
        self._comparison.setText("Comparing…" if is_running else "")
        self._compare.setText("Stop" if is_running else "Compare with the model")
        self._compare.setToolTip("Stop comparing" if is_running else _COMPARE_TIP)

    def show_comparison_progress(self, done: int, total: int) -> None:
        """Say how many images have been compared, of how many."""
        if self._is_comparing:
            self._comparison.setText(f"Compared {done:,} of {counted(total, 'image')}")

    def _make_foot(self) -> QWidget:
        self._comparison = QLabel()
        self._comparison.setFont(theme().font("caption"))
        self._comparison.setProperty("tone", "dim")
        self._comparison.setMinimumWidth(1)  # rather cut off than the column made wide
        self._compare = QToolButton()
        self._compare.setFont(theme().font("caption_strong"))
        self._compare.clicked.connect(
            lambda: (self.comparison_unwanted if self._is_comparing else self.comparison_wanted).emit()
        )
        foot = QWidget()
        row = QHBoxLayout(foot)
        row.setContentsMargins(SPACE_M, SPACE_XS, SPACE_S, SPACE_XS)
        row.addWidget(self._comparison, stretch=1)
        row.addWidget(self._compare)
        self.show_comparison(is_running=False)
        return foot

    def _show(self) -> None:
        findings = self._checking.findings or ()
        if findings is not self._shown:  # most edits leave them as they are, and there may be many
            self._shown = findings
            self._fill_kinds(findings)
            self._show_rows()
        self._header.setVisible(bool(findings))
        self._again.setText("Stop" if self._checking.is_running else "Check again")
        self._again.setProperty("tone", "warning" if self._checking.is_outdated else "")
        self._again.setToolTip(
            "The project has been changed since it was checked" if self._checking.is_outdated else "Check the project"
        )
        self._stack.setCurrentWidget(self._list if findings else self._empty)
        if not findings:
            self._say_empty()

    def _say_empty(self) -> None:
        if self._checking.is_running:
            self._empty.say("Checking…", "Overlaps, slivers, copies, splits, missing files", icon_name="magnify")
        elif self._checking.findings is None:
            self._empty.say(
                "Not checked yet", "Finds overlaps, slivers, copies and missing files", "Check the project", "check-all"
            )
        else:
            self._empty.say("Nothing found", "No mistake that a check can see", "Check again", "check-circle")

    def _fill_kinds(self, findings: tuple[Finding, ...]) -> None:
        chosen = self._kinds.currentData()
        counts = dict.fromkeys(FindingKind, 0)
        for finding in findings:
            counts[finding.kind] += 1
        self._kinds.clear()
        self._kinds.addItem(f"All ({len(findings):,})", None)
        for kind, count in counts.items():
            if count:
                self._kinds.addItem(f"{kind.heading} ({count:,})", kind)
        self._kinds.setCurrentIndex(max(self._kinds.findData(chosen), 0))
        # The list may be wider than the box: headings differ in their last words.
        self._kinds.view().setMinimumWidth(self._kinds.view().sizeHintForColumn(0) + SPACE_M)

    def _show_rows(self) -> None:
        kind = self._kinds.currentData()
        self._list.show_rows([each for each in self._checking.findings or () if kind is None or each.kind == kind])

    def _show_progress(self, done: int, total: int) -> None:
        if not self._checking.findings:
            self._empty.say("Checking…", f"{done:,} of {total:,} images", icon_name="magnify")

    def _start_or_stop(self) -> None:
        (self._checking.stop if self._checking.is_running else self._checking.start)()
