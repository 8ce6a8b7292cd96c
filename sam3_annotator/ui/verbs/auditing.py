"""Compares all outlines of the project with what the model draws in their boxes, while nobody waits for the model."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject, Signal, Slot

from sam3_annotator.model import (
    BoxPrompt,
    EngineStage,
    EngineStatus,
    Job,
    Outcome,
    Slot as EngineSlot,
    Ticket,
    Workbench,
)
from sam3_annotator.project import (
    Agreement,
    ImageId,
    ImageRecord,
    ImageUnreadable,
    OutlinedInstance,
    ProjectStore,
    compare_outlines,
    counted,
    find_disagreements,
    find_undecodable,
    hash_file,
    images_in_use,
    instance_counts,
    outlined_instances,
    read_image,
)
from sam3_annotator.ui.assistance.engine_bridge import EngineBridge
from sam3_annotator.ui.assistance.shown_image import ShownImage
from sam3_annotator.ui.background import BackgroundTask
from sam3_annotator.ui.store_bridge import StoreBridge
from sam3_annotator.ui.verbs.checking import Checking


@dataclass(frozen=True, slots=True, eq=False)
class ReadImage:
    """An image read from its file, with the instances to be compared; `error` says why there are no pixels."""

    record: ImageRecord
    image: ShownImage | None = None
    instances: tuple[OutlinedInstance, ...] = ()
    error: ImageUnreadable | None = None


@dataclass(slots=True, eq=False)
class _Run:
    """A comparison under way: images still to be read, the one that is read and waits, and what came of the others."""

    total: int
    left: deque[ImageId]
    task: BackgroundTask | None = None
    waiting: ReadImage | None = None
    asked: tuple[Ticket, ReadImage] | None = None
    model: str = ""
    agreements: list[Agreement] = field(default_factory=list)
    unreadable: list[tuple[ImageRecord, Exception]] = field(default_factory=list)
    done: set[ImageId] = field(default_factory=set)


def audit_job(image: ShownImage, instances: tuple[OutlinedInstance, ...], shown_key: str | None) -> Job:
    """Make the job that compares the outlines of an image; it gives their agreements and what the model is called.

    A job that had to step back goes on where it was. `shown_key` is the embedding the user may be working on.
    """
    compared: list[Agreement] = []

    def job(bench: Workbench) -> tuple[tuple[Agreement, ...], str]:
        if shown_key is not None:
            bench.embeddings.device.get(shown_key)  # looked up, it is the last that would have to go
        embedding = image.embed(bench)
        for agreement in compare_outlines(
            instances[len(compared) :], lambda box: bench.draw(embedding, [BoxPrompt(*box)])
        ):
            compared.append(agreement)
            bench.check()
        return tuple(compared), bench.model_name

    return job


class Auditing(QObject):
    """One image after the other: read in the background, then compared when nobody waits for the model.

    The findings go to `checking`; of a comparison that is stopped, those of the images done by then. One model compares
    all: another model begins anew. `progress` counts images, `notice` says what came of it, `failed` carries what kept
    the model from answering.
    """

    changed = Signal()  # it has begun or ended
    progress = Signal(int, int)
    notice = Signal(str)
    failed = Signal(object)  # Exception

    def __init__(
        self,
        bridge: StoreBridge,
        checking: Checking,
        engine: EngineBridge,
        find_shown_key: Callable[[], str | None],
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._store = bridge.store
        self._checking = checking
        self._engine = engine
        self._find_shown_key = find_shown_key
        self._run: _Run | None = None
        engine.answered.connect(self._take_answer)
        engine.status_changed.connect(self._follow_model)

    @property
    def is_running(self) -> bool:
        """A comparison is under way."""
        return self._run is not None

    def start(self) -> None:
        """Compare the project as it is now, and check it if nobody has; nothing while a comparison is under way."""
        if self._run is not None:
            return
        if refusal := self._engine.refusal_of_clicks:
            self.failed.emit(refusal)
            return
        if self._checking.findings is None:
            self._checking.start()
        self._begin()
        self.changed.emit()

    def stop(self) -> None:
        """Give up the comparison under way; what it has found stays."""
        if self._run is not None:
            self._end(is_stopped=True)

    def close(self) -> None:
        """Give up the comparison under way without a word."""
        self._drop()

    def _begin(self) -> None:
        counts = instance_counts(self._store)
        images = [image.id for image in images_in_use(self._store) if image.id in counts]
        self._run = _Run(len(images), deque(images))
        self._go_on(self._run)

    def _go_on(self, run: _Run) -> None:
        """Ask the model about the image that is read, if it is free, and read the next one meanwhile."""
        if run.asked is None and run.waiting is not None:
            read, run.waiting = run.waiting, None
            assert read.image is not None
            job = audit_job(read.image, read.instances, self._find_shown_key())
            run.asked = self._engine.submit(EngineSlot.AUDIT, job, read.image.embedding_key), read
        if run.task is None and run.waiting is None and run.left:
            path, image_id = self._store.path, run.left.popleft()
            run.task = BackgroundTask(lambda _progress: _read(path, image_id), owner=self)
            run.task.result.connect(partial(self._take_read, run, image_id))
            run.task.failed.connect(partial(self._take_failure, run))
            run.task.start()
        self.progress.emit(len(run.done), run.total)
        if run.task is None and run.asked is None:
            self._end()

    def _take_read(self, run: _Run, image_id: ImageId, read: ReadImage | None) -> None:
        if run is not self._run:
            return
        run.task = None
        if read is not None and read.instances:
            run.waiting = read
        else:
            run.done.add(image_id)
            if read is not None and read.error is not None:
                run.unreadable.append((read.record, read.error))
        self._go_on(run)

    def _take_failure(self, run: _Run, error: Exception) -> None:
        if run is self._run:
            self._end(is_stopped=True)
            self.failed.emit(error)

    @Slot(object)
    def _take_answer(self, outcome: Outcome) -> None:
        run = self._run
        if run is None or run.asked is None or outcome.ticket != run.asked[0]:
            return
        if outcome.error is not None:
            self._take_failure(run, outcome.error)
            return
        assert isinstance(outcome.value, tuple)
        agreements, run.model = outcome.value
        run.agreements += agreements
        run.done.add(run.asked[1].record.id)
        run.asked = None
        self._go_on(run)

    @Slot(object)
    def _follow_model(self, status: EngineStatus) -> None:
        """Begin anew with another model: agreements of two models do not compare."""
        is_another = status.stage is EngineStage.LOADING and status.progress is None
        if is_another and self._run is not None and (self._run.done or self._run.asked is not None):
            self._drop()
            self._begin()

    def _drop(self) -> _Run | None:
        run, self._run = self._run, None
        if run is not None:
            if run.task is not None:
                run.task.cancel()
            self._engine.cancel(EngineSlot.AUDIT)
        return run

    def _end(self, *, is_stopped: bool = False) -> None:
        run = self._drop()
        assert run is not None
        if not is_stopped or run.done:
            agreements = self._still_true(run.agreements)
            low = find_disagreements(agreements)
            present = {image.id for image in images_in_use(self._store)}
            unread = [(record, error) for record, error in run.unreadable if record.id in present]
            unreadable = find_undecodable(self._store, unread, self._checking.findings or ())
            self._checking.take_comparison((*unreadable, *low), run.done)
            self.notice.emit(_words(run, len(agreements), len(low), is_stopped=is_stopped))
        self.changed.emit()

    def _still_true(self, agreements: list[Agreement]) -> list[Agreement]:
        """Pass over instances that were changed or deleted since their image was read, and images left out since."""
        images = {each.instance.image_id for each in agreements} & {image.id for image in images_in_use(self._store)}
        regions = {each.id: each.region for image_id in images for each in self._store.instances(image_id)}
        return [each for each in agreements if regions.get(each.instance.id) == each.instance.region]


def _read(project: Path, image_id: ImageId) -> ReadImage | None:
    """Read an image and its instances over a store of its own; None if the image is none of the project's any more."""
    with ProjectStore.open(project, read_only=True) as store:
        record = next((image for image in store.images() if image.id == image_id), None)
        if record is None:
            return None
        file = store.image_file(image_id)
        try:
            image = ShownImage(image_id, hash_file(file), read_image(file))
        except ImageUnreadable as error:
            return ReadImage(record, error=error)
        return ReadImage(record, image, outlined_instances(store, record, *image.pixels.shape[:2]))


def _words(run: _Run, compared: int, low: int, *, is_stopped: bool) -> str:
    if not compared:
        return "There is no outline to compare with the model."
    drawn = "none is drawn otherwise" if not low else f"{low:,} {'is' if low == 1 else 'are'} drawn otherwise"
    after = f", stopped after {len(run.done):,} of {counted(run.total, 'image')}" if is_stopped else ""
    return f"{counted(compared, 'outline')} compared with {run.model}{after}: {drawn}."
