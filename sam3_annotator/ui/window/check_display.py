"""Shows how far a check of the project is, and why one came to no end."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QObject, Slot

from sam3_annotator.project import counted
from sam3_annotator.ui.background import error_sentence
from sam3_annotator.ui.window.main_window import MainWindow

CHECK: Final = "check"


class CheckDisplay(QObject):
    """Binds the check of a window to its status line and messages; the panel may list what the last one found."""

    def __init__(self, window: MainWindow) -> None:
        super().__init__(window)
        self._window = window
        window.checking.progress.connect(self._show_progress)
        window.checking.changed.connect(self._follow)
        window.checking.failed.connect(self._tell_failure)

    @Slot(int, int)
    def _show_progress(self, done: int, total: int) -> None:
        words = f"Checking, {done:,} of {counted(total, 'image')}"
        self._window.set_activity(words, done / max(total, 1), self._window.checking.stop, CHECK)

    @Slot()
    def _follow(self) -> None:
        if not self._window.checking.is_running:
            self._window.set_activity("", key=CHECK)

    @Slot(object)
    def _tell_failure(self, error: Exception) -> None:
        self._window.show_problem(error_sentence(error, "The check"))
