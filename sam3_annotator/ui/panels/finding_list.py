"""The panel of findings: what a check found wrong or odd, to be looked at one by one."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QModelIndex, QPoint, Qt, Signal, Slot
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QLabel, QMenu, QStackedWidget, QToolButton, QVBoxLayout, QWidget

from sam3_annotator.project import Finding, FindingKind, counted
from sam3_annotator.ui.item_models.finding_model import FindingModel
from sam3_annotator.ui.panels.empty_state import EmptyState
from sam3_annotator.ui.panels.finding_view import FindingView
from sam3_annotator.ui.panels.narrow_box import NarrowBox
from sam3_annotator.ui.panels.verdict_row import VerdictRow
from sam3_annotator.ui.sizes import bind_font
from sam3_annotator.ui.theme import SPACE_M, SPACE_S, SPACE_XS
from sam3_annotator.ui.verbs.checking import Checking

_COMPARE_TIP: Final = (
    "Find the outlines that the model draws otherwise and, where it takes phrases, objects that are not labelled"
)


class FindingPanel(QWidget):
    """Lists what was found, of one kind or of all, and tells which finding is to be shown.

    What was dismissed is a list of its own, which takes the place of the other. Findings are dismissed, and told again,
    by whoever hears `dismissal_wanted` and `restoring_wanted`. At its foot labels can be compared with the model, which
    whoever hears `comparison_wanted` does.
    """

    show_wanted = Signal(object)  # Finding
    notice = Signal(str)
    focus_left = Signal()
    dismissal_wanted = Signal(object)  # tuple[Finding, ...]
    restoring_wanted = Signal(object)  # tuple[Finding, ...]
    joining_wanted = Signal(object)  # tuple[Finding, ...], the image of each to come into the split of the other
    comparison_wanted = Signal()
    comparison_unwanted = Signal()  # the one under way

    def __init__(self, checking: Checking, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._checking = checking
        self._shown: tuple[Finding, ...] = ()
        self._shows_dismissed = False
        self._model = FindingModel(self)
        self._list = FindingView(self._model)
        self._list.show_wanted.connect(self.show_wanted)
        self._list.notice.connect(self.notice)
        self._list.focus_left.connect(self.focus_left)
        self._list.chosen_changed.connect(self._show_verdict)
        self._list.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self._list.customContextMenuRequested.connect(self._show_menu)
        self._empty = EmptyState("check-all")
        self._empty.link_clicked.connect(checking.start)
        self._stack = QStackedWidget()
        self._stack.addWidget(self._list)
        self._stack.addWidget(self._empty)
        self._verdict = VerdictRow()
        self._verdict.given.connect(self.judge)
        self._verdict.dismissed_wanted.connect(self.show_dismissed)
        self._kinds = NarrowBox()
        self._kinds.setAccessibleName("Kind of findings")
        self._kinds.activated.connect(self._show_kind)
        self._again = QToolButton()
        bind_font(self._again, "caption_strong")
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
        layout.addWidget(self._verdict)
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
    def verdict(self) -> VerdictRow:
        """What calls the chosen finding fine, and leads to those that are."""
        return self._verdict

    @property
    def shows_dismissed(self) -> bool:
        """What was dismissed is listed."""
        return self._shows_dismissed

    @Slot(bool)
    def show_dismissed(self, is_wanted: bool) -> None:
        """List what was dismissed, or what was not."""
        if is_wanted != self._shows_dismissed:
            self._shows_dismissed = is_wanted
            self._list.begin_anew()
            self._show()

    @Slot()
    def judge(self) -> None:
        """Call the chosen finding fine, or have it told again if it was dismissed; then show the next."""
        finding = self._list.chosen
        if finding is not None:
            self._tell_verdict((finding,))
            if self._list.chosen is not finding:  # else it could not be written
                self._list.turn(1)

    def context_menu(self, index: QModelIndex) -> QMenu:
        """Make the menu of a finding: to judge or, of images in two splits, mend it, or all listed of its kind."""
        finding = self._model.finding_at(index.row())
        alike = tuple(each for each in self._model.findings if each.kind is finding.kind)
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        one, many = ("Tell again", "Tell all {} of this kind again")
        if not self._shows_dismissed:
            one, many = ("This is fine", "All {} of this kind are fine")
        for words, findings in ((one, (finding,)), (many.format(f"{len(alike):,}"), alike)):
            action = menu.addAction(words)
            action.setEnabled(finding.kind.is_dismissible)
            action.triggered.connect(lambda _checked, findings=findings: self._tell_verdict(findings))
            if len(alike) == 1:
                break
        if finding.kind.is_of_two_splits and not self._shows_dismissed:
            self._offer_joining(menu, finding, alike)
        return menu

    def _offer_joining(self, menu: QMenu, finding: Finding, alike: tuple[Finding, ...]) -> None:
        menu.addSeparator()
        one = menu.addAction("Put the image into the split of the other")
        one.triggered.connect(lambda: self.joining_wanted.emit((finding,)))
        if len(alike) > 1:
            all_of_them = menu.addAction(f"Put all {len(alike):,} into the splits of the others")
            all_of_them.triggered.connect(lambda: self.joining_wanted.emit(alike))

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
        self._comparison = QLabel(textFormat=Qt.TextFormat.PlainText)
        bind_font(self._comparison, "caption")
        self._comparison.setProperty("tone", "dim")
        self._comparison.setMinimumWidth(1)  # rather cut off than the column made wide
        self._compare = QToolButton()
        bind_font(self._compare, "caption_strong")
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
        self._shows_dismissed = self._shows_dismissed and bool(self._checking.dismissed)
        findings = (self._checking.dismissed if self._shows_dismissed else self._checking.findings) or ()
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
        self._show_verdict()

    def _say_empty(self) -> None:
        if self._checking.is_running:
            self._empty.say("Checking…", "Overlaps, slivers, copies, splits, missing files", icon_name="magnify")
        elif self._checking.findings is None:
            self._empty.say(
                "Not checked yet", "Finds overlaps, slivers, copies and missing files", "Check the project", "check-all"
            )
        else:
            dismissed = len(self._checking.dismissed)
            rest = f"All of it is dismissed: {counted(dismissed, 'finding')}" if dismissed else ""
            self._empty.say("Nothing found", rest or "No mistake that a check can see", "Check again", "check-circle")

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

    @Slot()
    def _show_kind(self) -> None:
        kind, chosen = self._kinds.currentData(), self._list.chosen
        if chosen is None or kind not in (None, chosen.kind):
            self._list.begin_anew()
        self._show_rows()

    def _show_rows(self) -> None:
        kind = self._kinds.currentData()
        self._list.show_rows([each for each in self._shown if kind is None or each.kind == kind])

    @Slot()
    def _show_verdict(self) -> None:
        chosen = self._list.chosen
        self._verdict.show_state(
            is_possible=chosen is not None and chosen.kind.is_dismissible and not self._checking.is_read_only,
            dismissed=len(self._checking.dismissed),
            shows_dismissed=self._shows_dismissed,
        )
        self._verdict.setVisible(bool(self._shown) or bool(self._checking.dismissed))

    def _tell_verdict(self, findings: tuple[Finding, ...]) -> None:
        (self.restoring_wanted if self._shows_dismissed else self.dismissal_wanted).emit(findings)

    @Slot(QPoint)
    def _show_menu(self, place: QPoint) -> None:
        index = self._list.indexAt(place)
        if index.isValid() and not self._checking.is_read_only:
            self.context_menu(index).popup(self._list.viewport().mapToGlobal(place))

    def _show_progress(self, done: int, total: int) -> None:
        if not self._checking.findings:
            self._empty.say("Checking…", f"{done:,} of {total:,} images", icon_name="magnify")

    def _start_or_stop(self) -> None:
        (self._checking.stop if self._checking.is_running else self._checking.start)()
