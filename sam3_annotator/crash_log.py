"""Keeps every uncaught exception: traceback into a rotating log, a report to whoever shows messages."""

from __future__ import annotations

import faulthandler
import logging
import os
import sys
import threading
import time
import traceback
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import TextIO

from sam3_annotator.paths import user_log_dir

LOG_NAME = "sam3-annotator.log"
FAULTS_NAME = "faults.log"  # what faulthandler writes when the interpreter itself dies
LOG_BYTES = 1_000_000
LOG_BACKUPS = 3
REPEAT_SECONDS = 2.0  # an error in a paint event comes 60 times a second; one report tells it

_logger = logging.getLogger("sam3_annotator")


@dataclass(frozen=True, slots=True)
class CrashReport:
    """An exception that nobody caught: one sentence for the message bar, the traceback for "Copy details"."""

    summary: str
    details: str


Listener = Callable[[CrashReport], None]


def _nothing() -> None:
    """Have no hooks to give back."""


class _State:
    """What `install` set up; one per process, as the hooks of the interpreter are."""

    def __init__(self) -> None:
        self.lock = threading.RLock()
        self.listeners: list[Listener] = []
        self.undelivered: deque[CrashReport] = deque(maxlen=5)
        self.folder: Path | None = None
        self.problem = ""
        self.faults: TextIO | None = None
        self.last: tuple[str, float] = ("", 0.0)
        self.give_hooks_back: Callable[[], None] = _nothing


_state = _State()


def install(folder: Path | None = None, *, to_stderr: bool = False) -> None:
    """Start the log in `folder` (the user's log folder if None) and catch what is uncaught, on every thread.

    A folder that cannot be written stops nothing: `log_problem` then says so. With `to_stderr` the log goes to
    standard error as well. Calling it again moves the log.
    """
    uninstall()
    _start_log(folder, to_stderr=to_stderr)
    _state.give_hooks_back = _remember_hooks()
    sys.excepthook = _uncaught
    threading.excepthook = _uncaught_on_thread
    sys.unraisablehook = _unraisable


def uninstall() -> None:
    """Put the hooks back that were there before and close the log."""
    _state.give_hooks_back()
    _state.give_hooks_back = _nothing
    root = logging.getLogger()
    for handler in [handler for handler in root.handlers if isinstance(handler, _LogFile | _StandardError)]:
        root.removeHandler(handler)
        handler.close()
    if _state.faults is not None:
        faulthandler.disable()
        _state.faults.close()
    with _state.lock:
        _state.folder, _state.problem, _state.faults, _state.last = None, "", None, ("", 0.0)
        _state.undelivered.clear()


def subscribe(listener: Listener) -> Callable[[], None]:
    """Hear of every report from now on, and of those nobody has heard yet; returns what ends it.

    The listener is called on the thread of the error.
    """
    with _state.lock:
        _state.listeners.append(listener)
        waiting = list(_state.undelivered)
        _state.undelivered.clear()
    for report in waiting:
        listener(report)

    def unsubscribe() -> None:
        with _state.lock:
            if listener in _state.listeners:
                _state.listeners.remove(listener)

    return unsubscribe


def record(error: BaseException, where: str = "") -> CrashReport:
    """Log an exception with its traceback and report it; `where` says which work it ended, as in "the export"."""
    return _record(type(error), error, error.__traceback__, where)


def log_file() -> Path | None:
    """Give the log's path; None while there is no log."""
    return None if _state.folder is None or _state.problem else _state.folder / LOG_NAME


def log_problem() -> str:
    """Say in one sentence why nothing can be logged; empty when all is well."""
    return _state.problem


