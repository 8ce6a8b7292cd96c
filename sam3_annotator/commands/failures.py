"""Turns what goes wrong into an exit status and one sentence on standard error."""

from __future__ import annotations

import io
import sys
from collections.abc import Callable

from sam3_annotator import crash_log

DONE = 0
FAILED = 1
STOPPED = 130  # as shells report a program that Ctrl+C ended


class CommandFailed(Exception):  # noqa: N818 - reads as the claim it makes
    """A command cannot do what it was asked; `str()` is the sentence for the user."""


def exit_status(work: Callable[[], int], *, debug: bool = False) -> int:
    """Do the work and give its exit status; whatever it raises becomes one sentence, with `debug` a traceback too."""
    try:
        return work()
    except KeyboardInterrupt:
        _say("Stopped.")
        return STOPPED
    except Exception as error:  # noqa: BLE001 - the outermost bridge: nothing above could tell the user
        if _is_cancelled(error):
            _say("Stopped; nothing half-written is left.")
            return STOPPED
        if isinstance(error.__cause__, KeyboardInterrupt):  # as Python 3.11 wraps it while a class is being made
            _say("Stopped.")
            return STOPPED
        sentence = _sentence(error)
        if debug:
            import traceback

            _say("".join(traceback.format_exception(error)).rstrip())
        _say(sentence)
        return FAILED


def keep_talking() -> None:
    """Let standard output print names that its encoding does not have, escaped, instead of failing on them."""
    # What Windows writes to a file or a pipe is in an old code page; standard error escapes by itself.
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="backslashreplace")


def _say(text: str) -> None:
    if sys.stderr is not None:  # a program without a console has none
        sys.stderr.write(text + "\n")


def _is_cancelled(error: Exception) -> bool:
    from sam3_annotator.model.errors import Cancelled as ModelCancelled
    from sam3_annotator.project.errors import Cancelled as ProjectCancelled

    return isinstance(error, ModelCancelled | ProjectCancelled)


def _sentence(error: Exception) -> str:
    """Say what is wrong; what we did not foresee goes into the log as well."""
    from sam3_annotator.model.errors import ModelError
    from sam3_annotator.project.errors import KnownError

    if isinstance(error, CommandFailed | KnownError | ModelError):
        return str(error)
    if isinstance(error, MemoryError):
        return "There is not enough memory for this; close other programs or use smaller images."
    if isinstance(error, ImportError) and _is_about_a_shared_library(error):
        return _library_sentence(error)
    if isinstance(error, OSError) and error.strerror:
        named = f": {error.filename}" if error.filename is not None else ""
        return f"The system refused ({error.strerror}){named}"
    report = crash_log.record(error)
    log = crash_log.log_file()
    kept = f"The log has the details: {log}" if log is not None else crash_log.log_problem()
    return f"{report.summary} {kept}".rstrip()


def _is_about_a_shared_library(error: ImportError) -> bool:
    return "cannot open shared object file" in str(error) or "DLL load failed" in str(error)


def _library_sentence(error: ImportError) -> str:
    from sam3_annotator.display import missing_packages

    packages = missing_packages()
    advice = f" On Debian or Ubuntu: sudo apt install {' '.join(packages)}" if packages else ""
    return f"A system library is missing ({error}).{advice}"
