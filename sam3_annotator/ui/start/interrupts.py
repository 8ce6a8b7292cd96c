"""Lets Ctrl+C in the terminal close the windows, as their close button does."""

from __future__ import annotations

import os
import signal
import sys

from PySide6.QtCore import QObject, QSocketNotifier
from PySide6.QtWidgets import QApplication


class Interrupts(QObject):
    """Watches for Ctrl+C while it lives; a second one ends the process at once.

    Python hears of a signal only between its own instructions, and while nothing happens in the window there are
    none; what wakes Qt is the byte that the signal writes into a pipe. Does nothing on Windows, whose windows are
    seldom started from a terminal.
    """

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._pipe: tuple[int, int] | None = None
        if sys.platform == "win32":
            return
        self._pipe = reader, writer = os.pipe()
        os.set_blocking(reader, False)
        os.set_blocking(writer, False)
        self._fd_before = signal.set_wakeup_fd(writer, warn_on_full_buffer=False)
        self._handler_before = signal.signal(signal.SIGINT, _leave_it_to_the_pipe)
        self._notifier = QSocketNotifier(reader, QSocketNotifier.Type.Read, self)
        self._notifier.activated.connect(self._close_windows)

    def close(self) -> None:
        """Watch no longer; Ctrl+C means again what it meant before."""
        if self._pipe is None:
            return
        self._notifier.setEnabled(False)
        signal.set_wakeup_fd(self._fd_before)
        signal.signal(signal.SIGINT, self._handler_before)
        for descriptor in self._pipe:
            os.close(descriptor)
        self._pipe = None

    def _close_windows(self) -> None:
        if self._pipe is None or signal.SIGINT not in os.read(self._pipe[0], 64):
            return
        signal.signal(signal.SIGINT, signal.SIG_DFL)
        QApplication.closeAllWindows()


def _leave_it_to_the_pipe(*_: object) -> None:
    """Keep Python from raising `KeyboardInterrupt` in whatever slot runs next."""
