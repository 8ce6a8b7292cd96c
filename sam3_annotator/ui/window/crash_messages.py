"""Brings reports of uncaught exceptions from any thread into the message bar."""

from __future__ import annotations

from PySide6.QtCore import QObject, Qt, Signal, Slot

from sam3_annotator import crash_log
from sam3_annotator.crash_log import CrashReport
from sam3_annotator.ui.window.message_bar import MessageBar, Severity


class CrashMessages(QObject):
    """Listens as long as its message bar lives."""

    _reported = Signal(object)

    def __init__(self, messages: MessageBar) -> None:
        super().__init__(messages)
        self._messages = messages
        # Reports come on the thread of the error; the queue brings them to the GUI thread.
        self._reported.connect(self._show, Qt.ConnectionType.QueuedConnection)
        self._unsubscribe = crash_log.subscribe(self._reported.emit)
        if problem := crash_log.log_problem():
            messages.show_message(problem, Severity.WARNING)

    def close(self) -> None:
        """Stop listening."""
        self._unsubscribe()

    @Slot(object)
    def _show(self, report: CrashReport) -> None:
        self._messages.show_message(report.summary, details=report.details, key="crash")
