"""Embeds the images of a command, or restores what an earlier command or the window has kept of them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from sam3_annotator.model import (
    GIGABYTE,
    CacheBudgets,
    DiskLevel,
    Embedding,
    EmbeddingCache,
    RestoringSession,
    Session,
    default_folder,
)
from sam3_annotator.project import hash_file

USUAL_BYTES: Final = 10 * GIGABYTE
# A command goes through its images once: nothing that is on disk needs to stay in memory.
_DEVICE_BYTES: Final = 1
_HOST_BYTES: Final = 1


def embed_file(path: Path, image: NDArray[np.uint8], session: Session, cache_gigabytes: float | None) -> Embedding:
    """Give the embedding of an image that was read from `path`; with 0 gigabytes nothing is kept or restored."""
    if not isinstance(session, RestoringSession) or cache_gigabytes == 0:
        return session.embed(image)
    with kept_embeddings(cache_gigabytes) as cache:
        return cache.embed(hash_file(path), session, lambda: image)


@contextmanager
def kept_embeddings(cache_gigabytes: float | None) -> Iterator[EmbeddingCache]:
    """Give the cache of embeddings on disk, of so many gigabytes, and have it written to the end.

    None is the usual room, or what is taken already if that is more: a window may have been given more.
    """
    folder = default_folder()
    if cache_gigabytes is None:
        disk_bytes = max(USUAL_BYTES, DiskLevel(folder).usage().nbytes)
    else:
        disk_bytes = int(cache_gigabytes * GIGABYTE)
    cache = EmbeddingCache(CacheBudgets(_DEVICE_BYTES, _HOST_BYTES, disk_bytes), folder)
    try:
        yield cache
    finally:
        cache.close(None)
