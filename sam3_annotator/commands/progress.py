"""Shows how far long work has come, and lets Ctrl+C, or the system, end it cleanly."""

from __future__ import annotations

import os
import signal
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Final, TextIO

from sam3_annotator.model import LoadingProgress
from sam3_annotator.model.progress import untold
from sam3_annotator.project.errors import Cancelled

_USUAL_SIZE: Final = (80, 24)


@contextmanager
def progress_bar(title: str, *, unit: str = "it") -> Iterator[LoadingProgress]:
    """Give a progress that draws a bar on standard error if that is a terminal; the unit `B` is bytes.

    An activity it is told stands in the place of the title.

    After a first Ctrl+C it raises `Cancelled` at its next call, so that the work cleans up after itself; a second
    one interrupts at once. So it does when the system ends the program (SIGTERM), as at the end of a session.
    """
    is_stopping = threading.Event()

    def interrupt(number: int, frame: FrameType | None) -> None:
        del number, frame
        if is_stopping.is_set():
            raise KeyboardInterrupt
        is_stopping.set()

    before = {number: signal.signal(number, interrupt) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        with _bar(title, unit) as draw:

            def progress(done: int, total: int, activity: str = "", /) -> None:
                if is_stopping.is_set():
                    raise Cancelled("Stopped with Ctrl+C.")
                draw(done, total, activity)

            yield progress
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


@contextmanager
def _bar(title: str, unit: str) -> Iterator[LoadingProgress]:
    if sys.stderr is None or not sys.stderr.isatty():
        yield untold
        return
    from tqdm import tqdm  # only where there is somebody to see it

    width, height = _USUAL_SIZE if _is_of_unknown_size(sys.stderr) else (None, None)
    with tqdm(
        desc=title,
        file=sys.stderr,
        leave=False,
        ncols=width,
        nrows=height,
        dynamic_ncols=width is None,
        unit=unit,
        unit_scale=unit == "B",
    ) as bar:

        def draw(done: int, total: int, activity: str = "", /) -> None:
            bar.set_description_str(activity or title, refresh=not total)
            bar.total = total or None
            bar.update(done - bar.n)

        yield draw


def _is_of_unknown_size(terminal: TextIO) -> bool:
    """Tell whether a terminal says that it has no columns, as those of containers and of scripts do."""
    try:
        return os.get_terminal_size(terminal.fileno()).columns == 0
    except (OSError, ValueError):  # what tqdm makes of it is as good
        return False
