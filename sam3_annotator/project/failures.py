"""What goes wrong between the store and the disk, told as this package's errors."""

from __future__ import annotations

import errno
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sam3_annotator.project.errors import (
    EditError,
    KnownError,
    NotAProject,
    ProjectInUse,
    ProjectReadOnly,
    StorageFull,
)
from sam3_annotator.project.file_access import is_folder

# A quota or a limit on file sizes makes itself felt as one of these instead of SQLITE_FULL.
_NO_ROOM = {sqlite3.SQLITE_IOERR_WRITE, sqlite3.SQLITE_IOERR_SHMSIZE, sqlite3.SQLITE_IOERR_TRUNCATE}
_NO_ROOM_ERRNO = {errno.ENOSPC, errno.EFBIG, getattr(errno, "EDQUOT", errno.ENOSPC)}
_READ_ONLY_ERRNO = {errno.EACCES, errno.EPERM, errno.EROFS}


def storage_full(path: Path) -> StorageFull:
    """Say that the last change did not fit."""
    return StorageFull(
        f"The disk that {path.name} lies on is full, so the last change was not saved; everything before it is. "
        "Free some space, then try again."
    )


def read_only(path: Path) -> ProjectReadOnly:
    """Say that the project cannot be written."""
    return ProjectReadOnly(
        f"{path.name} or its folder cannot be written. Open the project read-only, or copy it to a folder of your own."
    )


def moved_away(path: Path) -> KnownError:
    """Say that the file of an open project is no longer at its place, or nor is its folder."""
    if not is_folder(path.parent):
        return KnownError(
            f"The folder of {path.name} cannot be reached any more, so the last change was not saved. Connect its "
            "drive again, then try again, or open the project again."
        )
    return KnownError(
        f"{path.name} was moved, deleted or replaced while it was open, so the last change was not saved. Put the "
        "file back, then try again."
    )


def damaged(path: Path) -> NotAProject:
    """Say that the file is damaged."""
    return NotAProject(f"{path.name} is damaged and cannot be read. Restore it from a backup, if there is one.")


def _sqlite_failure(error: sqlite3.Error, path: Path) -> Exception:
    if isinstance(error, sqlite3.OperationalError) and not hasattr(error, "sqlite_errorcode"):
        return damaged(path)  # not from SQLite but from its caller, which found a text that is none
    extended = getattr(error, "sqlite_errorcode", sqlite3.SQLITE_ERROR)
    code = extended & 0xFF
    if code == sqlite3.SQLITE_FULL or extended in _NO_ROOM:
        return storage_full(path)
    if code == sqlite3.SQLITE_READONLY:
        return read_only(path)
    if code in (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_FORMAT):
        return damaged(path)
    if code in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
        return ProjectInUse(f"{path.name} is being written by another program. Wait for it to end, then try again.")
    if code in (sqlite3.SQLITE_IOERR, sqlite3.SQLITE_CANTOPEN):
        return KnownError(
            f"{path.name} could not be read or written ({error}). Check that its drive is connected, then open the "
            "project again."
        )
    if code == sqlite3.SQLITE_CONSTRAINT:
        return EditError(f"The edit would leave the project inconsistent ({error}); nothing of it was kept.")
    return error


def _os_failure(error: OSError, path: Path) -> Exception:
    if error.errno in _NO_ROOM_ERRNO:
        return storage_full(path)
    if error.errno in _READ_ONLY_ERRNO:
        return read_only(path)
    if error.errno == errno.ENAMETOOLONG:
        return KnownError(f"The path of {path.name} is too long for this file system. Choose a shorter one.")
    return KnownError(f"{path.name} could not be opened: {error.strerror or error}. Check its folder and drive.")


def failure(error: sqlite3.Error | OSError, path: Path) -> Exception:
    """Return what to raise for an error of SQLite or the file system; the error itself if it is a fault of ours."""
    return _os_failure(error, path) if isinstance(error, OSError) else _sqlite_failure(error, path)


@contextmanager
def told(path: Path) -> Iterator[None]:
    """Turn errors of SQLite and the file system into this package's own."""
    try:
        yield
    except UnicodeDecodeError as error:  # a name in the tables
        raise damaged(path) from error
    except (sqlite3.Error, OSError) as error:
        translated = failure(error, path)
        if translated is error:
            raise
        raise translated from error
