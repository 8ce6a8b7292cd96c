"""Embeds the image of a command, or restores what an earlier command or the window has kept of it."""

from __future__ import annotations

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


def embed_file(path: Path, image: NDArray[np.uint8], session: Session, cache_gigabytes: float | None) -> Embedding:
    """Give the embedding of an image that was read from `path`; with 0 gigabytes nothing is kept or restored.

    None is the usual room, or what is taken already if that is more: a window may have been given more.
    """
    if not isinstance(session, RestoringSession) or cache_gigabytes == 0:
        return session.embed(image)
    folder = default_folder()
    if cache_gigabytes is None:
        disk_bytes = max(USUAL_BYTES, DiskLevel(folder).usage().nbytes)
    else:
        disk_bytes = int(cache_gigabytes * GIGABYTE)
    cache = EmbeddingCache(CacheBudgets(disk_bytes=disk_bytes), folder)
    try:
        return cache.embed(hash_file(path), session, lambda: image)
    finally:
        cache.close(None)
