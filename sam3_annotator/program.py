"""Says how this very program is started once more: by its Python, or, where it is an application, by itself."""

from __future__ import annotations

import sys
from pathlib import PureWindowsPath
from typing import Final

WINDOW_PROGRAM: Final = "SAM 3 Annotator"
"""The program of an application for Windows or macOS that opens no console."""
_PACKAGE: Final = str(__package__)


def is_bundled() -> bool:
    """Say whether this is an application with a Python of its own, as `make bundle` makes it."""
    return bool(getattr(sys, "frozen", False))  # which PyInstaller sets


def command(*, in_any_folder: bool = False) -> tuple[str, ...]:
    """Give the words that start the program, to be followed by those of its command line.

    `in_any_folder` is for those who start it where somebody's files lie, as a desktop does beside a project that is
    opened: none of them is run, were it called as one of our modules.
    """
    if is_bundled():
        return (sys.executable,)
    return (sys.executable, *(("-P",) if in_any_folder else ()), "-m", _PACKAGE)


def command_without_console() -> tuple[str, ...]:
    """Give the words that start the program on Windows for its window alone, in any folder."""
    # Every installation of Python has both interpreters, and every application both programs.
    program = PureWindowsPath(sys.executable).with_name(f"{WINDOW_PROGRAM}.exe" if is_bundled() else "pythonw.exe")
    return (str(program), *command(in_any_folder=True)[1:])
