"""The frame of dialogs that start long work: a form, then progress with a way out, then a report."""

from __future__ import annotations

from PySide6.QtCore import Qt, QUrl
from PySide6.QtGui import QCloseEvent, QDesktopServices
from PySide6.QtWidgets import (
    QDialog,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QLayout,
    QProgressBar,
    QPushButton,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from sam3_annotator.ui.background import BackgroundTask, Work, error_sentence
from sam3_annotator.ui.dialogs.note_line import NoteLine
from sam3_annotator.ui.dialogs.report import Report, ReportView
from sam3_annotator.ui.theme import CONTROL_HEIGHT, SPACE_L, SPACE_M, SPACE_S, SPACE_XL, theme

LABEL_WIDTH = 88
DIALOG_WIDTH = 600


class TaskDialog(QDialog):
    """Stays out of the window's way while its work runs; Esc stops the work first, then closes.

    A child fills `form` by `add_row`, tells in `describe` what would happen (`say`, `primary.setEnabled`),
    starts the work in `begin` by `run`, and turns its result into a report in `conclude`.
    """

    is_blocking = False

    def __init__(self, title: str, verb: str, work: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._work_name = work
        self._task: BackgroundTask | None = None
        self._row_count = 0
        self._tells_outcome = False
        self.setWindowTitle(title)
        self.setMinimumWidth(DIALOG_WIDTH)
        heading = QLabel(title)
        heading.setFont(theme().font("title"))
        self.form = QWidget()
        self._grid = QGridLayout(self.form)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setHorizontalSpacing(SPACE_M)
        self._grid.setVerticalSpacing(SPACE_M)
        self._grid.setColumnMinimumWidth(0, LABEL_WIDTH)
        self._grid.setColumnStretch(1, 1)
        self.report = ReportView()
        self._pages = QStackedWidget()
        self._pages.addWidget(self.form)
        self._pages.addWidget(self.report)
        self._note = NoteLine()
        self.progress = QProgressBar(textVisible=False)
        self.progress.setAccessibleName("Progress")
        self.progress.hide()
        self.primary = QPushButton(verb)
        self.primary.setProperty("kind", "primary")
        self.primary.setDefault(True)
        self.primary.clicked.connect(self._press_primary)
        self.secondary = QPushButton("Cancel")
        self.secondary.setAutoDefault(False)
        self.secondary.clicked.connect(self._press_secondary)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(SPACE_XL, SPACE_L + 4, SPACE_XL, SPACE_L)
        layout.setSpacing(SPACE_L)
        layout.addWidget(heading)
        layout.addWidget(self._pages, stretch=1)
        layout.addWidget(self.progress)
        layout.addWidget(self._note)
        layout.addLayout(self._make_bottom())

    # What a child does

    def add_row(self, label: str, content: QWidget | QLayout) -> QLabel:
        """Add a row to the form; gives its label."""
        row, self._row_count = self._row_count, self._row_count + 1
        self._grid.setRowStretch(row, 0)
        self._grid.setRowStretch(row + 1, 1)  # rows keep together at the top
        caption = QLabel(label)
        caption.setProperty("tone", "dim")
        caption.setMinimumHeight(CONTROL_HEIGHT)
        if isinstance(content, QLayout):
            self._grid.addLayout(content, row, 1)
        else:
            self._grid.addWidget(content, row, 1)
            caption.setBuddy(content)
            if not row:
                content.setFocus()
        self._grid.addWidget(caption, row, 0, Qt.AlignmentFlag.AlignTop)
        return caption

    def say(self, text: str, tone: str = "dim") -> None:
        """Say below the form what would happen, or what is in the way (`tone` "danger" or "warning")."""
        self._note.say(text, tone)
        self._grow()

    def describe(self) -> None:
        """Say what would happen now, and whether it can."""
        raise NotImplementedError

    def begin(self) -> None:
        """Start the work with `run`, after the button or Enter was pressed."""
        raise NotImplementedError

    def conclude(self, value: object) -> Report:
        """Turn the result of the work into what is reported."""
        raise NotImplementedError

    def progress_words(self, done: int, total: int) -> str:
        """Say how far the work is."""
        return f"{done:,} of {total:,}"

    def run(self, work: Work) -> None:
        """Run the work in the background, the form locked."""
        self._task = BackgroundTask(work, owner=self)
        self._task.progress.connect(self._show_progress)
        self._task.result.connect(self._show_result)
        self._task.failed.connect(self._show_failure)
        self._task.cancelled.connect(self._show_cancelled)
        self.form.setEnabled(False)
        self.primary.hide()
        self.secondary.setText("Stop")
        self.progress.setRange(0, 0)
        self.progress.show()
        self.say("Starting…")
        self._task.start()

    def refresh(self) -> None:
        """Describe what would happen now; called when the user has changed something."""
        self._tells_outcome = False
        self.describe()

    def refresh_quietly(self) -> None:
        """Describe what would happen now, unless the line below the form speaks of work under way or just ended."""
        if self.is_idle and not self._tells_outcome:
            self.describe()

    # What the user does

    def open(self) -> None:
        """Show the dialog; beside the window, which stays usable, unless it `is_blocking`."""
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowModality(Qt.WindowModality.WindowModal if self.is_blocking else Qt.WindowModality.NonModal)
        self.show()
        self.raise_()

    @property
    def is_idle(self) -> bool:
        """Whether no work of this dialog is under way."""
        return self._task is None or self._task.is_idle

    @property
    def note(self) -> str:
        """The line below the form."""
        return self._note.text

    def reject(self) -> None:
        """Stop the work if it runs, else close."""
        if self.is_idle:
            super().reject()
        else:
            self.stop()
            self.secondary.setEnabled(False)
            self.say("Stopping…")

    def stop(self) -> None:
        """Stop the work, if any is under way."""
        if not self.is_idle and self._task is not None:
            self._task.cancel()

    def closeEvent(self, event: QCloseEvent) -> None:
        """Close at once: the work stops along with the dialog. What writes to the open project is only stopped."""
        if self.is_blocking:
            super().closeEvent(event)  # as Esc
        else:
            self.stop()
            event.accept()

    def _grow(self) -> None:
        """Make room for more words; Qt alone would squeeze the form instead."""
        layout = self.layout()
        if layout is not None and self.isVisible():
            needed = layout.totalHeightForWidth(self.width()) if layout.hasHeightForWidth() else 0
            self.resize(self.width(), max(self.height(), needed, self.minimumSizeHint().height()))

    def _make_bottom(self) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setSpacing(SPACE_S)
        row.addStretch(1)
        row.addWidget(self.secondary)
        row.addWidget(self.primary)
        return row

    def _press_primary(self) -> None:
        if self._pages.currentWidget() is self.report:
            self.accept()
        else:
            self.begin()

    def _press_secondary(self) -> None:
        folder = self.report.folder
        if self._pages.currentWidget() is self.report and folder is not None:
            QDesktopServices.openUrl(QUrl.fromLocalFile(str(folder)))
        else:
            self.reject()

    def _show_progress(self, done: int, total: int) -> None:
        self.progress.setRange(0, total)
        self.progress.setValue(done)
        self.say(self.progress_words(done, total))

    def _show_result(self, value: object) -> None:
        self._end()
        report = self.conclude(value)
        self.report.show_report(report)
        self._pages.setCurrentWidget(self.report)
        self._note.hide()
        self.primary.setText("Close")
        self.secondary.setText("Open folder")
        self.secondary.setVisible(report.folder is not None)
        self.primary.setFocus()
        self._grow()

    def _show_failure(self, error: Exception) -> None:
        self._end()
        self.say(error_sentence(error, self._work_name), "danger")

    def _show_cancelled(self) -> None:
        self._end()
        self.say(f"{self._work_name} was stopped. Nothing was left half done.")

    def _end(self) -> None:
        self._tells_outcome = True
        self.form.setEnabled(True)
        self.progress.hide()
        self.primary.show()
        self.secondary.setText("Cancel")
        self.secondary.setEnabled(True)
