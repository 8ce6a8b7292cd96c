"""Embeds the image of a command, or restores what an earlier command or the window has kept of it."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from sam3_annotator.model import (
    GIGABYTE,
    CacheBudgets,
    Embedding,
    EmbeddingCache,
    RestoringSession,
    Session,
    default_folder,
)
from sam3_annotator.project import hash_file


def embed_file(path: Path, image: NDArray[np.uint8], session: Session, cache_gigabytes: float) -> Embedding:
    """Give the embedding of an image that was read from `path`; with 0 gigabytes nothing is kept or restored."""
    if not isinstance(session, RestoringSession) or not cache_gigabytes:
        return session.embed(image)
    cache = EmbeddingCache(CacheBudgets(disk_bytes=int(cache_gigabytes * GIGABYTE)), default_folder())
    try:
        return cache.embed(hash_file(path), session, lambda: image)
    finally:
        cache.close(None)
