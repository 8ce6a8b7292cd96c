"""Names of files and folders that every system takes, made of names that only some do."""

from __future__ import annotations

import re
from pathlib import PurePosixPath

_LONGEST = 255  # bytes of UTF-8 on Linux; Windows and macOS count otherwise, and take no less
_ROOM = len(".json")  # labels are called as their image is, with a suffix that may be longer
_FORBIDDEN = re.compile(r'[\x00-\x1f<>:"/\\|?*]')
# Windows takes these for devices, whatever follows the first dot.
_DEVICE = re.compile(r"(?:con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³]|conin\$|conout\$)(?= *(?:\.|$))", re.IGNORECASE)


def portable_part(name: str) -> str:
    """Return a part of a path as every system takes it, the name itself wherever that is so.

    `_` stands for signs that Windows has for something else and for dots and spaces at the end, and comes behind names
    of its devices, such as `aux`. What is too long is cut before the suffix, with room for the suffixes of labels.
    """
    portable = _FORBIDDEN.sub("_", name)
    kept = portable.rstrip(". ")
    portable = kept if kept == portable else f"{kept}_"
    device = _DEVICE.match(portable)
    if device:
        portable = f"{device[0]}_{portable[device.end() :]}"
    return shortened(portable)


def portable_path(path: PurePosixPath) -> PurePosixPath:
    """Return a relative path of which every part is portable."""
    return PurePosixPath(*map(portable_part, path.parts))


def shortened(name: str, behind: str = "") -> str:
    """Return a part of a path with `behind` before its suffix, cut before that if it is too long for a system."""
    path = PurePosixPath(name)
    suffix = path.suffix if len(path.suffix.encode()) <= 2 * _ROOM else ""
    stem = name.removesuffix(suffix)
    room = _LONGEST - max(len(suffix.encode()), _ROOM) - len(behind.encode())
    if len(stem.encode()) > room:
        stem = stem.encode()[:room].decode(errors="ignore").rstrip(". ")
    return f"{stem}{behind}{suffix}"
