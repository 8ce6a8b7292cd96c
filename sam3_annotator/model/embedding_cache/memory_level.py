"""Embeddings of the images used last, within a byte budget."""

from __future__ import annotations

import threading
from collections import OrderedDict

from sam3_annotator.model.session import Embedding


class EmbeddingCache:
    """Least-recently-used embeddings by image key; never holds more than `budget_bytes`.

    Every method may be called from any thread; the embeddings themselves belong to the model thread.
    """

    def __init__(self, budget_bytes: int) -> None:
        self.budget_bytes = budget_bytes
        self._lock = threading.Lock()
        self._used_bytes = 0
        # The size is kept beside the embedding, so that the sum stays right whatever `nbytes` says later.
        self._entries: OrderedDict[str, tuple[Embedding, int]] = OrderedDict()

    @property
    def used_bytes(self) -> int:
        """Memory held by the cached embeddings."""
        with self._lock:
            return self._used_bytes

    def __len__(self) -> int:
        with self._lock:
            return len(self._entries)

    def __contains__(self, key: str) -> bool:
        """Tell whether the image is cached, without making it recently used."""
        with self._lock:
            return key in self._entries

    def get(self, key: str) -> Embedding | None:
        """Return the embedding and make it the most recently used, or None."""
        with self._lock:
            entry = self._entries.get(key)
            if entry is None:
                return None
            self._entries.move_to_end(key)
            return entry[0]

    def put(self, key: str, embedding: Embedding) -> None:
        """Keep an embedding, dropping the least recently used until it fits; one above the budget is not kept."""
        size = embedding.nbytes
        with self._lock:
            self._drop(key)
            if size > self.budget_bytes:
                return
            while self._used_bytes + size > self.budget_bytes:
                self._drop(next(iter(self._entries)))
            self._entries[key] = (embedding, size)
            self._used_bytes += size

    def clear(self) -> int:
        """Drop everything and return how many bytes that were."""
        with self._lock:
            freed = self._used_bytes
            self._entries.clear()
            self._used_bytes = 0
            return freed

    def _drop(self, key: str) -> None:
        entry = self._entries.pop(key, None)
        if entry is not None:
            self._used_bytes -= entry[1]
