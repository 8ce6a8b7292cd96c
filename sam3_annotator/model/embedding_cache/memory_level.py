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
    """Least-recently-used values by key, within `budget_bytes`.

    Values may grow while they are held. They are weighed whenever it matters, so that `used_bytes` is always right;
    what has grown beyond the budget goes at the next `trim` or `put`. The budget may be changed at any time and counts
    from then, too. Every method may be called from any thread.
    """

    def __init__(self, budget_bytes: int) -> None:
        self.budget_bytes = budget_bytes
        self._lock = threading.Lock()
        self._entries: OrderedDict[str, V] = OrderedDict()

    @property
    def used_bytes(self) -> int:
        """Memory held by the values."""
        with self._lock:
            return self._weigh()

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
            value = self._entries.get(key)
            if value is not None:
                self._entries.move_to_end(key)
            return value

    def put(self, key: str, value: V) -> list[tuple[str, V]]:
        """Keep a value; gives what falls out for it, least recently used first. One above the budget is not kept."""
        size = value.nbytes
        with self._lock:
            self._entries.pop(key, None)
            if size > self.budget_bytes:
                return []
            fallen = self._make_room(size)
            self._entries[key] = value
            return fallen

    def trim(self) -> list[tuple[str, V]]:
        """Drop the least recently used until the rest fits, whatever has grown; gives what falls out, as `put` does."""
        with self._lock:
            return self._make_room(0)

    def clear(self) -> int:
        """Drop everything and return how many bytes that were."""
        with self._lock:
            freed = self._weigh()
            self._entries.clear()
            return freed

    def _weigh(self) -> int:
        return sum(value.nbytes for value in self._entries.values())

    def _make_room(self, size: int) -> list[tuple[str, V]]:
        fallen: list[tuple[str, V]] = []
        excess = self._weigh() + size - self.budget_bytes
        while excess > 0 and self._entries:
            key, value = self._entries.popitem(last=False)
            excess -= value.nbytes
            fallen.append((key, value))
        return fallen
