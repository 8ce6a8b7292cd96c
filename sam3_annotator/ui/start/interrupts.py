"""Lets Ctrl+C in the terminal close the windows, as their close button does."""

from __future__ import annotations

import signal
import socket

from PySide6.QtCore import QObject, QSocketNotifier
from PySide6.QtWidgets import QApplication


class Interrupts(QObject):
    """Watches for Ctrl+C while it lives; a second one ends the process at once.

    Python hears of a signal only between its own instructions. While nothing happens in the window there are none. But
    the signal also writes a byte into a socket, and Qt, which watches the socket, wakes up. That works on Windows too.
    """

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._is_watching = True
        self._reader, self._writer = socket.socketpair()
        self._reader.setblocking(False)
        self._writer.setblocking(False)
        self._fd_before = signal.set_wakeup_fd(self._writer.fileno(), warn_on_full_buffer=False)
        self._handler_before = signal.signal(signal.SIGINT, _leave_it_to_the_socket)
        self._notifier = QSocketNotifier(self._reader.fileno(), QSocketNotifier.Type.Read, self)
        self._notifier.activated.connect(self._close_windows)

    def close(self) -> None:
        """Watch no longer; Ctrl+C means again what it meant before."""
        if not self._is_watching:
            return
        self._is_watching = False
        self._notifier.setEnabled(False)
        signal.set_wakeup_fd(self._fd_before)
        signal.signal(signal.SIGINT, self._handler_before)
        self._reader.close()
        self._writer.close()

    def _close_windows(self) -> None:
        if not self._is_watching or signal.SIGINT not in self._reader.recv(64):
            return
        signal.signal(signal.SIGINT, signal.SIG_DFL)
        QApplication.closeAllWindows()


def _leave_it_to_the_socket(*_: object) -> None:
    """Keep Python from raising `KeyboardInterrupt` in whatever slot runs next."""
