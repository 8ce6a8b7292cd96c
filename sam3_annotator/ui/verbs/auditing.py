"""Compares all that is labelled in the project with what the model draws and sees, while nobody waits for the model."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import Any

from PySide6.QtCore import QObject, Signal, Slot

from sam3_annotator.model import BoxPrompt, EngineStatus, Job, Slot as EngineSlot, Workbench
from sam3_annotator.project import (
    Agreement,
    ChangeKind,
    ChangeSet,
    ComparedInstance,
    Finding,
    FindingKind,
    ImageId,
    ImageUnreadable,
    InstanceId,
    Labelled,
    ProjectStore,
    SeenImage,
    SoughtCategory,
    counted,
    find_by_sightings,
    find_disagreements,
    find_undecodable,
    findings_that_hold,
    images_in_use,
    labelled_on,
    sightings_in_words,
    sought_categories,
)
from sam3_annotator.ui.assistance.engine_bridge import EngineBridge
from sam3_annotator.ui.assistance.shown_image import ShownImage
from sam3_annotator.ui.background import BackgroundTask, Work
from sam3_annotator.ui.store_bridge import StoreBridge
from sam3_annotator.ui.verbs.checking import Checking
from sam3_annotator.ui.verbs.comparing import ImageComparison, images_to_compare, kinds_found_by
from sam3_annotator.ui.verbs.image_walk import ImageWalk


@dataclass(frozen=True, slots=True)
class _Plan:
    """What a comparison is to go through, and which categories it is to look for on the way."""

    images: tuple[ImageId, ...]
    sought: tuple[SoughtCategory, ...]


@dataclass(frozen=True, slots=True, eq=False)
class _ReadImage:
    """An image read from its file, with what is labelled on it."""

    image: ShownImage
    labelled: Labelled


_Changed = Mapping[ImageId, set[InstanceId]]
"""The images that were changed since they were read, themselves or in what is labelled on them, and these instances."""


@dataclass(slots=True, eq=False)
class _Run:
    """A comparison under way, and what came of the images that are done."""

    sought: tuple[SoughtCategory, ...] = ()
    task: BackgroundTask | None = None  # that plans it or, once it is over, sums it up
    walk: ImageWalk | None = None
    is_over: bool = False
    comparison: ImageComparison | None = None  # of the image that is looked at
    model: str = ""
    kinds: frozenset[FindingKind] = frozenset()  # that the model can find
    agreements: list[Agreement] = field(default_factory=list)
    seen: list[SeenImage] = field(default_factory=list)
    unreadable: dict[ImageId, ImageUnreadable] = field(default_factory=dict)
    changed: dict[ImageId, set[InstanceId]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class _Sum:
    """What came of all images that are done: how many outlines were compared, and what was found."""

    outlines: int
    findings: tuple[Finding, ...]


def audit_job(image: ShownImage, comparison: ImageComparison) -> Job:
    """Make the job of a comparison on an image; it gives what the model can find, and what the model is called.

    A job that had to step back goes on where it was.
    """

    def job(bench: Workbench) -> tuple[frozenset[FindingKind], str]:
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
        engine.status_changed.connect(self._follow_model)
        bridge.changed.connect(self._follow)

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
        run = self._run
        if run is not None and not run.is_over:
            self._end(run)

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
        self._work(run, lambda _progress: _plan(path, may_take_phrases=may_take_phrases), self._walk)

    def _work(self, run: _Run, work: Work, take: Callable[[_Run, Any], None]) -> None:
        """Have work for a run done in the background; `take` gets what it gives, if the run is still wanted then."""
        run.task = BackgroundTask(work, owner=self)
        run.task.result.connect(lambda value: take(run, value) if run is self._run else None)
        run.task.failed.connect(partial(self._fail, run))
        run.task.start()

    def _walk(self, run: _Run, plan: _Plan) -> None:
        run.sought = plan.sought
        read, shown = partial(self._read, run), self._find_shown_key
        walk = run.walk = ImageWalk(plan.images, read, self._engine, EngineSlot.AUDIT, shown, self)
        walk.came.connect(partial(self._ask, run, walk))
        walk.answered.connect(partial(self._take_answer, run, walk))
        walk.unreadable.connect(run.unreadable.__setitem__)
        walk.moved.connect(lambda: self.progress.emit(len(walk.done), walk.total))
        walk.failed.connect(partial(self._fail, run))
        walk.ended.connect(partial(self._sum_up, run, walk))
        walk.start()

    def _read(self, run: _Run, image_id: ImageId) -> Work:
        run.changed.pop(image_id, None)  # what was changed before is seen
        path = self._store.path
        return lambda _progress: _read(path, image_id)

    def _ask(self, run: _Run, walk: ImageWalk, read: _ReadImage) -> None:
        if not read.labelled.instances and not run.sought:
            walk.go_on()
            return
        run.comparison = ImageComparison(read.labelled, run.sought)
        walk.ask(audit_job(read.image, run.comparison), read.image.embedding_key)

    def _take_answer(self, run: _Run, walk: ImageWalk, answer: tuple[frozenset[FindingKind], str]) -> None:
        assert run.comparison is not None
        run.kinds, run.model = answer
        run.agreements += run.comparison.agreements
        run.seen += [] if run.comparison.seen is None else [run.comparison.seen]
        run.comparison = None
        walk.go_on()

    def _fail(self, run: _Run, error: Exception) -> None:
        if run is self._run:
            self._end(run)
            self.failed.emit(error)

    @Slot(object)
    def _follow_model(self, status: EngineStatus) -> None:
        """Begin anew with another model: agreements of two models do not compare."""
        if status.begins_loading and self._run is not None and not self._run.is_over:
            self._drop()
            self._begin()

    @Slot(object)
    def _follow(self, changes: ChangeSet) -> None:
        if self._run is None or changes.kind is ChangeKind.FACTS:
            return
        changed = self._run.changed
        for image_id in changes.touched("images"):
            changed.setdefault(ImageId(image_id), set())
        for each in changes.changes:
            for row in (each.before, each.after) if each.table == "instances" else ():
                if row is not None:
                    changed.setdefault(row["image_id"], set()).add(InstanceId(each.row_id))

    def _drop(self) -> None:
        run, self._run = self._run, None
        if run is not None and run.task is not None:
            run.task.cancel()
        if run is not None and run.walk is not None:
            run.walk.close()

    def _end(self, run: _Run) -> None:
        """End a run before it has come to its end."""
        if run.walk is not None and run.walk.done:
            self._sum_up(run, run.walk, is_stopped=True)
        else:
            self._drop()
            self.changed.emit()

    def _sum_up(self, run: _Run, walk: ImageWalk, *, is_stopped: bool = False) -> None:
        """Find what is to be told in the background: there may be hundreds of thousands of instances."""
        walk.close()
        run.walk, run.is_over = None, True
        after = f", stopped after {len(walk.done):,} of {counted(walk.total, 'image')}" if is_stopped else ""
        # What is changed from now on is looked at in the end.
        path, changed, run.changed = self._store.path, run.changed, {}
        tell = partial(self._tell, done=walk.done, after=after)
        self._work(run, lambda _progress: _sum(path, run.agreements, run.seen, changed), tell)

    def _tell(self, run: _Run, total: _Sum, *, done: set[ImageId], after: str) -> None:
        """Give the findings of a run to the check, and say what came of it."""
        self._drop()
        unread = [
            (image, run.unreadable[image.id]) for image in images_in_use(self._store) if image.id in run.unreadable
        ]
        unreadable = find_undecodable(self._store, unread, self._checking.findings or ())
        changed = set().union(*run.changed.values())
        as_they_were = [each for each in total.findings if changed.isdisjoint(each.instance_ids)]
        findings = findings_that_hold(self._store, as_they_were, run.changed)
        self._checking.take_comparison((*unreadable, *findings), done, run.kinds)
        self.notice.emit(_words(run, total.outlines, findings, after))
        self.changed.emit()


def _plan(project: Path, *, may_take_phrases: bool) -> _Plan:
    """Give what there is to compare in one state of the project, over a store of its own."""
    with ProjectStore.snapshot(project) as store:
        sought = sought_categories(store) if may_take_phrases else ()
        return _Plan(tuple(image.id for image in images_to_compare(store, sought)), sought)


def _read(project: Path, image_id: ImageId) -> _ReadImage | None:
    """Read an image and its instances, of one state of the project, over a store of its own; None if it is gone."""
    with ProjectStore.snapshot(project) as store:
        try:
            record = store.image(image_id)
        except KeyError:
            return None
        image = ShownImage.of_file(image_id, store.image_file(image_id))
        return _ReadImage(image, labelled_on(store, record, *image.size))


def _sum(project: Path, agreements: Iterable[Agreement], seen: Iterable[SeenImage], changed: _Changed) -> _Sum:
    """Find what the model says otherwise, but of what was `changed` since it was read, over a store of its own."""
    with ProjectStore.snapshot(project) as store:
        in_use = {image.id for image in images_in_use(store)}
        current = [
            each for each in agreements if each.instance.image_id in in_use and _is_as_it_was(each.instance, changed)
        ]
        images = [
            replace(image, instances=tuple(each for each in image.instances if _is_as_it_was(each.instance, changed)))
            for image in seen
            if image.image.id in in_use
        ]
        findings = (*find_disagreements(current), *find_by_sightings(images))
        return _Sum(len(current), findings_that_hold(store, findings, changed))


def _is_as_it_was(instance: ComparedInstance, changed: _Changed) -> bool:
    return instance.id not in changed.get(instance.image_id, ())


def _words(run: _Run, outlines: int, findings: Iterable[Finding], after: str) -> str:
    low = sum(each.kind is FindingKind.OUTLINE_DISAGREES for each in findings)
    drawn = "none is drawn otherwise" if not low else f"{low:,} {'is' if low == 1 else 'are'} drawn otherwise"
    compared = f"{counted(outlines, 'outline')} compared with {run.model}{after}: {drawn}."
    if not run.seen:
        return compared if outlines else "There is no outline to compare with the model."
    looked = sightings_in_words(len(run.sought), len(run.seen), findings)
    return f"{compared} {looked}." if outlines else f"{run.model}{after}: {looked}."
