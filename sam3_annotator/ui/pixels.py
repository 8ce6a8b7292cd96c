"""Decodes image files off the GUI thread and keeps the pixels of the images around the shown one."""

from __future__ import annotations

from collections import OrderedDict
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QObject, QThreadPool, Signal

from sam3_annotator.project import ImageId, read_image
from sam3_annotator.ui.background import BackgroundTask

Pixels = NDArray[np.uint8]


class PixelLoader(QObject):
    """Image id -> `(H, W, 3)` uint8 RGB, EXIF orientation applied; least recently used first out.

    Every `request` is answered by one `loaded` or `failed`, at once when the pixels are at hand.
    """

    loaded = Signal(object, object)  # ImageId, Pixels
    failed = Signal(object, object)  # ImageId, Exception

    def __init__(self, budget_bytes: int = 768 << 20, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._budget_bytes = budget_bytes
        self._kept: OrderedDict[ImageId, Pixels] = OrderedDict()
        self._tasks: dict[ImageId, BackgroundTask] = {}
        self._pool = QThreadPool(self)
        self._pool.setMaxThreadCount(2)

    @property
    def is_idle(self) -> bool:
        """No file is being read."""
        return not self._tasks

    def get(self, image_id: ImageId) -> Pixels | None:
        """Return the pixels if they are at hand."""
        return self._kept.get(image_id)

    def request(self, image_id: ImageId, path: Path) -> None:
        """Ask for an image's pixels; asking again while it is being read changes nothing."""
        if image_id in self._kept:
            self._kept.move_to_end(image_id)
            self.loaded.emit(image_id, self._kept[image_id])
        elif image_id not in self._tasks:
            task = BackgroundTask(lambda _progress: read_image(path), self._pool)
            self._tasks[image_id] = task
            task.result.connect(lambda pixels: self._keep(image_id, pixels))
            task.failed.connect(lambda error: self._fail(image_id, error))
            task.start()

    def forget(self, image_id: ImageId) -> None:
        """Drop an image's pixels, since its file is another now."""
        self._kept.pop(image_id, None)

    def close(self) -> None:
        """Wait for the files being read; their pixels are not wanted any more, and nobody is told."""
        self.blockSignals(True)
        for task in self._tasks.values():
            task.cancel()
        self._pool.waitForDone()

    def _keep(self, image_id: ImageId, pixels: Pixels) -> None:
        del self._tasks[image_id]
        self._kept[image_id] = pixels
        while len(self._kept) > 1 and sum(kept.nbytes for kept in self._kept.values()) > self._budget_bytes:
            self._kept.popitem(last=False)
        self.loaded.emit(image_id, pixels)

    def _fail(self, image_id: ImageId, error: Exception) -> None:
        del self._tasks[image_id]
        self.failed.emit(image_id, error)
