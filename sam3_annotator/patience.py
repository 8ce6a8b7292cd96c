"""Tries again what Windows refuses for a moment only."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

PATIENCE_S = 3.0 if os.name == "nt" else 0.0
"""How long a refusal may last before it counts; elsewhere one is meant as it is said."""

_PAUSE_S = 0.05

T = TypeVar("T")


def rename(source: Path, target: Path) -> Path:
    """Give a file or folder a name that nothing has; raises `OSError` where the system refuses.

    Windows does so while another program has a file open, or one inside a folder: a virus scanner or an indexer looks
    into whatever has just been written, for some moments.
    """
    return _patiently(lambda: source.rename(target))


def replace(source: Path, target: Path) -> Path:
    """Give a file a name, in place of the one that has it; otherwise as `rename`."""
    return _patiently(lambda: source.replace(target))


def _patiently(work: Callable[[], T]) -> T:
    until = time.monotonic() + PATIENCE_S
    while True:
        try:
            return work()
        except PermissionError as error:
            if time.monotonic() >= until:
                if PATIENCE_S:  # Windows says no more than that access is denied
                    error.strerror = f"{error.strerror}; another program may have it open"
                raise
        time.sleep(_PAUSE_S)
