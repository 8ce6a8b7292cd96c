"""Tells whether a file can be reached, and why not, in sentences for the user."""

from __future__ import annotations

import errno
import os
import stat
from pathlib import Path

from sam3_annotator.project.errors import ImageUnreadable

_IS_MISSING = "” is missing from “"

_WINDOWS_LIMIT = 260  # characters: longer paths it follows only where it has been told to, or as `unlimited` gives them


def is_there(path: Path) -> bool:
    """Whether there is a file at `path`; False too where the system does not let us look, or takes no such name."""
    try:
        return path.is_file()
    except (OSError, ValueError):
        return False


def is_folder(path: Path) -> bool:
    """Whether there is a folder at `path`; False too where the system does not let us look, or takes no such name."""
    try:
        return path.is_dir()
    except (OSError, ValueError):
        return False


def require_file(path: Path) -> os.stat_result:
    """Return the facts the system keeps about a file that can be opened as an image, as far as that tells.

    Raises `ImageUnreadable` if it is missing, empty, a folder or a device, or may not be looked at.
    """
    try:
        facts = path.stat()
    except (OSError, ValueError) as error:
        raise ImageUnreadable(why_not_opened(path, error)) from error
    if stat.S_ISDIR(facts.st_mode):
        name = path.name or path  # “.” and “/” have no name of their own
        raise ImageUnreadable(f"“{name}” is a folder, not an image file; open the images inside it instead.")
    if not stat.S_ISREG(facts.st_mode):
        raise ImageUnreadable(f"“{path.name}” is a device or a pipe, not an image file; leave it out.")
    if facts.st_size == 0:
        raise ImageUnreadable(f"“{path.name}” is empty (0 bytes); copy it again from where it came from.")
    return facts


def missing_sentence(path: Path) -> str:
    """Say that an image file is not where it should be, or that Windows does not find it there for its long path."""
    whole = str(path.absolute())
    if os.name == "nt" and len(whole) >= _WINDOWS_LIMIT and is_there(Path(unlimited(whole))):
        return _too_long_sentence(path)
    return f"“{path.name}{_IS_MISSING}{path.parent}”; put it back, or find the moved folder."


def says_missing(problem: str) -> bool:
    """Tell a problem of an image that `missing_sentence` says from all others."""
    return _IS_MISSING in problem


def unlimited(path: str) -> str:
    r"""Return an absolute path of Windows as one that may have more than 260 characters: below `\\?\`."""
    return f"\\\\?\\UNC{path[1:]}" if path.startswith("\\\\") else f"\\\\?\\{path}"


def _too_long_sentence(path: Path) -> str:
    return f"The path of “{path.name[:60]}” is too long for this system; move the file to a shorter path."


def why_not_opened(path: Path, error: OSError | ValueError) -> str:
    """Say in one sentence why the system does not give us a file."""
    match error:
        case FileNotFoundError() | NotADirectoryError():
            return missing_sentence(path)
        case PermissionError():
            return f"You are not allowed to read “{path.name}”; change the permissions of the file or its folder."
        case OSError(errno=errno.ENAMETOOLONG):
            return _too_long_sentence(path)
        case OSError(errno=errno.ELOOP):
            return f"“{path.name}” is a link that leads to itself; replace it by the file."
        case OSError(strerror=str(reason)):
            return f"“{path.name}” cannot be read ({reason}); check the drive it is on."
    return f"“{path.name}” is no name of a file; rename it."
