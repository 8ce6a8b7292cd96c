"""Goes through images one after the other: each is read while the model is asked about the one before."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Sequence
from functools import partial
from typing import Final

from PySide6.QtCore import QObject, QTimer, Signal, Slot

from sam3_annotator.model import Job, Outcome, Slot as EngineSlot, Ticket, Workbench
from sam3_annotator.project import ImageId, ImageUnreadable, KnownError
from sam3_annotator.ui.assistance.engine_bridge import EngineBridge
from sam3_annotator.ui.background import BackgroundTask, Work

# In one turn of the event loop: some milliseconds.
MOST_PASSED_OVER: Final = 500


class ImageWalk(QObject):
    """Goes through images one at a time, and reads the next one in the background meanwhile.

    When it is an image's turn to be read, `read` is called for the work that reads it; what the work returns comes with
    `came`. Whoever hears that may `ask` the model about the image, as often as need be, and has to call `go_on` when
    done with it. An image is passed over if `read` or its work returns None, and if it is `unreadable`. The embedding
    that `find_shown_key` names is kept at hand, since the user may be working on it.

    Close the walk after `ended`, when all images are `done`, after `failed`, or before, to give up what is left: it
    emits nothing any more then.
    """

    came = Signal(object)  # what an image was read as
    answered = Signal(object)  # what the job gave
    unreadable = Signal(object, object)  # ImageId, ImageUnreadable
    moved = Signal()  # an image was read or is done
    failed = Signal(object)  # Exception
    ended = Signal()

    def __init__(
        self,
        image_ids: Sequence[ImageId],
        read: Callable[[ImageId], Work | None],
        engine: EngineBridge,
        slot: EngineSlot,
        find_shown_key: Callable[[], str | None],
        parent: QObject,
    ) -> None:
        super().__init__(parent)
        self.total = len(image_ids)
        self.done: set[ImageId] = set()
        self._left = deque(image_ids)
        self._read = read
        self._engine = engine
        self._slot = slot
        self._find_shown_key = find_shown_key
        self._task: BackgroundTask | None = None
        self._waiting: tuple[ImageId, object] | None = None  # read, and not looked at yet
        self._looked_at: ImageId | None = None
        self._ticket: Ticket | None = None
        engine.answered.connect(self._take_answer)

    def start(self) -> None:
        """Begin with the first image."""
        self._move()

    def ask(self, job: Job, embedding_key: str) -> None:
        """Ask the model about the image that has come."""
        shown_key = self._find_shown_key()

        def ask(bench: Workbench) -> object:
            if shown_key is not None:
                bench.embeddings.device.get(shown_key)  # looked up, it is the last that would have to go
            return job(bench)

        self._ticket = self._engine.submit(self._slot, ask, embedding_key)

    def go_on(self) -> None:
        """Have done with the image that has come."""
        if self._looked_at is not None:
            self.done.add(self._looked_at)
            self._looked_at = None
        self._move()

    def close(self) -> None:
        """Give up what is left."""
        self.blockSignals(True)
        self._left.clear()
        if self._task is not None:
            self._task.cancel()
        self._engine.cancel(self._slot)
        self.deleteLater()

    def _move(self) -> None:
        if self._looked_at is None and self._waiting is not None:
            (image_id, value), self._waiting = self._waiting, None
            self._looked_at = image_id
            self.came.emit(value)
            if image_id in self.done:
                return  # that was all, and it has gone on
        try:
            if self._task is None and self._waiting is None:
                self._read_next()
        except KnownError as error:  # the project cannot be read
            self.failed.emit(error)
            return
        self.moved.emit()
        if self._task is not None or self._waiting is not None:
            return
        if self._left:  # others have their turn between those that are passed over
            QTimer.singleShot(0, self, self._move)
        elif self._looked_at is None:
            self.ended.emit()

    def _read_next(self) -> None:
        for _ in range(min(len(self._left), MOST_PASSED_OVER)):
            image_id = self._left.popleft()
            if (work := self._read(image_id)) is not None:
                self._task = BackgroundTask(work, owner=self)
                self._task.result.connect(partial(self._take, image_id))
                self._task.failed.connect(partial(self._take_failure, image_id))
                self._task.start()
                return
            self.done.add(image_id)

    def _take(self, image_id: ImageId, value: object) -> None:
        self._task = None
        if value is None:
            self.done.add(image_id)
        else:
            self._waiting = image_id, value
        self._move()

    def _take_failure(self, image_id: ImageId, error: Exception) -> None:
        self._task = None
        if not isinstance(error, ImageUnreadable):
            self.failed.emit(error)
            return
        self.done.add(image_id)
        self.unreadable.emit(image_id, error)
        self._move()

    @Slot(object)
    def _take_answer(self, outcome: Outcome) -> None:
        if self._ticket is None or outcome.ticket != self._ticket:
            return
        self._ticket = None
        if outcome.error is not None:
            self.failed.emit(outcome.error)
        else:
            self.answered.emit(outcome.value)
