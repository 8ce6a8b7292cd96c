"""The lock that keeps two instances of the program from writing to the same project."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path
from typing import Protocol

from sam3_annotator.project.errors import ProjectInUse

LOCK_SUFFIX = ".lock"
_PATIENCE = 0.3  # seconds: as long as another instance may take from letting go of the lock to being gone


class _FileLock(Protocol):
    def release(self, force: bool = False) -> None: ...


class ProjectLock:
    """Held while a project is open for writing: an OS lock on a file beside it, which ends with the process.

    Raises ProjectInUse if somebody else holds it, OSError if the file cannot be made.
    """

    def __init__(self, project: Path) -> None:
        # Takes 30-60 ms to import, which a start without a project need not wait for.
        from filelock import FileLock, Timeout

        target = Path(os.path.realpath(project))
        self._path = target.with_name(target.name + LOCK_SUFFIX)
        lock = FileLock(self._path, timeout=_PATIENCE, thread_local=False)
        try:
            lock.acquire()
        except Timeout as error:
            raise ProjectInUse(
                f"{project.name} is open in another window or program. Close it there, then open it here again."
            ) from error
        self._lock: _FileLock | None = lock

    def release(self) -> None:
        """Let go of the lock and take its file away; safe to call again, and where the drive is gone."""
        if self._lock is None:
            return
        lock, self._lock = self._lock, None
        # POSIX: removed while still held, so that nobody can hold a lock on a file without a name (`filelock` looks
        # at the link count after locking). Windows removes the file itself when the lock is released.
        if os.name != "nt":
            with suppress(OSError):
                self._path.unlink(missing_ok=True)
        with suppress(OSError):
            lock.release()
