"""Work off the GUI thread: its outcome, its progress, its end."""

from __future__ import annotations

import threading
import weakref
from collections.abc import Callable
from functools import partial

import pytest
import shiboken6
from PySide6.QtCore import QObject, QThreadPool
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from sam3_annotator.project import Cancelled, KnownError, Progress, StorageFull
from sam3_annotator.ui.background import (
    BackgroundTask,
    background_is_idle,
    cancel_background_tasks,
    error_sentence,
)


class Gate:
    """Work that waits until it is let go or cancelled, and tells on which thread it ran."""

    def __init__(self) -> None:
        self.has_started = threading.Event()
        self.may_end = threading.Event()
        self.thread: threading.Thread | None = None

    def work(self, progress: Progress) -> str:
        self.thread = threading.current_thread()
        self.has_started.set()
        while not self.may_end.wait(0.005):
            progress(1, 10)
        return "done"


def test_result_arrives_on_the_thread_that_made_the_task(qtbot: QtBot) -> None:
    gate = Gate()
    gate.may_end.set()
    threads: list[threading.Thread] = []
    task = BackgroundTask(gate.work)
    task.result.connect(lambda _value: threads.append(threading.current_thread()))

    results: list[object] = []
    task.result.connect(results.append)
    with qtbot.waitSignal(task.finished):
        task.start()

    assert results == ["done"]
    assert threads == [threading.main_thread()]
    assert gate.thread is not threading.main_thread()


class SlowToLeave:
    """A pool whose thread holds on to what it has run, for as long as the test wants."""

    def __init__(self) -> None:
        self.may_leave = threading.Event()
        self.thread = threading.Thread()

    def start(self, run: Callable[[], None]) -> None:
        def serve() -> None:
            run()
            self.may_leave.wait()

        self.thread = threading.Thread(target=serve)
        self.thread.start()

    def waitForDone(self) -> None:
        self.thread.join()


@pytest.mark.parametrize("fails", [False, True])
def test_nothing_of_qts_is_left_for_the_pools_thread_to_delete(qtbot: QtBot, fails: bool) -> None:
    def read(reader: QObject, _progress: Progress) -> QObject:
        if fails:
            raise KnownError("There is no such file.")
        return reader

    pool, reader = SlowToLeave(), QObject()
    task = BackgroundTask(partial(read, reader), pool)  # type: ignore[arg-type] # it does what is asked of one
    kept = weakref.ref(task), weakref.ref(reader)
    with qtbot.waitSignal(task.finished):
        task.start()
    del task, reader

    assert pool.thread.is_alive()
    assert [each() for each in kept] == [None, None]
    pool.may_leave.set()
    pool.thread.join()


def test_cancel_ends_the_work_at_its_next_progress_report(qtbot: QtBot) -> None:
    gate = Gate()
    task = BackgroundTask(gate.work)
    results: list[object] = []
    task.result.connect(results.append)
    task.start()
    assert gate.has_started.wait(5)

    with qtbot.waitSignal(task.cancelled):
        task.cancel()

    assert results == []
    assert task.is_idle


def test_task_whose_owner_is_deleted_is_cancelled_and_tells_nobody(qtbot: QtBot) -> None:
    owner, gate = QObject(), Gate()
    task = BackgroundTask(gate.work, owner=owner)
    told: list[object] = []
    for signal in (task.result, task.failed, task.cancelled, task.finished):
        signal.connect(lambda *values: told.append(values))
    task.start()
    assert gate.has_started.wait(5)

    shiboken6.delete(owner)
    qtbot.waitUntil(background_is_idle)

    assert not gate.may_end.is_set()
    assert told == []


def test_work_that_ends_before_it_notices_a_cancel_has_succeeded(qtbot: QtBot) -> None:
    has_started, may_end = threading.Event(), threading.Event()

    def work(_progress: Progress) -> None:
        has_started.set()
        assert may_end.wait(5)

    task = BackgroundTask(work)
    with qtbot.waitSignal(task.result):
        task.start()
        assert has_started.wait(5)
        task.cancel()
        may_end.set()


def test_cancelled_before_it_started_the_work_is_never_called(qtbot: QtBot) -> None:
    calls: list[int] = []
    task = BackgroundTask(lambda _progress: calls.append(1))

    with qtbot.waitSignal(task.cancelled):
        task.cancel()
        task.start()

    assert calls == []


def test_exception_arrives_as_a_value(qtbot: QtBot) -> None:
    def work(_progress: Progress) -> None:
        raise StorageFull("No space is left on the disk.")

    task = BackgroundTask(work)
    with qtbot.waitSignal(task.failed) as blocker:
        task.start()

    assert blocker.args is not None
    assert isinstance(blocker.args[0], StorageFull)


def test_unexpected_exception_is_logged_with_its_traceback(qtbot: QtBot, caplog: pytest.LogCaptureFixture) -> None:
    def work(_progress: Progress) -> None:
        raise ZeroDivisionError("no such thing")

    task = BackgroundTask(work)
    with qtbot.waitSignal(task.failed):
        task.start()

    assert "ZeroDivisionError: no such thing" in caplog.text


def test_last_progress_is_always_told(qtbot: QtBot) -> None:
    def work(progress: Progress) -> None:
        for done in range(1001):
            progress(done, 1000)

    task = BackgroundTask(work)
    told: list[tuple[int, int]] = []
    task.progress.connect(lambda done, total: told.append((done, total)))
    with qtbot.waitSignal(task.result):
        task.start()

    assert told[-1] == (1000, 1000)
    assert len(told) < 100


def test_running_task_lives_on_when_nobody_holds_it(qtbot: QtBot) -> None:
    gate = Gate()
    ended: list[str] = []

    def start() -> None:
        task = BackgroundTask(gate.work)
        task.result.connect(ended.append)
        task.start()

    start()
    assert gate.has_started.wait(5)
    assert not background_is_idle()
    gate.may_end.set()

    qtbot.waitUntil(background_is_idle)
    assert ended == ["done"]


def test_ending_the_program_cancels_and_waits(qtbot: QtBot) -> None:
    gate = Gate()
    outcomes: list[object] = []
    task = BackgroundTask(gate.work)
    task.cancelled.connect(lambda: outcomes.append("cancelled"))
    task.start()
    assert gate.has_started.wait(5)

    cancel_background_tasks()

    assert background_is_idle()
    assert gate.thread is not None
    assert outcomes == []


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        (KnownError("The file is damaged. Choose another."), "The file is damaged. Choose another."),
        (
            OSError(28, "No space left on device", "/data/out"),
            "The export stopped: No space left on device (/data/out). Check the folder and the free space, "
            "then try again.",
        ),
        (
            KeyError("annotations"),
            "The export stopped on an unexpected error (KeyError). The details are in the log.",
        ),
    ],
)
def test_every_error_has_a_sentence(error: Exception, expected: str) -> None:
    assert error_sentence(error, "The export") == expected


def test_cancelled_is_no_error() -> None:
    assert not issubclass(Cancelled, KnownError)


def test_end_of_the_program_waits_for_no_pool_that_is_gone(qapp: QApplication) -> None:
    pool = QThreadPool()
    BackgroundTask(lambda _progress: None, pool).start()

    shiboken6.delete(pool)
    cancel_background_tasks()

    assert background_is_idle()
