"""Compares all that is labelled in the project with what the model draws and sees, while nobody waits for the model."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
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
    Finding,
    FindingKind,
    ImageId,
    ImageRecord,
    ImageUnreadable,
    Instance,
    InstanceId,
    Labelled,
    OutlinedInstance,
    ProjectStore,
    SeenImage,
    SoughtCategory,
    counted,
    find_by_sightings,
    find_disagreements,
    find_undecodable,
    findings_that_hold,
    hash_file,
    images_in_use,
    labelled_on,
    read_image,
    sightings_in_words,
    sought_categories,
)
from sam3_annotator.ui.assistance.engine_bridge import EngineBridge
from sam3_annotator.ui.assistance.shown_image import ShownImage
from sam3_annotator.ui.background import BackgroundTask
from sam3_annotator.ui.store_bridge import StoreBridge
from sam3_annotator.ui.verbs.checking import Checking
from sam3_annotator.ui.verbs.comparing import ImageComparison, images_to_compare, kinds_found_by


@dataclass(frozen=True, slots=True)
class _Plan:
    """What a comparison is to go through, and which categories it is to look for on the way."""

    images: tuple[ImageId, ...]
    sought: tuple[SoughtCategory, ...]


@dataclass(frozen=True, slots=True, eq=False)
class _ReadImage:
    """An image read from its file, with what is labelled on it; `error` says why there are no pixels."""

    record: ImageRecord
    image: ShownImage | None = None
    labelled: Labelled | None = None
    error: ImageUnreadable | None = None


@dataclass(slots=True, eq=False)
class _Run:
    """A comparison under way: images still to be read, the one that is read and waits, and what came of the others."""

    total: int = 0
    left: deque[ImageId] = field(default_factory=deque)
    sought: tuple[SoughtCategory, ...] = ()
    task: BackgroundTask | None = None
    waiting: _ReadImage | None = None
    asked: tuple[Ticket, ImageComparison] | None = None
    model: str = ""
    kinds: frozenset[FindingKind] = frozenset()  # that the model can find
    agreements: list[Agreement] = field(default_factory=list)
    seen: list[SeenImage] = field(default_factory=list)
    unreadable: list[tuple[ImageRecord, Exception]] = field(default_factory=list)
    done: set[ImageId] = field(default_factory=set)


def audit_job(image: ShownImage, comparison: ImageComparison, shown_key: str | None) -> Job:
    """Make the job of a comparison on an image; it gives what the model can find, and what the model is called.

    A job that had to step back goes on where it was. `shown_key` is the embedding the user may be working on.
    """

    def job(bench: Workbench) -> tuple[frozenset[FindingKind], str]:
        if shown_key is not None:
            bench.embeddings.device.get(shown_key)  # looked up, it is the last that would have to go
        if comparison.has_questions(bench.session):
            embedding = image.embed(bench)
            comparison.ask(bench.session, embedding, lambda box: bench.draw(embedding, [BoxPrompt(*box)]), bench.check)
        return kinds_found_by(bench.session), bench.model_name

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

    @property
    def _may_take_phrases(self) -> bool:
        """Whether the model knows names of things; of one that is being loaded that is not known."""
        capabilities = self._engine.status.capabilities
        return not capabilities or "phrases" in capabilities

    def _begin(self) -> None:
        run = self._run = _Run()
        path, may_take_phrases = self._store.path, self._may_take_phrases
        task = BackgroundTask(lambda _progress: _plan(path, may_take_phrases=may_take_phrases), owner=self)
        task.result.connect(partial(self._take_plan, run))
        self._start_task(run, task)

    def _start_task(self, run: _Run, task: BackgroundTask) -> None:
        run.task = task
        task.failed.connect(partial(self._take_failure, run))
        task.start()

    def _take_plan(self, run: _Run, plan: _Plan) -> None:
        if run is self._run:
            run.task = None
            run.total, run.left, run.sought = len(plan.images), deque(plan.images), plan.sought
            self._go_on(run)

    def _go_on(self, run: _Run) -> None:
        """Ask the model about the image that is read, if it is free, and read the next one meanwhile."""
        if run.asked is None and run.waiting is not None:
            read, run.waiting = run.waiting, None
            assert read.image is not None
            assert read.labelled is not None
            comparison = ImageComparison(read.labelled, run.sought)
            job = audit_job(read.image, comparison, self._find_shown_key())
            run.asked = self._engine.submit(EngineSlot.AUDIT, job, read.image.embedding_key), comparison
        if run.task is None and run.waiting is None and run.left:
            path, image_id = self._store.path, run.left.popleft()
            task = BackgroundTask(lambda _progress: _read(path, image_id), owner=self)
            task.result.connect(partial(self._take_read, run, image_id))
            self._start_task(run, task)
        self.progress.emit(len(run.done), run.total)
        if run.task is None and run.asked is None:
            self._end()

    def _take_read(self, run: _Run, image_id: ImageId, read: _ReadImage | None) -> None:
        if run is not self._run:
            return
        run.task = None
        if read is not None and read.labelled is not None and (read.labelled.instances or run.sought):
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
        run.kinds, run.model = outcome.value
        comparison, run.asked = run.asked[1], None
        run.agreements += comparison.agreements
        run.seen += [] if comparison.seen is None else [comparison.seen]
        run.done.add(comparison.labelled.image.id)
        self._go_on(run)

    @Slot(object)
    def _follow_model(self, status: EngineStatus) -> None:
        """Begin anew with another model: agreements of two models do not compare."""
        is_another = status.stage is EngineStage.LOADING and status.progress is None
        if is_another and self._run is not None:
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
            self._tell(run, is_stopped=is_stopped)
        self.changed.emit()

    def _tell(self, run: _Run, *, is_stopped: bool) -> None:
        """Give the findings of a run to the check, and say what came of it."""
        instances = self._instances_now(run)
        agreements = [each for each in run.agreements if _has_outline(each.instance, instances)]
        low = find_disagreements(agreements)
        seen = [_still_true(each, instances) for each in run.seen]
        spotted = findings_that_hold(self._store, find_by_sightings(seen), run.done)
        present = {image.id for image in images_in_use(self._store)}
        unread = [(record, error) for record, error in run.unreadable if record.id in present]
        unreadable = find_undecodable(self._store, unread, self._checking.findings or ())
        self._checking.take_comparison((*unreadable, *low, *spotted), run.done, run.kinds)
        self.notice.emit(_words(run, len(agreements), len(low), spotted, is_stopped=is_stopped))

    def _instances_now(self, run: _Run) -> dict[InstanceId, Instance]:
        """Give the instances on the images that were compared, but of images left out since."""
        images = run.done & {image.id for image in images_in_use(self._store)}
        return {each.id: each for image_id in images for each in self._store.instances(image_id)}


def _has_outline(instance: OutlinedInstance, now: dict[InstanceId, Instance]) -> bool:
    return instance.id in now and now[instance.id].region == instance.region


def _still_true(seen: SeenImage, now: dict[InstanceId, Instance]) -> SeenImage:
    """Pass over instances that were changed or deleted since their image was read."""
    kept = [
        each
        for each in seen.instances
        if _has_outline(each.instance, now) and now[each.instance.id].category_id == each.instance.category_id
    ]
    return replace(seen, instances=tuple(kept))


def _plan(project: Path, *, may_take_phrases: bool) -> _Plan:
    """Give what there is to compare, over a store of its own."""
    with ProjectStore.open(project, read_only=True) as store:
        sought = sought_categories(store) if may_take_phrases else ()
        return _Plan(tuple(image.id for image in images_to_compare(store, sought)), sought)


def _read(project: Path, image_id: ImageId) -> _ReadImage | None:
    """Read an image and its instances over a store of its own; None if the image is none of the project's any more."""
    with ProjectStore.open(project, read_only=True) as store:
        record = next((image for image in store.images() if image.id == image_id), None)
        if record is None:
            return None
        file = store.image_file(image_id)
        try:
            image = ShownImage(image_id, hash_file(file), read_image(file))
        except ImageUnreadable as error:
            return _ReadImage(record, error=error)
        return _ReadImage(record, image, labelled_on(store, record, *image.size))


def _words(run: _Run, outlines: int, low: int, spotted: Iterable[Finding], *, is_stopped: bool) -> str:
    after = f", stopped after {len(run.done):,} of {counted(run.total, 'image')}" if is_stopped else ""
    drawn = "none is drawn otherwise" if not low else f"{low:,} {'is' if low == 1 else 'are'} drawn otherwise"
    compared = f"{counted(outlines, 'outline')} compared with {run.model}{after}: {drawn}."
    if not run.seen:
        return compared if outlines else "There is no outline to compare with the model."
    looked = sightings_in_words(len(run.sought), len(run.seen), spotted)
    return f"{compared} {looked}." if outlines else f"{run.model}{after}: {looked}."
