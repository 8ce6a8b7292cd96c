"""The program in the menu of the desktop, and its project files, which a double click opens with it."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

from sam3_annotator.menu_entry import freedesktop, macos, windows

_ADD: dict[str, Callable[[], Path]] = {"win32": windows.add, "darwin": macos.add}
_REMOVE: dict[str, Callable[[], Path | None]] = {"win32": windows.remove, "darwin": macos.remove}


def add() -> Path:
    """Put the program into the user's menu, in place of an earlier entry; gives where the entry lies.

    It starts what runs now: this Python and its packages, or this application. Raises `OSError` if the system refuses.
    """
    return _ADD.get(sys.platform, freedesktop.add)()


def remove() -> Path | None:
    """Take the entry out of the menu; gives where it lay, None if there was none. Raises `OSError` as `add` does."""
    return _REMOVE.get(sys.platform, freedesktop.remove)()
