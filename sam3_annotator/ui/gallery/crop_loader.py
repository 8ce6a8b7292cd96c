"""Has crops made off the GUI thread for what is in view, those of one image together, and keeps them in memory."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Collection, Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
from math import inf
from pathlib import Path
from typing import Final

from PySide6.QtCore import QObject, QThread, QThreadPool, Signal

from sam3_annotator.project import (
    ImageId,
    ImageUnreadable,
    InstanceId,
    KnownError,
    ListedInstance,
    Progress,
    ProjectStore,
    Region,
)
from sam3_annotator.ui.background import BackgroundTask
from sam3_annotator.ui.gallery.crops import Crop, read_crops
from sam3_annotator.ui.gallery.kept_crop import KeptCrop

BUDGET_BYTES: Final = 192 << 20
"""Memory for crops: some screenfuls, also where a point has two pixels. What is in view is always kept."""


def thread_count() -> int:
    """Give how many images are read at once: half of the cores, so that the window keeps its own."""
    return max(2, min(QThread.idealThreadCount() // 2, 4))


@dataclass(eq=False)
class _Job:
    """One image being read, and the instances that are cut out of it."""

    image_id: ImageId
    side: int
    awaited: set[InstanceId]
    task: BackgroundTask = field(init=False)


class CropLoader(QObject):
    """Makes the crops that were asked for last, and no others: what is scrolled past is forgotten or stopped.

    An image that cannot be read is not tried again until `forget_images` or `retry`.
    """

    ready = Signal(object)  # frozenset[InstanceId]: `crop` has them now, or their image has a problem

    def __init__(self, store: ProjectStore, parent: QObject | None = None, *, budget_bytes: int = BUDGET_BYTES) -> None:
        super().__init__(parent)
        self._store = store
        self._budget = budget_bytes
        self._side = 0
        self._crops: OrderedDict[InstanceId, KeptCrop] = OrderedDict()
        self._nbytes = 0
        self._problems: dict[ImageId, str] = {}
        self._in_view: frozenset[InstanceId] = frozenset()
        self._queue: dict[ImageId, list[InstanceId]] = {}
        self._jobs: list[_Job] = []
        self._pool = QThreadPool(self)  # nobody waits for a screenful until an export is through
        self._pool.setMaxThreadCount(thread_count())

    @property
    def is_idle(self) -> bool:
        """Whether nothing that was asked for is outstanding."""
        return not (self._queue or self._jobs)

    @property
    def nbytes(self) -> int:
        """About what all crops take in memory."""
        return self._nbytes

    def crop(self, instance_id: InstanceId) -> KeptCrop | None:
        """Give a crop if it is in memory, of whatever size."""
        kept = self._crops.get(instance_id)
        if kept is not None:
            self._crops.move_to_end(instance_id)
        return kept

    def problem(self, image_id: ImageId) -> str:
        """Say why there is no crop of an image's instances, "" if there is one or may be one."""
        return self._problems.get(image_id, "")

    def want(self, in_view: Sequence[ListedInstance], side: int) -> None:
        """Have crops of `side` pixels made of what is in view, the first ones first, and of nothing else."""
        self._side = side
        self._in_view = frozenset(entry.id for entry in in_view)
        for job in self._jobs:
            if job.side != side or self._in_view.isdisjoint(job.awaited):
                job.awaited.clear()
                job.task.cancel()
        awaited = {instance_id for job in self._jobs for instance_id in job.awaited}
        self._queue = {}
        for entry in in_view:
            kept = self._crops.get(entry.id)
            if (kept is None or kept.side != side) and entry.id not in awaited and entry.image_id not in self._problems:
                self._queue.setdefault(entry.image_id, []).append(entry.id)
        self._start_next()

    def forget(self, instance_ids: Iterable[InstanceId]) -> None:
        """Drop the crops of instances that have another outline now or are gone, also those just being made."""
        for instance_id in instance_ids:
            self._drop(instance_id)
            for job in self._jobs:
                job.awaited.discard(instance_id)

    def forget_images(self, image_ids: Collection[ImageId], instance_ids: Iterable[InstanceId]) -> None:
        """Drop what is known of images whose files have changed, and the crops of their instances."""
        for image_id in image_ids:
            self._problems.pop(image_id, None)
        self.forget(instance_ids)

    def retry(self) -> None:
        """Try images again that could not be read: the file may be back."""
        self._problems.clear()

    def close(self) -> None:
        """Wait for the files being read; nobody is told what came of them."""
        self.want((), self._side)
        self._pool.waitForDone()

    def _start_next(self) -> None:
        while self._queue and len(self._jobs) < thread_count():
            image_id = next(iter(self._queue))
            self._start(image_id, self._queue.pop(image_id))

    def _start(self, image_id: ImageId, instance_ids: list[InstanceId]) -> None:
        regions = {id_: region for id_ in instance_ids if (region := self._region(id_)) is not None}
        if not regions:
            return
        with suppress(KeyError):  # an image that has just been taken out of the project
            facts = self._store.image(image_id).facts
            work = partial(
                _read,
                self._store.image_file(image_id),
                regions,
                self._side,
                max(facts.width, facts.height) or inf,
            )
            job = _Job(image_id, self._side, set(regions))
            job.task = BackgroundTask(work, self._pool, owner=self)
            job.task.result.connect(partial(self._keep, job))
            job.task.failed.connect(partial(self._fail, job))
            job.task.finished.connect(partial(self._end, job))
            self._jobs.append(job)
            job.task.start()

    def _region(self, instance_id: InstanceId) -> Region | None:
        with suppress(KeyError, KnownError):  # gone by now, or damaged: the place stays empty
            return self._store.instance(instance_id).region
        return None

    def _keep(self, job: _Job, made: dict[InstanceId, Crop] | str) -> None:
        awaited = frozenset(job.awaited)
        if isinstance(made, str):
            if awaited:
                self._problems[job.image_id] = made
        else:
            for instance_id in awaited & made.keys():
                self._put(instance_id, made[instance_id])
            self._make_room()
        if awaited:
            self.ready.emit(awaited)

    def _fail(self, job: _Job, _error: Exception) -> None:
        """Leave the image alone: the log has the details."""
        if job.awaited:
            self._problems[job.image_id] = "This image cannot be shown; the log says more."
            self.ready.emit(frozenset(job.awaited))

    def _end(self, job: _Job) -> None:
        self._jobs.remove(job)
        self._start_next()

    def _put(self, instance_id: InstanceId, crop: Crop) -> None:
        self._drop(instance_id)
        kept = KeptCrop(crop)
        self._crops[instance_id] = kept
        self._nbytes += kept.nbytes

    def _drop(self, instance_id: InstanceId) -> None:
        kept = self._crops.pop(instance_id, None)
        if kept is not None:
            self._nbytes -= kept.nbytes

    def _make_room(self) -> None:
        """Drop what was painted longest ago."""
        for instance_id in list(self._crops):
            if self._nbytes <= self._budget:
                return
            if instance_id not in self._in_view:
                self._drop(instance_id)


def _read(
    path: Path, regions: dict[InstanceId, Region], side: int, image_side: float, progress: Progress
) -> dict[InstanceId, Crop] | str:
    """Give the crops, or a sentence saying why there are none."""
    try:
        return read_crops(path, regions, side, image_side, progress)
    except ImageUnreadable as error:
        return str(error)
