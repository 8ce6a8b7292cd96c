"""Paints what the canvas needs on a thread of its own and hands it back to the GUI thread."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TypeVar

from PySide6.QtCore import QObject, Qt, Signal, Slot

T = TypeVar("T")


class TileWorker(QObject):
    """One thread, started with the first job; Qt's painting releases the interpreter lock, so the hand never waits.

    A job that raises is raised again on the GUI thread.
    """

    _done = Signal(object, object)  # Future, Callable

    def __init__(self) -> None:
        super().__init__()
        self._executor = ThreadPoolExecutor(max_workers=1, thread_name_prefix="canvas-tiles")
        # Queued even for a job that was done before anyone could ask: never in the middle of the caller's work.
        self._done.connect(self._hand_over, Qt.ConnectionType.QueuedConnection)
        self._is_stopped = False

    def submit(self, job: Callable[[], T], deliver: Callable[[T], None]) -> None:
        """Run `job` on the thread, then `deliver` what it returns on the GUI thread."""
        future = self._executor.submit(job)
        future.add_done_callback(lambda done: self._announce(done, deliver))

    @Slot()
    def stop(self) -> None:
        """Wait for the tile being painted; those not begun are dropped, nothing is handed over any more."""
        self._is_stopped = True
        self._executor.shutdown(wait=True, cancel_futures=True)

    def _announce(self, future: Future[T], deliver: Callable[[T], None]) -> None:
        if not future.cancelled():
            self._done.emit(future, deliver)

    @Slot(object, object)
    def _hand_over(self, future: Future[T], deliver: Callable[[T], None]) -> None:
        if not self._is_stopped:
            deliver(future.result())
