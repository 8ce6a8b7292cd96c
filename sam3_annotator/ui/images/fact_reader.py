"""Reads size, hash and problems of image files in the background, some files at a time."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QObject, Signal

from sam3_annotator.project import ChangeSet, ImageFacts, ImageId, KnownError, Progress, read_facts
from sam3_annotator.ui.background import BackgroundTask
from sam3_annotator.ui.store_bridge import StoreBridge

# Small enough that facts appear while the user looks, large enough that the store is not written all the time.
FILES_AT_A_TIME = 32


class FactReader(QObject):
    """Completes the image records whose files have not been read yet; starts again when images are added.

    `progress` carries how many images of how many have facts, and `(n, n)` when all have.
    """

    progress = Signal(int, int)

    def __init__(self, bridge: StoreBridge, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._store = bridge.store
        self._task: BackgroundTask | None = None
        self._is_closed = False
        bridge.changed.connect(self._follow)

    @property
    def is_idle(self) -> bool:
        """No file is being read."""
        return self._task is None

    def start(self) -> None:
        """Read the next files without facts, if any."""
        if self._task is not None or self._is_closed or self._store.is_read_only:
            return
        images = self._store.images()
        unread = [image.id for image in images if not image.facts.content_hash and not image.facts.problem]
        self.progress.emit(len(images) - len(unread), len(images))
        if not unread:
            return
        files = {image_id: self._store.image_file(image_id) for image_id in unread[:FILES_AT_A_TIME]}
        self._task = BackgroundTask(lambda progress: _read_all(files, progress))
        self._task.result.connect(self._keep)
        self._task.finished.connect(self._go_on)
        self._task.start()

    def close(self) -> None:
        """Stop after the file being read."""
        self._is_closed = True
        if self._task is not None:
            self._task.cancel()

    def _keep(self, facts: dict[ImageId, ImageFacts]) -> None:
        if self._is_closed:
            return
        known = {image.id for image in self._store.images()}
        try:
            self._store.set_image_facts({key: value for key, value in facts.items() if key in known})
        except KnownError:
            self._is_closed = True  # the disk takes nothing now; the user's next edit will say so in words

    def _go_on(self) -> None:
        self._task = None
        self.start()

    def _follow(self, changes: ChangeSet) -> None:
        if changes.touched("images"):
            self.start()


def _read_all(files: dict[ImageId, Path], progress: Progress) -> dict[ImageId, ImageFacts]:
    facts = {}
    for done, (image_id, path) in enumerate(files.items()):
        progress(done, len(files))
        facts[image_id] = read_facts(path)
    return facts
