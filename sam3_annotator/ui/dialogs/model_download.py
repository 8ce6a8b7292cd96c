"""The download of a model in the background, its progress in words."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from typing import Final

from PySide6.QtCore import QObject, Signal

from sam3_annotator.model import Catalog, ModelEntry
from sam3_annotator.project import Progress
from sam3_annotator.ui.background import PROGRESS_UNIT, BackgroundTask, error_sentence, in_kib
from sam3_annotator.ui.dialogs.model_words import ASKING, download_words

# A rate measured over less is a guess.
SECONDS_TO_KNOW_THE_RATE: Final = 3.0


class ModelDownload(QObject):
    """One download at a time; `ended` has the sentence to show and the error, None if there was none."""

    progressed = Signal(int, int, str)  # done, total, both in KiB, and in words
    ended = Signal(str, object)  # sentence, Exception | None

    def __init__(
        self, catalog: Catalog, parent: QObject | None = None, *, clock: Callable[[], float] = time.monotonic
    ) -> None:
        super().__init__(parent)
        self._clock = clock
        self._catalog = catalog
        self._task: BackgroundTask | None = None
        self._began_at = 0.0
        self._began_with = 0
        self._had = 0  # from earlier, which is only read again

    @property
    def is_idle(self) -> bool:
        """Whether no download is under way."""
        return self._task is None or self._task.is_idle

    def start(self, entry: ModelEntry, token: str | None) -> None:
        """Fetch a model; the token goes into the request and nowhere else."""

        def work(progress: Progress) -> Path:
            return self._catalog.download(entry.name, token=token, progress=in_kib(progress))

        self._began_at, self._had = 0.0, entry.fetched // PROGRESS_UNIT
        self._task = BackgroundTask(work, owner=self)
        self._task.progress.connect(self._tell)
        self._task.result.connect(lambda _path: self.ended.emit(f"{entry.title} is downloaded and checked.", None))
        self._task.failed.connect(lambda error: self.ended.emit(error_sentence(error, "The download"), error))
        self._task.cancelled.connect(lambda: self.ended.emit("Stopped. What has arrived is kept.", None))
        self._task.start()

    def stop(self) -> None:
        """Stop the download, if one is under way."""
        if self._task is not None:
            self._task.cancel()

    def _tell(self, done: int, total: int) -> None:
        words = download_words(done * PROGRESS_UNIT, total * PROGRESS_UNIT, self._seconds_left(done, total))
        self.progressed.emit(done, total, words if done else ASKING)

    def _seconds_left(self, done: int, total: int) -> float | None:
        """Judge by what has come over the network so far; None while that is too little."""
        if done < self._had:
            return None
        now = self._clock()
        if not self._began_at:
            self._began_at, self._began_with = now, done
        passed, fetched = now - self._began_at, done - self._began_with
        return passed * (total - done) / fetched if passed > SECONDS_TO_KNOW_THE_RATE and fetched > 0 else None
