"""Computes the SHA-256 of a file, telling how far it is."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Final, Protocol

from sam3_annotator.model.progress import Progress, untold

CHUNK_BYTES: Final = 1 << 20


class Hasher(Protocol):
    """What takes bytes towards a hash."""

    def update(self, data: bytes, /) -> None:
        """Take bytes."""
        ...


def sha256_of(file: Path, progress: Progress = untold) -> str:
    """Give the hash of a file in hexadecimal; `progress` counts bytes."""
    hasher = hashlib.sha256()
    feed(hasher, file, file.stat().st_size, progress)
    return hasher.hexdigest()


def feed(hasher: Hasher, file: Path, total: int, progress: Progress = untold) -> None:
    """Give a whole file to a hasher; `total` is the whole for `progress`, of which the file may be a part."""
    done = 0
    with file.open("rb") as opened:
        while chunk := opened.read(CHUNK_BYTES):
            progress(done, total)
            hasher.update(chunk)
            done += len(chunk)
    progress(done, total)
