"""Keeps the figures of a project up to date while somebody looks at them, without holding anybody up."""

from __future__ import annotations

import time
from typing import Any, Final

from PySide6.QtCore import QObject, QTimer, Signal, Slot

from sam3_annotator.project import ChangeKind, ChangeSet, InstanceId
from sam3_annotator.ui.background import BackgroundTask
from sam3_annotator.ui.statistics.figures import Figures, Sizes, measure, read_figures
from sam3_annotator.ui.store_bridge import StoreBridge

QUIET_MS: Final = 400
# In a large project that is changed all the time, reading leaves most of the time to the rest.
REST: Final = 2.0


class FiguresReader(QObject):
    """Reads the figures once somebody watches, and after changes; measures the instances after that.

    One reading at a time, so that what comes last is the newest. What the figures are is told at once, the sizes
    later: of the instances that have changed only, once all have been measured.
    """

    changed = Signal()
    measuring = Signal(int, int)  # instances measured, of all that have to be; alike at the end
    failed = Signal(object)  # Exception

    def __init__(self, bridge: StoreBridge, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._path = bridge.store.path
        self._figures: Figures | None = None
        self._sizes: Sizes = {}
        self._areas: dict[InstanceId, float] = {}
        self._reshaped: set[InstanceId] = set()  # since the measuring under way began
        self._is_outdated = True
        self._is_watched = False
        self._task: BackgroundTask | None = None
        self._began = 0.0
        self._pause = QTimer(self, singleShot=True, interval=QUIET_MS)
        self._pause.timeout.connect(self._read)
        bridge.changed.connect(self._follow)

    @property
    def figures(self) -> Figures | None:
        """The figures, None before they have been read."""
        return self._figures

    @property
    def sizes(self) -> Sizes:
        """The sizes as measured last."""
        return self._sizes

    @property
    def is_idle(self) -> bool:
        """Nothing is being read or is about to be."""
        return self._task is None and not self._pause.isActive()

    def set_watched(self, is_watched: bool) -> None:
        """Say whether anybody looks at the figures; what could not be read, or has changed since, is read then."""
        self._is_watched = is_watched
        if is_watched and (self._is_outdated or self._figures is None) and self.is_idle:
            self._read()

    def close(self) -> None:
        """Give up what is being read, without a word."""
        self._is_watched = False
        self._pause.stop()
        if self._task is not None:
            self._task.cancel()

    @Slot()
    def _read(self) -> None:
        if not self._is_watched:
            return
        self._is_outdated = False
        path = self._path
        self._start(BackgroundTask(lambda _progress: read_figures(path), owner=self), self._take)

    @Slot(object)
    def _take(self, figures: Figures) -> None:
        self._figures = figures
        self._pause.setInterval(max(QUIET_MS, round((time.monotonic() - self._began) * REST * 1000)))
        self.changed.emit()
        if not self._is_outdated:
            self._measure()

    def _measure(self) -> None:
        path, areas = self._path, self._areas.copy()
        self._reshaped.clear()
        task = BackgroundTask(lambda progress: measure(path, areas, progress), owner=self)
        task.progress.connect(self.measuring)
        self._start(task, self._take_sizes)

    @Slot(object)
    def _take_sizes(self, measured: tuple[dict[InstanceId, float], Sizes]) -> None:
        areas, self._sizes = measured
        self._areas |= areas
        for instance_id in self._reshaped:
            self._areas.pop(instance_id, None)
        self.measuring.emit(1, 1)
        self.changed.emit()

    def _start(self, task: BackgroundTask, take: Any) -> None:  # noqa: ANN401 - a slot
        self._task = task
        self._began = time.monotonic()
        task.result.connect(take)
        task.failed.connect(self.failed)
        task.finished.connect(self._end)
        task.start()

    @Slot()
    def _end(self) -> None:
        if self._task is None or not self._task.is_idle:
            return  # the result has begun the next
        self._task = None
        if self._is_outdated and self._is_watched:
            self._pause.start()

    @Slot(object)
    def _follow(self, changes: ChangeSet) -> None:
        if changes.kind is ChangeKind.FACTS:  # reading image files changes nothing that is counted
            return
        for change in changes.changes:
            if change.table == "instances" and change.has_other_region:
                self._areas.pop(InstanceId(change.row_id), None)
                self._reshaped.add(InstanceId(change.row_id))
        self._is_outdated = True
        if self._is_watched and self.is_idle:
            self._pause.start()
