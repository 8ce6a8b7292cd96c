"""Runs a function off the GUI thread: progress, cancelling and its outcome come back as signals."""

from __future__ import annotations

import atexit
import itertools
import logging
import threading
import time
from collections.abc import Callable
from functools import cache
from typing import Any, Final

from PySide6.QtCore import QObject, Qt, QThread, QThreadPool, Signal, Slot
from shiboken6 import isValid

from sam3_annotator.model import ModelError
from sam3_annotator.project import Cancelled, KnownError, Progress

Work = Callable[[Progress], Any]
"""What a task runs: it gets `progress(done, total)`, which raises `Cancelled` once the user wants no more."""

PROGRESS_INTERVAL = 1 / 30
"""Seconds between two progress signals: a bar need not move faster than the eye."""

PROGRESS_UNIT: Final = 1 << 10
"""What bytes are counted in: progress travels as a Qt int, too small for the bytes of a checkpoint."""

SHARED_THREADS = 4

_log = logging.getLogger(__name__)
_numbers = itertools.count()
_running: dict[int, BackgroundTask] = {}  # keeps a running task alive whatever happens to the widget that started it


class BackgroundTask(QObject):
    """One run of a function on a pool thread; made on the GUI thread, where every signal is emitted.

    Exactly one of `result`, `failed` and `cancelled` is emitted, then `finished`. The exceptions of the
    work arrive as values with `failed`. Work that ends before it notices a cancel has still succeeded.
    """

    progress = Signal(int, int)  # done, total
    result = Signal(object)  # what the work returned
    failed = Signal(object)  # Exception
    cancelled = Signal()
    finished = Signal()

    def __init__(self, work: Work, pool: QThreadPool | None = None, *, owner: QObject | None = None) -> None:
        """Take the work; `pool` gives it threads of its own, for what must not queue behind long work.

        When the `owner` is deleted, the task is cancelled and tells nobody its outcome: name it where functions that
        reach it are connected, which Qt, unlike its methods, does not disconnect.
        """
        super().__init__()
        self._number = next(_numbers)
        self._run = _Run(self._number, work, _crossing())
        self._pool = _shared_pool() if pool is None else pool
        self._is_orphaned = False
        if owner is not None:
            owner.destroyed.connect(self._lose_owner)

    @property
    def is_idle(self) -> bool:
        """Whether the task has not been started or has delivered its outcome."""
        return self._number not in _running

    def start(self) -> None:
        """Run the work as soon as a thread is free; a task runs once."""
        _running[self._number] = self
        self._pool.start(self._run)

    def cancel(self) -> None:
        """Ask the work to stop at its next progress report."""
        self._run.is_cancelled.set()

    @Slot()
    def _lose_owner(self) -> None:
        self._is_orphaned = True
        self.cancel()

    def _tell_progress(self, done: int, total: int) -> None:
        if not self._run.is_cancelled.is_set():
            self.progress.emit(done, total)

    def _tell_outcome(self) -> None:
        value, error = self._run.take()
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


class _Run:
    """What a pool's thread has of a task: nothing of Qt's, which that thread could be the last to hold, and delete.

    The work and its outcome may refer to such things: the GUI thread takes them out.
    """

    def __init__(self, number: int, work: Work, crossing: _Crossing) -> None:
        self.is_cancelled = threading.Event()
        self._number = number
        self._crossing = crossing
        self._held: list[Any] = [work]
        self._last_progress = 0.0

    def __call__(self) -> None:
        self._do()
        self._crossing.ended.emit(self._number)

    def take(self) -> tuple[object, Exception | None]:
        """Give value and error, and hold nothing any more."""
        _work, value, error = self._held
        self._held.clear()
        return value, error

    def _do(self) -> None:
        try:
            self._report(0, 0)
            self._held += (self._held[0](self._report), None)
        except Exception as caught:  # noqa: BLE001 - a bridge between threads: whatever happens crosses as a value
            self._held += (None, caught)

    def _report(self, done: int, total: int) -> None:
        if self.is_cancelled.is_set():
            raise Cancelled
        now = time.monotonic()
        if total and (done >= total or now - self._last_progress >= PROGRESS_INTERVAL):
            self._last_progress = now
            self._crossing.progressed.emit(self._number, done, total)


class _Crossing(QObject):
    """The way of all tasks to the GUI thread. It stays, so no pool's thread can delete what events are sent to."""

    progressed = Signal(int, int, int)  # number of the task, done, total
    ended = Signal(int)  # number of the task

    def __init__(self) -> None:
        super().__init__()
        # Queued by hand: a plain Python slot would otherwise be called on the pool's thread.
        self.progressed.connect(self._tell_progress, Qt.ConnectionType.QueuedConnection)
        self.ended.connect(self._end, Qt.ConnectionType.QueuedConnection)

    @Slot(int, int, int)
    def _tell_progress(self, number: int, done: int, total: int) -> None:
        if number in _running:  # unless the program is ending
            _running[number]._tell_progress(done, total)  # noqa: SLF001 - the same module

    @Slot(int)
    def _end(self, number: int) -> None:
        if (task := _running.pop(number, None)) is not None:
            task._tell_outcome()  # noqa: SLF001 - the same module


@cache
def _crossing() -> _Crossing:
    return _Crossing()


@cache
def _shared_pool() -> QThreadPool:
    """Give the pool of tasks that need none of their own; enough threads that a long export delays no thumbnail."""
    pool = QThreadPool()
    pool.setMaxThreadCount(max(SHARED_THREADS, QThread.idealThreadCount()))
    return pool


def in_kib(progress: Progress) -> Progress:
    """Take bytes for a progress, of a `BackgroundTask`, that counts in `PROGRESS_UNIT`."""
    return lambda done, total: progress(done // PROGRESS_UNIT, total // PROGRESS_UNIT)


def background_is_idle() -> bool:
    """Whether no background task is under way anywhere in the program."""
    return not _running


def cancel_background_tasks() -> None:
    """Cancel every task and wait until none runs any more; their outcomes are not delivered."""
    pools = {_shared_pool()}
    for task in tuple(_running.values()):
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
