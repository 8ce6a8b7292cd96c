"""Decodes image files off the GUI thread and keeps the pixels of the images around the shown one."""

from __future__ import annotations

from collections import OrderedDict
from pathlib import Path
from typing import Final

from PySide6.QtCore import QObject, QThreadPool, Signal

from sam3_annotator.project import ImageId, hash_file, read_image
from sam3_annotator.ui.background import BackgroundTask
from sam3_annotator.ui.canvas.pyramid import ImagePyramid

THREADS: Final = 2


class PixelLoader(QObject):
    """Image id -> pixels, EXIF orientation applied, ready to be painted; least recently used first out.

    Every `request` is answered by one `loaded` or `failed`, at once if the pixels are at hand. There is no answer to a
    request that still waits for others to be read when `drop_waiting` is called.
    """

    loaded = Signal(object, object)  # ImageId, ImagePyramid
    failed = Signal(object, object)  # ImageId, Exception

    def __init__(self, budget_bytes: int = 768 << 20, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._budget_bytes = budget_bytes
        self._content_hashes: dict[ImageId, str] = {}
        self._kept: OrderedDict[ImageId, ImagePyramid] = OrderedDict()
        self._waiting: dict[ImageId, Path] = {}
        self._tasks: dict[ImageId, BackgroundTask] = {}
        self._pool = QThreadPool(self)
        self._pool.setMaxThreadCount(THREADS)

    @property
    def is_idle(self) -> bool:
        """No file is being read."""
        return not self._tasks

    def get(self, image_id: ImageId) -> ImagePyramid | None:
        """Return the pixels if they are at hand."""
        return self._kept.get(image_id)

    def content_hash(self, image_id: ImageId) -> str:
        """Return the hash of the file that pixels at hand, or lately at hand, were read from."""
        return self._content_hashes[image_id]

    def request(self, image_id: ImageId, path: Path) -> None:
        """Ask for an image's pixels; asking again while it is being read changes nothing."""
        if image_id in self._kept:
            self._kept.move_to_end(image_id)
            self.loaded.emit(image_id, self._kept[image_id])
        elif image_id not in self._tasks:
            self._waiting[image_id] = path
            self._start_next()

    def drop_waiting(self) -> None:
        """Forget what was asked for and is not being read yet: the user has gone on since."""
        self._waiting.clear()

    def forget(self, image_id: ImageId) -> None:
        """Drop an image's pixels, since its file is another now."""
        self._kept.pop(image_id, None)

    def close(self) -> None:
        """Wait for the files being read; their pixels are not wanted any more, and nobody is told."""
        self.blockSignals(True)
        self.drop_waiting()
        for task in self._tasks.values():
            task.cancel()
        self._pool.waitForDone()

    def _start_next(self) -> None:
        while self._waiting and len(self._tasks) < THREADS:
            image_id = next(iter(self._waiting))
            self._start(image_id, self._waiting.pop(image_id))

    def _start(self, image_id: ImageId, path: Path) -> None:
        task = self._tasks[image_id] = BackgroundTask(lambda _progress: _read(path), self._pool, owner=self)
        task.result.connect(lambda read: self._keep(image_id, *read))
        task.failed.connect(lambda error: self._fail(image_id, error))
        task.start()

    def _end(self, image_id: ImageId) -> None:
        del self._tasks[image_id]
        self._start_next()

    def _keep(self, image_id: ImageId, image: ImagePyramid, content_hash: str) -> None:
        self._end(image_id)
        self._content_hashes[image_id] = content_hash
        self._kept[image_id] = image
        while len(self._kept) > 1 and sum(kept.nbytes for kept in self._kept.values()) > self._budget_bytes:
            self._kept.popitem(last=False)
        self.loaded.emit(image_id, image)

    def _fail(self, image_id: ImageId, error: Exception) -> None:
        self._end(image_id)
        self.failed.emit(image_id, error)


def _read(path: Path) -> tuple[ImagePyramid, str]:
    # Of the bytes that are there now: what the project knows may be from before the file was replaced.
    content_hash = hash_file(path)
    image = ImagePyramid(read_image(path))
    image.prepare()
    return image, content_hash
