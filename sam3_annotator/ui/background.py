"""Runs a function off the GUI thread: progress, cancelling and its outcome come back as signals."""

from __future__ import annotations

import atexit
import logging
import threading
import time
from collections.abc import Callable
from functools import cache
from typing import Any

from PySide6.QtCore import QObject, Qt, QThread, QThreadPool, Signal, Slot
from shiboken6 import isValid

from sam3_annotator.model import ModelError
from sam3_annotator.project import Cancelled, KnownError, Progress

Work = Callable[[Progress], Any]
"""What a task runs: it gets `progress(done, total)`, which raises `Cancelled` once the user wants no more."""

PROGRESS_INTERVAL = 1 / 30
"""Seconds between two progress signals: a bar need not move faster than the eye."""

SHARED_THREADS = 4

_log = logging.getLogger(__name__)
_running: set[BackgroundTask] = set()  # keeps a running task alive whatever happens to the widget that started it


class BackgroundTask(QObject):
    """One run of a function on a pool thread; every signal is emitted on the thread that made the task.

    Exactly one of `result`, `failed` and `cancelled` is emitted, then `finished`. The exceptions of the
    work arrive as values with `failed`. Work that ends before it notices a cancel has still succeeded.
    """

    progress = Signal(int, int)  # done, total
    result = Signal(object)  # what the work returned
    failed = Signal(object)  # Exception
    cancelled = Signal()
    finished = Signal()
    _progress_crossed = Signal(int, int)
    _outcome_crossed = Signal(object, object)  # value, Exception | None

    def __init__(self, work: Work, pool: QThreadPool | None = None, *, owner: QObject | None = None) -> None:
        """Take the work; `pool` gives it threads of its own, for what must not queue behind long work.

        When the `owner` is deleted, the task is cancelled and tells nobody its outcome: name it where functions that
        reach it are connected, which Qt, unlike its methods, does not disconnect.
        """
        super().__init__()
        self._work = work
        self._pool = _shared_pool() if pool is None else pool
        self._cancel = threading.Event()
        self._is_orphaned = False
        self._last_progress = 0.0
        if owner is not None:
            owner.destroyed.connect(self._lose_owner)
        # Queued by hand: a plain Python slot would otherwise be called on the pool's thread.
        self._progress_crossed.connect(self._on_progress, Qt.ConnectionType.QueuedConnection)
        self._outcome_crossed.connect(self._on_outcome, Qt.ConnectionType.QueuedConnection)

    @property
    def is_idle(self) -> bool:
        """Whether the task has not been started or has delivered its outcome."""
        return self not in _running

    def start(self) -> None:
        """Run the work as soon as a thread is free; a task runs once."""
        _running.add(self)
        self._pool.start(self._run)

    def cancel(self) -> None:
        """Ask the work to stop at its next progress report."""
        self._cancel.set()

    def _run(self) -> None:
        value: object = None
        error: Exception | None = None
        try:
            self._report(0, 0)
            value = self._work(self._report)
        except Exception as caught:  # noqa: BLE001 - a bridge between threads: whatever happens crosses as a value
            error = caught
        self._outcome_crossed.emit(value, error)

    def _report(self, done: int, total: int) -> None:
        if self._cancel.is_set():
            raise Cancelled
        now = time.monotonic()
        if total and (done >= total or now - self._last_progress >= PROGRESS_INTERVAL):
            self._last_progress = now
            self._progress_crossed.emit(done, total)

    @Slot()
    def _lose_owner(self) -> None:
        self._is_orphaned = True
        self.cancel()

    @Slot(int, int)
    def _on_progress(self, done: int, total: int) -> None:
        if not self._cancel.is_set():
            self.progress.emit(done, total)

    @Slot(object, object)
    def _on_outcome(self, value: object, error: Exception | None) -> None:
        if self.is_idle:
            return  # the program is ending
        _running.discard(self)
        if self._is_orphaned:
            return
        if error is None:
            self.result.emit(value)
        elif isinstance(error, Cancelled):
            self.cancelled.emit()
        else:
            if not isinstance(error, KnownError | ModelError):
                _log.error("Background work failed", exc_info=error)
            self.failed.emit(error)
        self.finished.emit()


@cache
def _shared_pool() -> QThreadPool:
    """Give the pool of tasks that need none of their own; enough threads that a long export delays no thumbnail."""
    pool = QThreadPool()
    pool.setMaxThreadCount(max(SHARED_THREADS, QThread.idealThreadCount()))
    return pool


def background_is_idle() -> bool:
    """Whether no background task is under way anywhere in the program."""
    return not _running


def cancel_background_tasks() -> None:
    """Cancel every task and wait until none runs any more; their outcomes are not delivered."""
    pools = {_shared_pool()}
    for task in tuple(_running):
        task.cancel()
        pools.add(task._pool)  # noqa: SLF001 - the same module
    for pool in pools:
        if isValid(pool):  # one that is deleted has waited
            pool.waitForDone()
    _running.clear()


# Qt would wait for its threads while Python holds the lock they need to end: wait here instead, before both go down.
atexit.register(cancel_background_tasks)


def error_sentence(error: Exception, work: str) -> str:
    """Say an error in words for the user; `work` names what was under way ("The export")."""
    if isinstance(error, KnownError | ModelError):
        return str(error)
    if isinstance(error, OSError) and error.strerror:
        place = f" ({error.filename})" if error.filename else ""
        return f"{work} stopped: {error.strerror}{place}. Check the folder and the free space, then try again."
    return f"{work} stopped on an unexpected error ({type(error).__name__}). The details are in the log."
