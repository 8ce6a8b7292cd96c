"""Thumbnails of the images that are looked at, made off the GUI thread and kept in memory and on disk."""

from __future__ import annotations

import hashlib
from collections import OrderedDict
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QIODevice, QObject, QRect, QSaveFile, QSize, Qt, QTimer, Signal, Slot
from PySide6.QtGui import QImage, QPixmap

from sam3_annotator.project import ImageId, ImageUnreadable, Progress, make_thumbnail, missing_sentence
from sam3_annotator.ui.background import BackgroundTask

THUMBNAIL_SIZE: Final = QSize(64, 48)
"""Size in the list, in device-independent pixels; what sticks out of this shape is cut off."""
STORED_SIDE: Final = 192
"""Longest side on disk, in pixels: enough for the size in the list on a screen with two pixels per point."""
MEMORY_LIMIT: Final = 600
"""Thumbnails kept in memory: some screenfuls, 30 MB at most."""
DISK_LIMIT_BYTES: Final = 256 << 20
QUEUE_LIMIT: Final = 64
"""Requests waiting at most: rows that were scrolled past need no thumbnail."""
THREADS: Final = 2


@dataclass(frozen=True, slots=True)
class ThumbnailSource:
    """An image file, and what the project knows of its content (empty and 0 if nothing)."""

    path: Path
    content_hash: str = ""
    byte_size: int = 0


@dataclass(frozen=True, slots=True)
class _Loaded:
    """What comes back from the background: a thumbnail, or a sentence saying why there is none."""

    image_id: ImageId
    image: QImage | None
    problem: str = ""


