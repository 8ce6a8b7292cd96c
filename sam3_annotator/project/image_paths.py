"""How the path of an image is written in a project file, and back."""

from __future__ import annotations

import os
from pathlib import Path


def absolute_path(path: str | os.PathLike[str]) -> Path:
    """Return the path from the root of its drive on, without `..`; links stay as they are where that is possible."""
    absolute = Path(path).absolute()
    return _settled(absolute) if ".." in absolute.parts else absolute


def stored_path(image: str | os.PathLike[str], folder: Path) -> str:
    """Return the path to keep for an image: relative to `folder`, with `/`; absolute if it is on another drive.

    A relative `image` is taken as relative to `folder`. `folder` is the absolute folder of the project file.
    """
    path = absolute_path(folder / image)
    for base in (folder, _real(folder)):
        if path.is_relative_to(base):
            return path.relative_to(base).as_posix()
    # Beyond the folder, `..` means what the file system says it means, so links are followed first.
    try:
        return Path(os.path.relpath(_settled(path), _real(folder))).as_posix()
    except ValueError:  # another drive of Windows
        return path.as_posix()


def located_path(stored: str, folder: Path) -> Path:
    """Return where the image of a stored path is; that file may be missing."""
    path = folder / stored
    return _settled(path) if ".." in path.parts else path


def _settled(path: Path) -> Path:
    """Follow the links on the way to a file, but not the file's own: its name is the one the user knows."""
    return _real(path) if path.name == ".." else _real(path.parent) / path.name


def _real(path: Path) -> Path:
    return Path(os.path.realpath(path))
