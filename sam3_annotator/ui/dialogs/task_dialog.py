"""The frame of dialogs that start long work: a form, then progress with a way out, then a report."""

from __future__ import annotations

from PySide6.QtCore import QUrl
from PySide6.QtGui import QCloseEvent, QDesktopServices
from PySide6.QtWidgets import QProgressBar, QWidget

from sam3_annotator.ui.background import BackgroundTask, Work, error_sentence
from sam3_annotator.ui.dialogs.form_dialog import FormDialog
from sam3_annotator.ui.dialogs.report import Report, ReportView


class TaskDialog(FormDialog):
    """Stays out of the window's way while its work runs; Esc stops the work first, then closes.

    A subclass does what one of `FormDialog` does: in `begin` it starts the work by `run`, and in `conclude` it turns
    the result into a report.
    """

    def __init__(self, title: str, verb: str, work: str, parent: QWidget | None = None) -> None:
        super().__init__(title, verb, parent)
        self._work_name = work
        self._task: BackgroundTask | None = None
        self._tells_outcome = False
        self.report = ReportView()
        self._pages.addWidget(self.report)
        self.progress = QProgressBar(textVisible=False)
        self.progress.setAccessibleName("Progress")
        self.progress.hide()
        self._column.insertWidget(self._column.indexOf(self._foot_line), self.progress)

    # What a subclass does

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

    @property
    def is_idle(self) -> bool:
        """Whether no work of this dialog is under way."""
        return self._task is None or self._task.is_idle

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

    def _press_primary(self) -> None:
        if self._pages.currentWidget() is self.report:
            self.accept()
        else:
            super()._press_primary()

    def _press_secondary(self) -> None:
        folder = self.report.folder
        if self._pages.currentWidget() is self.report and folder is not None:
            QDesktopServices.openUrl(QUrl.fromLocalFile(str(folder)))
        else:
            super()._press_secondary()

    def _show_progress(self, done: int, total: int) -> None:
        self.progress.setRange(0, total)
        self.progress.setValue(done)
        self.say(self.progress_words(done, total))

    def _show_result(self, value: object) -> None:
        self._end()
        report = self.conclude(value)
        self.report.show_report(report)
        self._pages.setCurrentWidget(self.report)
        self._foot_line.hide()
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
