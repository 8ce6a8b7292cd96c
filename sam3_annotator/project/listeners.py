"""Tells those who asked what each commit has changed."""

from __future__ import annotations

import logging
from collections import deque
from collections.abc import Callable

from sam3_annotator.project.changes import ChangeSet

Listener = Callable[[ChangeSet], None]

_log = logging.getLogger(__name__)


class Listeners:
    """The listeners of a store; all of them hear of all changes in the order of the commits."""

    def __init__(self) -> None:
        self._listeners: list[Listener] = []
        self._untold: deque[ChangeSet] = deque()
        self._is_telling = False

    def add(self, listener: Listener) -> Callable[[], None]:
        """Add a listener and return a function that removes it."""
        self._listeners.append(listener)

        def remove() -> None:
            if listener in self._listeners:
                self._listeners.remove(listener)

        return remove

    def tell(self, changes: ChangeSet) -> None:
        """Tell all listeners; changes that one of them makes meanwhile are told after these."""
        self._untold.append(changes)
        if self._is_telling:
            return
        self._is_telling = True
        try:
            while self._untold:
                self._tell_each(self._untold.popleft())
        finally:
            self._is_telling = False

    def _tell_each(self, changes: ChangeSet) -> None:
        for listener in tuple(self._listeners):
            try:
                listener(changes)
            except Exception:  # noqa: BLE001 - a bridge: the commit stands, whatever a view makes of it
                _log.exception("A listener failed on %r", changes.label)
