"""Runs work that writes to the project for long on another thread, over a second store beside the window's."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sam3_annotator.project import ChangeSet, Progress, ProjectStore
from sam3_annotator.ui.background import Work

_written: list[Path] = []  # the projects that are written to now, from whatever thread


@dataclass(frozen=True, slots=True)
class Written:
    """What the work returned, and what it changed, which the window's store has yet to announce."""

    value: Any
    changes: tuple[ChangeSet, ...]


def beside(store: ProjectStore, work: Callable[[ProjectStore, Progress], Any]) -> Work:
    """Give the work for a `BackgroundTask`; its result is a `Written`, to be passed to `announce`."""

    def run(progress: Progress) -> Written:
        changes: list[ChangeSet] = []
        _written.append(store.path)
        try:
            with store.open_beside() as other:
                other.subscribe(changes.append)
                value = work(other, progress)
        finally:
            _written.remove(store.path)
        return Written(value, tuple(changes))

    return run


def is_written_beside(store: ProjectStore) -> bool:
    """Whether work beside a store is under way: an edit of the store itself would have to wait for it."""
    return store.path in _written


def announce(store: ProjectStore, written: Written) -> Any:  # noqa: ANN401 - whatever the work returned
    """Tell the views what was written; on the thread of the window's store. Gives what the work returned."""
    for changes in written.changes:
        store.announce(changes)
    return written.value
