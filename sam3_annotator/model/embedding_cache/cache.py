"""The cache of embeddings: on the device, then packed in main memory, then packed on disk."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from sam3_annotator.model.embedding_cache.background_writer import BackgroundWriter
from sam3_annotator.model.embedding_cache.disk_level import DiskLevel
from sam3_annotator.model.embedding_cache.memory_level import MemoryLevel
from sam3_annotator.model.session import (
    Check,
    Embedding,
    PackedEmbedding,
    RestoringSession,
    Session,
    never_cancelled,
)

GIGABYTE: Final = 1_000_000_000

CLOSING_PATIENCE_S: Final = 1.0
"""Who closes the program waits so long at most for the disk to take what is still to be written."""

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class CacheBudgets:
    """How many bytes each level may hold: embeddings on the device, packed in main memory, packed on disk (0: off)."""

    device_bytes: int = 1 << 30
    host_bytes: int = 512 << 20
    disk_bytes: int = 0


class EmbeddingCache:
    """Embeddings by the content of their image, least recently used first out at each of three levels.

    An embedding is packed as soon as it is made: then it is in main memory, and written to disk in the background.
    So what falls out of a level is in the next one already, nobody waits for a disk, and a crash costs no more than
    what was being written. Sessions that are no `RestoringSession` have the first level only.

    An embedding counts as what it holds at the time. It may grow when it is used, as those of SAM 3 do with the first
    concept; others give way for that at the next call of `embed`, and the budget is exceeded no longer than until then.

    `embed` and `clear` belong to the model thread; everything else may be called from any.
    """

    def __init__(self, budgets: CacheBudgets | None = None, folder: Path | None = None) -> None:
        """Take the budgets; without a `folder` there is no disk level."""
        budgets = budgets or CacheBudgets()
        self.device: MemoryLevel[Embedding] = MemoryLevel(budgets.device_bytes)
        self.host: MemoryLevel[PackedEmbedding] = MemoryLevel(budgets.host_bytes)
        self.disk = DiskLevel(folder, budgets.disk_bytes) if folder is not None else None
        self._writer = BackgroundWriter()
        self._is_trimmed = False

    def set_budgets(self, budgets: CacheBudgets) -> None:
        """Give other budgets, which count from the next embedding kept."""
        self.device.budget_bytes = budgets.device_bytes
        self.host.budget_bytes = budgets.host_bytes
        if self.disk is not None:
            self.disk.budget_bytes = budgets.disk_bytes

    @property
    def used_bytes(self) -> int:
        """Memory held, on the device and beside it."""
        return self.device.used_bytes + self.host.used_bytes

    def __contains__(self, key: str) -> bool:
        """Tell whether an image's embedding is at hand: on the device."""
        return key in self.device

    def embed(
        self,
        key: str,
        session: Session,
        read_pixels: Callable[[], NDArray[np.uint8]],
        check: Check = never_cancelled,
        *,
        lasts: bool = True,
    ) -> Embedding:
        """Return the embedding of the image whose content `key` names: kept, restored, or made of its pixels now.

        One that does not last, as of a part of an image that is looked at once, takes no room from others beyond the
        first level.
        """
        embedding = self.device.get(key)
        self.device.trim()  # those before may have grown since; what falls out is in main memory, packed
        if embedding is not None:
            return embedding
        check()
        if lasts and isinstance(session, RestoringSession):
            embedding = self._restore_or_make(key, session, read_pixels, check)
        else:
            embedding = _make(session, read_pixels, check)
        self.device.put(key, embedding)
        return embedding

    def clear(self) -> int:
        """Drop everything from memory and return how many bytes that were; the disk keeps what it has."""
        return self.device.clear() + self.host.clear()

    def close(self, patience_s: float | None = CLOSING_PATIENCE_S) -> None:
        """Give the disk a moment to take what waits to be written; None waits until it has."""
        if not self._writer.close(patience_s):
            _log.info("Some embeddings were not written to disk in time.")

    def _restore_or_make(
        self, key: str, session: RestoringSession, read_pixels: Callable[[], NDArray[np.uint8]], check: Check
    ) -> Embedding:
        packed_key = f"{key} {session.encoder_fingerprint()}"
        packed = self.host.get(packed_key) or self._read(packed_key)
        if packed is not None:
            try:
                return session.restore(packed, check=check)
            except ValueError as error:
                _log.warning("A cached embedding was not used: %s", error)
        embedding = _make(session, read_pixels, check)
        packed = session.pack(embedding)
        self._keep_in_host(packed_key, packed)
        if self.disk is not None:
            self._writer.submit(partial(self.disk.write, packed_key, packed))
        return embedding

    def _read(self, packed_key: str) -> PackedEmbedding | None:
        if self.disk is None:
            return None
        if not self._is_trimmed:
            self._is_trimmed = self._writer.submit(self.disk.trim)
        packed = self.disk.read(packed_key)
        if packed is not None:
            self._keep_in_host(packed_key, packed)
        return packed

    def _keep_in_host(self, packed_key: str, packed: PackedEmbedding) -> None:
        for fallen_key, fallen in self.host.put(packed_key, packed):
            if self.disk is not None:
                self._writer.submit(partial(self.disk.preserve, fallen_key, fallen))


def _make(session: Session, read_pixels: Callable[[], NDArray[np.uint8]], check: Check) -> Embedding:
    pixels = read_pixels()
    check()
    return session.embed(pixels, check=check)
