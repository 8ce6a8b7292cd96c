"""Shows how far the search for the instances of another image is, where that takes a while."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QObject, QTimer, Slot

from sam3_annotator.model import JobProgress, Slot as EngineSlot
from sam3_annotator.project import counted
from sam3_annotator.ui.assistance.engine_bridge import EngineBridge
from sam3_annotator.ui.assistance.finder import Finder
from sam3_annotator.ui.canvas.proposals import Proposals
from sam3_annotator.ui.window.main_window import MainWindow

SEARCH: Final = "search"
# What is over sooner would only flicker.
PATIENCE_MS: Final = 400


class SearchProgress(QObject):
    """In the status line and the thin bar, with a cross that gives the search up, as Esc does."""

    def __init__(self, window: MainWindow, engine: EngineBridge, finder: Finder) -> None:
        super().__init__(window)
        self._window = window
        self._finder = finder
        self._progress: JobProgress | None = None  # of the search under way
        self._is_shown = False
        self._waiting = QTimer(self, singleShot=True, interval=PATIENCE_MS)
        self._waiting.timeout.connect(self._show)
        engine.progressed.connect(self._take)
        finder.changed.connect(self._follow)

    @Slot(object)
    def _take(self, progress: JobProgress) -> None:
        if progress.ticket.slot is not EngineSlot.DETECT:
            return
        self._progress = progress
        if self._is_shown:
            self._show()
        elif not self._waiting.isActive():
            self._waiting.start()

    @Slot()
    def _show(self) -> None:
        if self._progress is None:
            return
        done, total = self._progress.done, self._progress.total
        words = f"Propagating, {done:,} of {counted(total, 'instance')}"
        self._is_shown = True
        self._window.set_activity(words, done / total, self._finder.drop, SEARCH)

    @Slot(object)
    def _follow(self, proposals: Proposals | None) -> None:
        if proposals is not None and proposals.is_waiting and proposals.propagated_from is not None:
            return
        self._waiting.stop()
        self._progress = None
        if self._is_shown:
            self._is_shown = False
            self._window.set_activity("", key=SEARCH)