class ThumbnailLoader(QObject):
    """Gives thumbnails that are there and makes those that are asked for, the latest asked for first.

    Requests made in one turn of the event loop, as when a list is painted, keep their order among themselves.
    """

    ready = Signal(object)  # ImageId: `pixmap` has it now
    problem_found = Signal(object, str)  # ImageId, a sentence saying why there will be none

    def __init__(self, folder: Path, pixel_ratio: float = 1.0, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._folder = folder
        self._ratio = pixel_ratio
        self._pixmaps: OrderedDict[ImageId, QPixmap] = OrderedDict()
        self._failed: set[ImageId] = set()
        self._batch: dict[ImageId, ThumbnailSource] = {}
        self._queue: dict[ImageId, ThumbnailSource] = {}
        self._loading: dict[ImageId, BackgroundTask] = {}
        self._flush_timer = QTimer(self, singleShot=True, interval=0)
        self._flush_timer.timeout.connect(self._flush)

    @property
    def folder(self) -> Path:
        """The folder thumbnails are kept in."""
        return self._folder

    @property
    def is_idle(self) -> bool:
        """Whether nothing that was asked for is outstanding."""
        return not (self._batch or self._queue or self._loading)

    def pixmap(self, image_id: ImageId) -> QPixmap | None:
        """Give a thumbnail of `THUMBNAIL_SIZE` if it is in memory."""
        pixmap = self._pixmaps.get(image_id)
        if pixmap is not None:
            self._pixmaps.move_to_end(image_id)
        return pixmap

    def has_tried(self, image_id: ImageId) -> bool:
        """Whether the thumbnail is in memory, or known to be impossible."""
        return image_id in self._pixmaps or image_id in self._failed

    def request(self, image_id: ImageId, source: ThumbnailSource) -> None:
        """Have a thumbnail made, unless it is there, under way, or known to be impossible."""
        if not self.has_tried(image_id) and image_id not in self._loading:
            self._batch[image_id] = source
            self._flush_timer.start()

    def forget(self, image_id: ImageId) -> None:
        """Drop what is known of an image whose file has changed."""
        self._pixmaps.pop(image_id, None)
        self._failed.discard(image_id)

    def _flush(self) -> None:
        older = {id_: source for id_, source in self._queue.items() if id_ not in self._batch}
        self._queue = dict(list((self._batch | older).items())[:QUEUE_LIMIT])
        self._batch = {}
        self._start_next()

    def _start_next(self) -> None:
        while self._queue and len(self._loading) < THREADS:
            image_id = next(iter(self._queue))
            self._load(image_id, self._queue.pop(image_id))

    def _load(self, image_id: ImageId, source: ThumbnailSource) -> None:
        folder, ratio = self._folder, self._ratio

        def load(progress: Progress) -> _Loaded:
            try:
                return _Loaded(image_id, load_thumbnail(source, folder, THUMBNAIL_SIZE * ratio, progress))
            except ImageUnreadable as error:
                return _Loaded(image_id, None, str(error))

        task = self._loading[image_id] = BackgroundTask(load)
        task.result.connect(self._keep)
        task.finished.connect(self._go_on)
        task.start()

    @Slot(object)
    def _keep(self, loaded: _Loaded) -> None:
        if loaded.image is None:
            self._failed.add(loaded.image_id)
            self.problem_found.emit(loaded.image_id, loaded.problem)
            return
        loaded.image.setDevicePixelRatio(self._ratio)
        self._pixmaps[loaded.image_id] = QPixmap.fromImage(loaded.image)
        while len(self._pixmaps) > MEMORY_LIMIT:
            self._pixmaps.popitem(last=False)
        self.ready.emit(loaded.image_id)

    @Slot()
    def _go_on(self) -> None:
        ended = {image_id for image_id, task in self._loading.items() if task.is_idle}
        for image_id in ended:
            del self._loading[image_id]
            if image_id not in self._pixmaps:
                self._failed.add(image_id)
        self._start_next()


def load_thumbnail(source: ThumbnailSource, folder: Path, size: QSize, progress: Progress) -> QImage:
    """Give a thumbnail of exactly `size` pixels, from the cache folder or made now and kept there.

    Raises `ImageUnreadable` for a file that is missing or cannot be shown.
    """
    stored = folder / f"{thumbnail_key(source)}.jpg"
    image = QImage(str(stored))
    if image.isNull():
        progress(0, 1)
        image = _image_of(make_thumbnail(source.path, STORED_SIDE))
        _store(image, stored)
    else:
        with suppress(OSError):  # it may be read, but not changed
            stored.touch()
    return cover(image, size)


def thumbnail_key(source: ThumbnailSource) -> str:
    """Name the content of an image file: by its hash while the size still fits it, else by path, size and time.

    Raises `ImageUnreadable` if the file cannot be found.
    """
    try:
        status = source.path.stat()
    except OSError as error:
        raise ImageUnreadable(missing_sentence(source.path)) from error
    if source.content_hash and status.st_size == source.byte_size:
        identity = f"content {source.content_hash}"
    else:
        identity = f"file {source.path.resolve()} {status.st_size} {status.st_mtime_ns}"
    return hashlib.blake2b(f"{STORED_SIDE} {identity}".encode(), digest_size=16).hexdigest()


def cover(image: QImage, size: QSize) -> QImage:
    """Scale an image so that it fills `size` (pixels) and cut off what sticks out, evenly on both sides."""
    scaled = image.scaled(
        size, Qt.AspectRatioMode.KeepAspectRatioByExpanding, Qt.TransformationMode.SmoothTransformation
    )
    frame = QRect((scaled.width() - size.width()) // 2, (scaled.height() - size.height()) // 2, 0, 0)
    frame.setSize(size)
    return scaled.copy(frame)


def prune_thumbnails(folder: Path, limit_bytes: int = DISK_LIMIT_BYTES) -> int:
    """Delete the thumbnails used least recently until the rest fits the limit; gives the number deleted."""
    files = []
    for file in folder.glob("*.jpg"):
        with suppress(OSError):  # another window was faster
            status = file.stat()
            files.append((status.st_mtime_ns, status.st_size, file))
    total = sum(size for _, size, _ in files)
    deleted = 0
    for _, size, file in sorted(files, key=lambda entry: entry[:2]):
        if total <= limit_bytes:
            break
        with suppress(OSError):
            file.unlink()
            deleted += 1
        total -= size
    return deleted


def _image_of(pixels: NDArray[np.uint8]) -> QImage:
    height, width = pixels.shape[:2]
    contiguous = np.ascontiguousarray(pixels)
    return QImage(contiguous.data, width, height, 3 * width, QImage.Format.Format_RGB888).copy()


def _store(image: QImage, path: Path) -> None:
    """Write a thumbnail if the cache folder takes it; a full or locked disk costs only the time to make it again."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
    except OSError:
        return
    file = QSaveFile(str(path))
    if file.open(QIODevice.OpenModeFlag.WriteOnly) and image.save(file, "JPEG", 85):  # type: ignore[call-overload] # PySide's stub lacks bytes
        file.commit()
