"""Nothing dies silently: whatever nobody catches is logged with its traceback and reported."""

from __future__ import annotations

import faulthandler
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from unittest.mock import Mock

import pytest

from sam3_annotator import crash_log
from sam3_annotator.crash_log import CrashReport


@pytest.fixture
def log_folder(tmp_path: Path) -> Iterator[Path]:
    """Install the log in a folder of the test, and give pytest its hooks back afterwards."""
    folder = tmp_path / "log"
    crash_log.install(folder)
    yield folder
    crash_log.uninstall()
    faulthandler.enable(sys.__stderr__ or 2)


@pytest.fixture
def reports() -> Iterator[list[CrashReport]]:
    """Collect the reports made during the test."""
    heard: list[CrashReport] = []
    unsubscribe = crash_log.subscribe(heard.append)
    yield heard
    unsubscribe()


def _log_text(folder: Path) -> str:
    return (folder / crash_log.LOG_NAME).read_text(encoding="utf-8")


def _failure(message: str) -> ValueError:
    try:
        raise ValueError(message)
    except ValueError as error:
        return error


def _python(code: str, home: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    homes = dict.fromkeys(("XDG_STATE_HOME", "HOME", "WIN_PD_OVERRIDE_LOCAL_APPDATA"), str(home))
    variables = {**os.environ, **homes, **environment}
    return subprocess.run(
        [sys.executable, "-c", code], env=variables, capture_output=True, text=True, timeout=60, check=False
    )


def test_uncaught_exception_of_the_main_thread_is_logged_and_reported(
    log_folder: Path, reports: list[CrashReport]
) -> None:
    error = _failure("the cat left")

    sys.excepthook(ValueError, error, error.__traceback__)

    (report,) = reports
    assert "ValueError: the cat left" in report.summary
    assert "Traceback" in report.details
    assert "in _failure" in _log_text(log_folder)


def test_uncaught_exception_of_a_thread_is_logged_with_the_threads_name(
    log_folder: Path, reports: list[CrashReport]
) -> None:
    def fail() -> None:
        raise RuntimeError("lost the thread")

    thread = threading.Thread(target=fail, name="loom")
    thread.start()
    thread.join()

    assert [report.summary for report in reports] == [
        "Something went wrong during work on loom that should not (RuntimeError: lost the thread)."
    ]
    assert "lost the thread" in _log_text(log_folder)


def test_exception_in_a_finalizer_is_logged(log_folder: Path, reports: list[CrashReport]) -> None:
    class Leaking:
        def __del__(self) -> None:
            raise RuntimeError("a leak")

    leaking = Leaking()
    del leaking

    assert len(reports) == 1
    assert "a leak" in _log_text(log_folder)


def test_exception_in_a_qt_slot_is_logged(log_folder: Path, reports: list[CrashReport]) -> None:
    from PySide6.QtCore import QObject, Signal

    class Bell(QObject):
        rung = Signal()

    def fail() -> None:
        raise RuntimeError("a cracked bell")

    bell = Bell()
    bell.rung.connect(fail)
    bell.rung.emit()

    assert [report.summary for report in reports] == [
        "Something went wrong that should not (RuntimeError: a cracked bell)."
    ]
    assert "a cracked bell" in _log_text(log_folder)


def test_report_made_before_anybody_listens_is_delivered_to_the_first_listener(log_folder: Path) -> None:
    crash_log.record(_failure("early"))
    heard: list[CrashReport] = []

    crash_log.subscribe(heard.append)()

    assert ["early" in report.summary for report in heard] == [True]


def test_same_error_at_once_again_is_told_only_once(log_folder: Path, reports: list[CrashReport]) -> None:
    error = _failure("in every frame")

    for _ in range(60):
        crash_log.record(error, "painting")

    assert len(reports) == 1
    assert _log_text(log_folder).count("Traceback") == 1


def test_listener_that_fails_does_not_keep_others_from_hearing(log_folder: Path, reports: list[CrashReport]) -> None:
    def fail(report: CrashReport) -> None:
        raise RuntimeError("deaf")

    unsubscribe = crash_log.subscribe(fail)

    crash_log.record(_failure("heard"))

    unsubscribe()
    assert len(reports) == 1
    assert "deaf" in _log_text(log_folder)


def test_log_is_limited_in_size(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(crash_log, "LOG_BYTES", 5_000)
    crash_log.install(tmp_path)

    for number in range(200):
        crash_log.record(_failure(f"number {number}"))
    crash_log.uninstall()
    faulthandler.enable(sys.__stderr__ or 2)

    sizes = [file.stat().st_size for file in tmp_path.glob(f"{crash_log.LOG_NAME}*")]
    assert len(sizes) == crash_log.LOG_BACKUPS + 1
    assert max(sizes) <= 5_000


def test_log_that_cannot_be_put_aside_goes_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(_file: str, _backup: str) -> None:
        raise PermissionError(13, "used by another process")

    monkeypatch.setattr(crash_log, "LOG_BYTES", 1000)
    monkeypatch.setattr(os, "rename", refuse)
    crash_log.install(tmp_path)

    for number in range(20):
        crash_log.record(_failure(f"number {number}."))
    crash_log.uninstall()
    faulthandler.enable(sys.__stderr__ or 2)

    text = _log_text(tmp_path)
    assert all(f"number {number}." in text for number in range(20))


def test_user_without_a_home_is_told_and_goes_on(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("platformdirs.user_log_path", Mock(side_effect=RuntimeError))

    crash_log.install()
    problem, file = crash_log.log_problem(), crash_log.log_file()
    crash_log.uninstall()
    faulthandler.enable(sys.__stderr__ or 2)

    assert "set HOME" in problem
    assert file is None


def test_folder_that_cannot_be_made_is_told_and_stops_nothing(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")

    crash_log.install(tmp_path / "file" / "log")
    crash_log.record(_failure("unkept"))
    problem, file = crash_log.log_problem(), crash_log.log_file()
    crash_log.uninstall()
    faulthandler.enable(sys.__stderr__ or 2)

    assert "cannot be written" in problem
    assert file is None


def test_uninstall_gives_the_hooks_back(tmp_path: Path) -> None:
    before = (sys.excepthook, threading.excepthook, sys.unraisablehook)

    crash_log.install(tmp_path)
    crash_log.uninstall()
    faulthandler.enable(sys.__stderr__ or 2)

    assert (sys.excepthook, threading.excepthook, sys.unraisablehook) == before


def test_program_without_console_installs_and_logs(tmp_path: Path) -> None:
    code = (
        "import sys; sys.stdout = sys.stderr = None\n"
        "from sam3_annotator import crash_log; crash_log.install()\n"
        "raise ValueError('nobody sees this')"
    )

    ended = _python(code, tmp_path)

    assert ended.returncode == 1
    (log,) = tmp_path.rglob(crash_log.LOG_NAME)
    assert "nobody sees this" in log.read_text(encoding="utf-8")


def test_death_of_the_interpreter_leaves_its_stack(tmp_path: Path) -> None:
    code = (
        "from sam3_annotator import crash_log; crash_log.install()\n"
        "import os\n"
        "def last_words(): os.abort()\n"
        "last_words()"
    )

    ended = _python(code, tmp_path)

    assert ended.returncode != 0
    (faults,) = tmp_path.rglob(crash_log.FAULTS_NAME)
    assert "last_words" in faults.read_text(encoding="utf-8")


def test_start_that_logs_nothing_makes_no_log(log_folder: Path) -> None:
    assert not (log_folder / crash_log.LOG_NAME).exists()
