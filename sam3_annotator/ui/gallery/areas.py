"""The areas of all instances of a project: measured when they are first needed, many of them off the GUI thread."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Final

from PySide6.QtCore import QObject, Signal, Slot

from sam3_annotator.project import InstanceId, KnownError, Progress, ProjectStore, instance_areas
from sam3_annotator.ui.background import BackgroundTask

# Of so many instances at most are the areas measured on the GUI thread.
FEW: Final = 300


class Areas(QObject):
    """Knows areas in px², of the outlines as they are now."""

    progress = Signal(int, int)  # instances measured, of all
    ready = Signal()  # what was being measured is known, but for what has changed meanwhile
    failed = Signal(object)  # Exception

    def __init__(self, store: ProjectStore, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._store = store
        self._known: dict[InstanceId, float] = {}
        self._changed_meanwhile: set[InstanceId] = set()
        self._task: BackgroundTask | None = None

    @property
    def known(self) -> Mapping[InstanceId, float]:
        """The areas measured so far."""
        return self._known

    @property
    def is_idle(self) -> bool:
        """Nothing is being measured in the background."""
        return self._task is None

    def measure_few(self, instance_ids: Collection[InstanceId]) -> bool:
        """Measure those that are not yet, at once, unless they are many; says whether all are measured now."""
        unknown = [instance_id for instance_id in instance_ids if instance_id not in self._known]
        if len(unknown) > FEW:
            return False
        for instance_id in unknown:
            with suppress(KeyError, KnownError):  # gone by now, or damaged
                self._known[instance_id] = self._store.instance(instance_id).region.area
        return True

    def measure_all(self) -> None:
        """Measure all of the project in the background, unless that is under way; `ready` or `failed` tells the end."""
        if self._task is not None:
            return
        path = self._store.path
        self._changed_meanwhile.clear()
        self._task = BackgroundTask(lambda progress: _measured(path, progress), owner=self)
        self._task.progress.connect(self.progress)
        self._task.result.connect(self._take)
        self._task.failed.connect(self._fail)
        self._task.start()

    def forget(self, instance_ids: Iterable[InstanceId]) -> None:
        """Drop the areas of instances that have another outline now, or are gone."""
        for instance_id in instance_ids:
            self._known.pop(instance_id, None)
            self._changed_meanwhile.add(instance_id)

    def close(self) -> None:
        """Give up what is being measured, without a word."""
        if self._task is not None:
            self._task.cancel()

    @Slot(object)
    def _take(self, areas: dict[InstanceId, float]) -> None:
        self._task = None
        for instance_id in self._changed_meanwhile:
            areas.pop(instance_id, None)
        self._known = areas | self._known
        self.ready.emit()

    @Slot(object)
    def _fail(self, error: Exception) -> None:
        self._task = None
        self.failed.emit(error)


def _measured(project: Path, progress: Progress) -> dict[InstanceId, float]:
    """Measure all instances over a store of its own."""
    with ProjectStore.snapshot(project) as store:
        return instance_areas(store, progress)