class _LogFile(logging.Handler):
    """A rotating log file that is opened by its first record: most starts log nothing, and all should be quick."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        self._path = path
        self._file: logging.Handler | None = None

    def emit(self, record: logging.LogRecord) -> None:
        """Write the record; a disk that is full or gone is not worth an error of its own."""
        try:
            if self._file is None:
                from logging.handlers import RotatingFileHandler  # brings sockets and pickle along

                opened = self._file = RotatingFileHandler(
                    self._path, maxBytes=LOG_BYTES, backupCount=LOG_BACKUPS, encoding="utf-8", errors="replace"
                )
                opened.setFormatter(self.formatter)
                opened.handleError = _ignore_record  # type: ignore[method-assign]  # logging's own seam

                def put_aside(file: str, backup: str) -> None:
                    try:
                        os.rename(file, backup)  # noqa: PTH104 - what logging does by itself
                    except OSError:  # Windows refuses while another window of the program writes into it, too
                        opened.maxBytes = 0  # rather a large file than none

                opened.rotator = put_aside
            self._file.emit(record)
        except OSError as error:
            _state.problem = _folder_problem(self._path.parent, error)

    def close(self) -> None:
        """Close the file, if it was opened."""
        if self._file is not None:
            self._file.close()
            self._file = None
        super().close()


class _StandardError(logging.StreamHandler[TextIO]):
    """The log on standard error, for `--debug`."""


def _remember_hooks() -> Callable[[], None]:
    before = (sys.excepthook, threading.excepthook, sys.unraisablehook)

    def give_back() -> None:
        sys.excepthook, threading.excepthook, sys.unraisablehook = before

    return give_back


def _ignore_record(record: logging.LogRecord) -> None:
    del record


def _folder_problem(folder: Path | None, error: OSError) -> str:
    reason = error.strerror or str(error)
    named = f" {folder}" if folder is not None else ""
    return f"The log folder{named} cannot be written ({reason}); errors of this run are not kept."


def _start_log(folder: Path | None, *, to_stderr: bool) -> None:
    root = logging.getLogger()
    formatter = logging.Formatter("%(asctime)s %(levelname)s %(threadName)s %(name)s: %(message)s")
    _logger.setLevel(logging.DEBUG if to_stderr else logging.INFO)
    if to_stderr and sys.stderr is not None:
        shown = _StandardError(sys.stderr)
        shown.setFormatter(formatter)
        root.addHandler(shown)
    try:
        folder = _state.folder = folder or user_log_dir()
        folder.mkdir(parents=True, exist_ok=True)
        _state.faults = _open_faults(folder / FAULTS_NAME)
    except OSError as error:
        _state.problem = _folder_problem(folder, error)
        if sys.stderr is not None:  # a program without a console has none
            faulthandler.enable()
        return
    faulthandler.enable(_state.faults)
    handler = _LogFile(folder / LOG_NAME)
    handler.setFormatter(formatter)
    root.addHandler(handler)


def _open_faults(path: Path) -> TextIO:
    """Open for appending, afresh when it has grown large."""
    is_large = path.exists() and path.stat().st_size > LOG_BYTES
    return path.open("w" if is_large else "a", encoding="utf-8")


def _record(
    kind: type[BaseException], error: BaseException | None, trace: TracebackType | None, where: str
) -> CrashReport:
    details = "".join(traceback.format_exception(kind, error, trace)).rstrip()
    said = f"{kind.__name__}: {error}" if str(error) else kind.__name__
    place = f" during {where}" if where else ""
    report = CrashReport(f"Something went wrong{place} that should not ({said}).", details)
    with _state.lock:
        last_details, last_time = _state.last
        now = time.monotonic()
        is_repeated = details == last_details and now - last_time < REPEAT_SECONDS
        _state.last = (details, now)
        listeners = tuple(_state.listeners)
        if not is_repeated and not listeners:
            _state.undelivered.append(report)
    if is_repeated:
        return report
    _logger.error("%s\n%s", report.summary, details)
    for listener in listeners:
        try:
            listener(report)
        except Exception:
            _logger.exception("A listener of crash reports failed")
    return report


def _uncaught(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
    if issubclass(kind, KeyboardInterrupt):
        sys.__excepthook__(kind, error, trace)
        return
    report = _record(kind, error, trace, "")
    if sys.stderr is not None and not _state.listeners:
        sys.stderr.write(report.details + "\n")  # nobody else would tell


def _uncaught_on_thread(args: threading.ExceptHookArgs) -> None:
    if args.exc_type is SystemExit:
        return
    name = args.thread.name if args.thread is not None else "a thread that has ended"
    _record(args.exc_type, args.exc_value, args.exc_traceback, f"work on {name}")


def _unraisable(args: sys.UnraisableHookArgs) -> None:
    place = args.err_msg or f"the clean-up of {args.object!r}"
    _record(args.exc_type, args.exc_value, args.exc_traceback, place[:200])
