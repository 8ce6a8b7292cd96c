"""The hidden folders beside an export in which it is made, each set held by the process that makes it."""

from __future__ import annotations

import os
import re
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

_TOKEN_BYTES = 4


class _FileLock(Protocol):
    def release(self, force: bool = False) -> None: ...


@dataclass(frozen=True, slots=True)
class ExportParts:
    """Folders beside an export, which need not be there: it grows in `new`, and the one before steps to `earlier`."""

    new: Path
    earlier: Path
    lock: Path

    @classmethod
    def of(cls, out: Path, token: str) -> ExportParts:
        """Name those of one export to `out`, which the token tells from others."""
        return cls(*(out.with_name(f".{out.name}.{token}.{purpose}") for purpose in ("part", "earlier", "lock")))


@contextmanager
def new_parts(out: Path) -> Iterator[ExportParts]:
    """Name the parts of an export to `out`, and hold them during the block."""
    parts = ExportParts.of(out, secrets.token_hex(_TOKEN_BYTES))
    with _held(parts):  # where there are no locks it is made all the same
        yield parts


def left_parts(out: Path) -> Iterator[ExportParts]:
    """Give what processes that are gone have left beside `out`, held until the next is asked for.

    Raises OSError where the folder cannot be read.
    """
    pattern = re.compile(rf"\.{re.escape(out.name)}\.([0-9a-f]{{{2 * _TOKEN_BYTES}}})\.(part|earlier|lock)")
    matches = [match for path in out.parent.iterdir() if (match := pattern.fullmatch(path.name))]
    for token in sorted({match[1] for match in matches}):
        parts = ExportParts.of(out, token)
        with _held(parts) as is_held:
            if is_held:
                yield parts


@contextmanager
def _held(parts: ExportParts) -> Iterator[bool]:
    lock = _acquire(parts.lock)
    try:
        yield lock is not None
    finally:
        if lock is not None:
            # POSIX: removed while still held, as the lock of a project is. Windows removes it when it is released.
            if os.name != "nt":
                parts.lock.unlink(missing_ok=True)
            lock.release()


def _acquire(path: Path) -> _FileLock | None:
    """Take a lock that ends with the process; None if another has it, or there are no locks on this disk."""
    from filelock import FileLock, Timeout  # takes 30-60 ms to import, which only exports need

    lock = FileLock(path, blocking=False, thread_local=False)
    try:
        lock.acquire()
    except (Timeout, OSError, NotImplementedError):
        return None
    return lock
