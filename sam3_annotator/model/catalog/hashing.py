"""Computes the SHA-256 of files, telling how far it is."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from pathlib import Path
from typing import Final, Protocol

from sam3_annotator.model.progress import Progress, untold

CHUNK_BYTES: Final = 1 << 20


class Hasher(Protocol):
    """What takes bytes towards a hash."""

    def update(self, data: bytes, /) -> None:
        """Take bytes."""
        ...


def sha256_of(files: Sequence[Path], progress: Progress = untold) -> str:
    """Give the hash of files, one after the other as if they were one, in hexadecimal; `progress` counts bytes."""
    hasher = hashlib.sha256()
    total = sum(file.stat().st_size for file in files)
    done = 0
    for file in files:
        done = feed(hasher, file, total, progress, done)
    return hasher.hexdigest()


def feed(hasher: Hasher, file: Path, total: int, progress: Progress = untold, done: int = 0) -> int:
    """Give a whole file to a hasher; gives back how many bytes it has now.

    `total` is the whole for `progress`, of which the file may be a part and `done` were given before.
    """
    with file.open("rb") as opened:
        while chunk := opened.read(CHUNK_BYTES):
            progress(done, total)
            hasher.update(chunk)
            done += len(chunk)
    progress(done, total)
    return done
