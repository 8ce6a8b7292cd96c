"""Labels images one after the other beside the user's own work, while nobody waits for the model."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from functools import partial
from typing import Any, Final, Generic, TypeVar

from PySide6.QtCore import QObject, QTimer, Signal

from sam3_annotator.model import Slot as EngineSlot
from sam3_annotator.project import ImageId, ImageUnreadable, KnownError, counted, first_names
from sam3_annotator.ui.assistance.engine_bridge import EngineBridge
from sam3_annotator.ui.assistance.shown_image import ShownImage
from sam3_annotator.ui.background import Work
from sam3_annotator.ui.settings import Settings
from sam3_annotator.ui.store_bridge import StoreBridge
from sam3_annotator.ui.verbs.beside import is_written_beside
from sam3_annotator.ui.verbs.image_walk import ImageWalk

# An import writes for as long as it takes.
RETRY_MS: Final = 200


@dataclass(frozen=True, slots=True)
class LabellingProgress:
    """How many images are done, and of the one that is looked at, how many looks of how many."""

    done: int
    total: int
    looked: int = 0
    looks: int = 1

    @property
    def fraction(self) -> float:
        """How much of the whole that is, 0 to 1, as far as images take the same time."""
        return (self.done + self.looked / self.looks) / self.total if self.total else 1.0


@dataclass(slots=True, eq=False, kw_only=True)
class LabellingRun:
    """Images being gone through; `since` is the mark of the history as that began."""

    walk: ImageWalk
    since: int
    unreadable: list[str] = field(default_factory=list)


R = TypeVar("R", bound=LabellingRun)


class BackgroundLabelling(QObject, Generic[R]):
    """Labels images one after the other, while nobody else waits for the model.

    Each image is read in the background, then the model is asked about it, then what it found is stored. Images that
    cannot be read, or that the subclass does not take, are passed over. What is stored is an undo step of its own:
    undo takes back what the user has done meanwhile before it. `notice` says what came of the work, `failed` carries
    what ended it early; what is stored by then stays.

    A subclass begins with `_walk_through`. In `_take_image` it gets an image and asks the model about it; in
    `_take_answer` it gets what the job returned, stores that by `_write`, and lets the walk go on. `_what_came` says in
    the end what came of all images.
    """

    changed = Signal()  # it has begun or ended
    progress = Signal(object)  # LabellingProgress
    notice = Signal(str)
    failed = Signal(object)  # Exception

    _slot: EngineSlot
    _nothing_came = ""  # what is said where there is nothing else to say

    def __init__(
        self,
        bridge: StoreBridge,
        engine: EngineBridge,
        settings: Settings,
        describe_model: Callable[[str], str],
        find_shown_key: Callable[[], str | None],
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._store = bridge.store
        self._engine = engine
        self._settings = settings
        self._describe_model = describe_model
        self._find_shown_key = find_shown_key
        self._run: R | None = None

    @property
    def is_running(self) -> bool:
        """Images are being gone through."""
        return self._run is not None

    def stop(self) -> None:
        """Give up what is left; what is stored stays."""
        if self._run is not None:
            self._end(self._run, is_stopped=True)

    def close(self) -> None:
        """Give up what is left without a word."""
        self._drop()

    # What a subclass does

    def _takes(self, run: R, image_id: ImageId) -> bool:
        """Say whether an image is to be read, when it is its turn."""
        raise NotImplementedError

    def _take_image(self, run: R, image: ShownImage) -> None:
        """Ask the model about an image that was read, or go on."""
        raise NotImplementedError

    def _take_answer(self, run: R, answer: Any) -> None:  # noqa: ANN401 - whatever the job gave
        """Store what the model says, ask more, or go on."""
        raise NotImplementedError

    def _progress_of(self, run: R) -> LabellingProgress:
        """Say how far it is."""
        return LabellingProgress(len(run.walk.done), run.walk.total)

    def _what_came(self, run: R) -> list[str]:
        """Say in sentences what came of it."""
        raise NotImplementedError

    # What subclasses share

    def _walk_through(self, image_ids: Sequence[ImageId], make_run: Callable[..., R]) -> None:
        """Begin; `make_run` is given the walk and the mark of the history."""
        try:
            since = self._store.history_mark
        except KnownError as error:
            self.failed.emit(error)
            return

        def read(image_id: ImageId) -> Work | None:
            return self._read(run, image_id)

        walk = ImageWalk(image_ids, read, self._engine, self._slot, self._find_shown_key, self)
        run = self._run = make_run(walk=walk, since=since)
        walk.came.connect(partial(self._take_image, run))
        walk.answered.connect(partial(self._take_answer, run))
        walk.unreadable.connect(partial(self._note_unreadable, run))
        walk.moved.connect(partial(self._tell_progress, run))
        walk.failed.connect(partial(self._fail, run))
        walk.ended.connect(partial(self._end, run))
        walk.start()
        self.changed.emit()

    @contextmanager
    def _failing(self, run: R) -> Iterator[None]:
        """End a run where the project cannot be read or written."""
        try:
            yield
        except KnownError as error:
            self._fail(run, error)

    def _write(self, run: R, write: Callable[[], None]) -> None:
        """Have something written as soon as nothing else writes to the project, if the run still goes on then."""
        if run is not self._run:
            return
        if is_written_beside(self._store):
            QTimer.singleShot(RETRY_MS, self, partial(self._write, run, write))
            return
        with self._failing(run):
            write()

    def _tell_progress(self, run: R) -> None:
        if run is self._run:
            self.progress.emit(self._progress_of(run))

    def _note_unreadable(self, run: R, image_id: ImageId, _error: ImageUnreadable) -> None:
        with suppress(KeyError):  # it may be gone by now
            run.unreadable.append(self._store.image_file(image_id).name)

    def _fail(self, run: R, error: Exception) -> None:
        self._end(run, is_stopped=True)
        self.failed.emit(error)

    def _end(self, run: R, *, is_stopped: bool = False) -> None:
        if run is self._run:
            self._drop()
            self.notice.emit(self._words(run, is_stopped=is_stopped))
            self.changed.emit()

    def _drop(self) -> None:
        run, self._run = self._run, None
        if run is not None:
            run.walk.close()

    def _read(self, run: R, image_id: ImageId) -> Work | None:
        if not self._takes(run, image_id):
            return None
        file = self._store.image_file(image_id)
        return lambda _progress: ShownImage.of_file(image_id, file)

    def _words(self, run: R, *, is_stopped: bool) -> str:
        progress = self._progress_of(run)
        left = progress.total - progress.done
        sentences = [f"Stopped with {counted(left, 'image')} left."] if is_stopped and left else []
        sentences += self._what_came(run)
        if run.unreadable:
            sentences.append(
                f"{counted(len(run.unreadable), 'image')} could not be read: {first_names(run.unreadable)}."
            )
        return " ".join(sentences) or self._nothing_came
