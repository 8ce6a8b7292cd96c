"""Holds the values used last in memory, within a byte budget."""

from __future__ import annotations

import threading
from collections import OrderedDict
from typing import Generic, Protocol, TypeVar


class Sized(Protocol):
    """What says how much memory it holds."""

    @property
    def nbytes(self) -> int:
        """Bytes held."""
        ...


V = TypeVar("V", bound=Sized)


class MemoryLevel(Generic[V]):
    """Least-recently-used values by key; never holds more than `budget_bytes`.

    The budget may be changed at any time and counts from the next `put`. Every method may be called from any thread.
    """

    def __init__(self, budget_bytes: int) -> None:
        self.budget_bytes = budget_bytes
        self._lock = threading.Lock()
        self._used_bytes = 0
        # The size is kept beside the value, so that the sum stays right whatever `nbytes` says later.
        self._entries: OrderedDict[str, tuple[V, int]] = OrderedDict()

    @property
    def used_bytes(self) -> int:
        """Memory held by the values."""
        with self._lock:
            return self._used_bytes

    def __len__(self) -> int:
        with self._lock:
            return len(self._entries)

    def __contains__(self, key: str) -> bool:
        """Tell whether there is a value, without making it recently used."""
        with self._lock:
            return key in self._entries

    def get(self, key: str) -> V | None:
        """Return a value and make it the most recently used, or None."""
        with self._lock:
            entry = self._entries.get(key)
            if entry is None:
                return None
            self._entries.move_to_end(key)
            return entry[0]

    def put(self, key: str, value: V) -> list[tuple[str, V]]:
        """Keep a value; gives what falls out for it, least recently used first. One above the budget is not kept."""
        size = value.nbytes
        fallen: list[tuple[str, V]] = []
        with self._lock:
            _, earlier_size = self._entries.pop(key, (None, 0))
            self._used_bytes -= earlier_size
            if size > self.budget_bytes:
                return fallen
            while self._used_bytes + size > self.budget_bytes:
                oldest, (fallen_value, fallen_size) = self._entries.popitem(last=False)
                self._used_bytes -= fallen_size
                fallen.append((oldest, fallen_value))
            self._entries[key] = (value, size)
            self._used_bytes += size
        return fallen

    def clear(self) -> int:
        """Drop everything and return how many bytes that were."""
        with self._lock:
            freed = self._used_bytes
            self._entries.clear()
            self._used_bytes = 0
            return freed
