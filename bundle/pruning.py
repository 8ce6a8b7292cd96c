"""Takes shared libraries out of the application that nothing in it loads."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable
from pathlib import PurePath

from bundle import contents

Entry = tuple[str, str, str]
"""Where a file goes, where it lies, and what PyInstaller calls its kind."""
GetImports = Callable[[str], Iterable[tuple[str, str | None]]]
"""Gives the libraries that a binary loads, each by its name and where it lies: PyInstaller's `get_imports`."""


def pruned(binaries: list[Entry], others: list[Entry], get_imports: GetImports) -> tuple[list[Entry], list[Entry]]:
    """Give the binaries and the other files that the application keeps: of Qt's libraries those that a kept one loads.

    Among the others are links to binaries.
    """
    kept = [entry for entry in binaries if contents.keeps(_place(entry), is_of_the_system=_is_of_the_system(entry))]
    left_out = {_name(entry) for entry in binaries if entry not in kept} | _unloaded(kept, get_imports)
    return (
        [entry for entry in kept if _name(entry) not in left_out],
        [
            entry
            for entry in others
            if contents.keeps(_place(entry)) and not (entry[2] == "SYMLINK" and _name(entry) in left_out)
        ],
    )


def _place(entry: Entry) -> str:
    return PurePath(entry[0]).as_posix()


def _name(entry: Entry) -> str:
    """Give the name of a file, as it is compared: Windows does not look at case."""
    return PurePath(entry[0]).name.lower()


def _is_of_the_system(entry: Entry) -> bool:
    """Say whether a Linux library comes from the system or from Python's own folder, not from a package."""
    place, source, kind = entry
    is_at_the_top = len(PurePath(place).parts) == 1
    return sys.platform == "linux" and kind == "BINARY" and is_at_the_top and "site-packages" not in source


def _unloaded(binaries: list[Entry], get_imports: GetImports) -> set[str]:
    """Name the libraries of Qt that no module or plugin loads, directly or through others."""
    imports = {
        _name(entry): {PurePath(name).name.lower() for name, _ in get_imports(entry[1])}
        for entry in binaries
        if "PySide6" in PurePath(entry[0]).parts and entry[2] != "SYMLINK"
    }
    libraries = {_name(entry) for entry in binaries if _is_library_of_qt(entry)}
    unloaded = set(libraries)
    waiting = [name for name in imports if name not in libraries]
    while waiting:
        new = unloaded & imports[waiting.pop()]
        unloaded -= new
        waiting += new
    return unloaded


def _is_library_of_qt(entry: Entry) -> bool:
    is_library = entry[2] == "BINARY" and "PySide6" in PurePath(entry[0]).parts
    return (
        is_library and "plugins" not in PurePath(entry[0]).parts and _name(entry).removeprefix("lib").startswith("qt")
    )
