"""Labels what phrases find on many images, one after the other, while nobody waits for the model."""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Final

from PySide6.QtCore import QObject, QTimer, Signal, Slot

from sam3_annotator.model import Job, Outcome, Slot as EngineSlot, Ticket, Workbench
from sam3_annotator.project import (
    CategoryId,
    ImageId,
    ImageUnreadable,
    Instance,
    KnownError,
    Region,
    counted,
    hash_file,
    read_image,
)
from sam3_annotator.ui.assistance.engine_bridge import EngineBridge
from sam3_annotator.ui.assistance.finder import Finder
from sam3_annotator.ui.assistance.shown_image import ShownImage
from sam3_annotator.ui.background import BackgroundTask
from sam3_annotator.ui.settings import Settings
from sam3_annotator.ui.store_bridge import StoreBridge
from sam3_annotator.ui.verbs.beside import is_written_beside
from sam3_annotator.ui.verbs.phrase_search import Found, Manner, PhraseSearch, store_found
from sam3_annotator.ui.verbs.proposing import not_labelled

# An import writes for as long as it takes.
RETRY_MS: Final = 200
NAMES_TOLD: Final = 5


@dataclass(frozen=True, slots=True)
class Sought:
    """A phrase, and the category of what is found; one given by name is made with the first find."""

    phrase: str
    category: CategoryId | str


@dataclass(frozen=True, slots=True)
class AutolabelPlan:
    """What is to be looked for, each phrase once, on which images; `threshold` and `parts` as in `Manner`."""

    sought: tuple[Sought, ...]
    image_ids: tuple[ImageId, ...]
    threshold: float
    parts: int = 1


@dataclass(frozen=True, slots=True)
class AutolabelProgress:
    """How many images are done, and of the one that is looked at, how many looks of how many."""

    done: int
    total: int
    looked: int = 0
    looks: int = 1

    @property
    def fraction(self) -> float:
        """How much of the whole that is, 0 to 1, as far as images take the same time."""
        return (self.done + self.looked / self.looks) / self.total if self.total else 1.0


@dataclass(slots=True, eq=False)
class _Asked:
    """A look under way: the ticket, and the instances that were on the image when it was asked for."""

    ticket: Ticket
    instances: tuple[Instance, ...]


@dataclass(slots=True, eq=False)
class _Run:
    """A plan being carried out: images still to be read, the one that waits, the one looked at, what came of others."""

    plan: AutolabelPlan
    left: deque[ImageId]
    task: BackgroundTask | None = None
    waiting: ShownImage | None = None
    search: PhraseSearch | None = None
    asked: _Asked | None = None
    looked: int = 0
    unreadable: list[str] = field(default_factory=list)
    made: dict[CategoryId | str, CategoryId] = field(default_factory=dict)  # of the categories given by name
    counts: Counter[CategoryId] = field(default_factory=Counter)
    annotated: set[ImageId] = field(default_factory=set)

    @property
    def done(self) -> int:
        """How many images nothing is to be done about any more."""
        under_way = sum(each is not None for each in (self.task, self.waiting, self.search))
        return len(self.plan.image_ids) - len(self.left) - under_way


def look_job(
    search: PhraseSearch,
    labelled: Sequence[Region],
    unwanted: Mapping[str, Sequence[Region]],
    shown_key: str | None,
) -> Job:
    """Make the job that looks once; after the last look it gives what is found and not `labelled`, before that None.

    `shown_key` is the embedding the user may be working on.
    """

    def job(bench: Workbench) -> Found | None:
        if shown_key is not None:
            bench.embeddings.device.get(shown_key)  # looked up, it is the last that would have to go
        if search.looks_left:  # else it had to step back when all was seen
            search.look(bench)
        return None if search.looks_left else search.news(labelled, unwanted, bench.check)

    return job


class Autolabelling(QObject):
    """One image after the other: read in the background, looked at when nobody waits for the model, then labelled.

    Each phrase on each image is one undo step. What is labelled already, or was rejected by the user, is not labelled
    again. Images that are gone, finished or left out by the time are passed over, as are those that cannot be read,
    and categories that are gone. `notice` says what came of it, `failed` carries what ended it; what is stored stays.
    """

    changed = Signal()  # it has begun or ended
    progress = Signal(object)  # AutolabelProgress
    notice = Signal(str)
    failed = Signal(object)  # Exception

    def __init__(
        self,
        bridge: StoreBridge,
        engine: EngineBridge,
        finder: Finder,
        settings: Settings,
        describe_model: Callable[[str], str],
        find_shown_key: Callable[[], str | None],
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._store = bridge.store
        self._engine = engine
        self._finder = finder
        self._settings = settings
        self._describe_model = describe_model
        self._find_shown_key = find_shown_key
        self._run: _Run | None = None
        engine.answered.connect(self._take_answer)

    @property
    def is_running(self) -> bool:
        """A plan is being carried out."""
        return self._run is not None

    def start(self, plan: AutolabelPlan) -> None:
        """Carry out a plan; nothing while another one is under way."""
        if self._run is None:
            self._run = _Run(plan, deque(plan.image_ids))
            self._go_on(self._run)
            self.changed.emit()

    def stop(self) -> None:
        """Give up what is left; what is stored stays."""
        if self._run is not None:
            self._end(is_stopped=True)

    def close(self) -> None:
        """Give up what is left without a word."""
        self._drop()

    def _go_on(self, run: _Run) -> None:
        if run is not self._run:
            return  # it was stopped by what followed from its own last step
        try:
            self._take_next(run)
        except KnownError as error:  # the project cannot be read
            self._fail(error)

    def _take_next(self, run: _Run) -> None:
        """Look at the image that is read, if no other is looked at, and read the next one meanwhile."""
        if run.search is None and run.waiting is not None:
            image, run.waiting = run.waiting, None
            phrases = [each.phrase for each in self._still_sought(run)]
            if phrases and self._is_open(image.image_id):
                manner = Manner(run.plan.threshold, run.plan.parts, self._settings.simplification_tolerance)
                run.search = PhraseSearch(image, phrases, manner)
        if run.search is not None and run.asked is None:
            self._ask(run, run.search)
        if run.task is None and run.waiting is None:
            self._read_next(run)
        self._tell_progress(run)
        if run.task is None and run.search is None:
            self._end()

    def _is_open(self, image_id: ImageId) -> bool:
        try:
            return self._store.image(image_id).state.is_open
        except KeyError:
            return False

    def _still_sought(self, run: _Run) -> list[Sought]:
        """Give what is sought with the categories as they are by now.

        What belongs to one that is gone is passed over; one that was made by this run may have got another name.
        """
        known = {each.id for each in self._store.categories()}
        made = {name: category_id for name, category_id in run.made.items() if category_id in known}
        sought = [replace(each, category=made.get(each.category, each.category)) for each in run.plan.sought]
        return [each for each in sought if isinstance(each.category, str) or each.category in known]

    def _read_next(self, run: _Run) -> None:
        while run.left and not self._is_open(run.left[0]):
            run.left.popleft()
        if run.left:
            image_id = run.left.popleft()
            file = self._store.image_file(image_id)
            run.task = BackgroundTask(
                lambda _progress: ShownImage(image_id, hash_file(file), read_image(file)), owner=self
            )
            run.task.result.connect(partial(self._take_image, run))
            run.task.failed.connect(partial(self._take_unread, run, file.name))
            run.task.start()

    def _take_image(self, run: _Run, image: ShownImage) -> None:
        if run is self._run:
            run.task, run.waiting = None, image
            self._go_on(run)

    def _take_unread(self, run: _Run, name: str, error: Exception) -> None:
        if run is not self._run:
            return
        run.task = None
        if isinstance(error, ImageUnreadable):
            run.unreadable.append(name)
            self._go_on(run)
        else:
            self._fail(error)

    def _ask(self, run: _Run, search: PhraseSearch) -> None:
        image_id = search.image.image_id
        instances = self._store.instances(image_id)
        labelled = [instance.region for instance in instances]
        unwanted = {each.phrase: self._finder.rejected(image_id, each.phrase) for each in run.plan.sought}
        job = look_job(search, labelled, unwanted, self._find_shown_key())
        run.asked = _Asked(self._engine.submit(EngineSlot.LABEL, job, search.embedding_key), instances)

    @Slot(object)
    def _take_answer(self, outcome: Outcome) -> None:
        run = self._run
        if run is None or run.asked is None or run.search is None or outcome.ticket != run.asked.ticket:
            return
        if outcome.error is not None:
            self._fail(outcome.error)
        elif isinstance(outcome.value, dict):
            self._store_news(run, run.search.image.image_id, outcome.value)
        else:
            run.asked = None
            self._go_on(run)

    def _store_news(self, run: _Run, image_id: ImageId, news: Found) -> None:
        """Make instances of what an image has brought, as soon as nothing else writes to the project."""
        if run is not self._run:
            return
        if is_written_beside(self._store):
            QTimer.singleShot(RETRY_MS, self, partial(self._store_news, run, image_id, news))
            return
        try:
            if self._is_open(image_id):
                self._label(run, image_id, news)
        except KnownError as error:
            self._fail(error)
            return
        run.search = run.asked = None
        self._go_on(run)

    def _label(self, run: _Run, image_id: ImageId, news: Found) -> None:
        assert run.asked is not None
        before = {instance.id: instance.region for instance in run.asked.instances}
        now = self._store.instances(image_id)
        meanwhile = [instance.region for instance in now if before.get(instance.id) != instance.region]
        threshold, describe = run.plan.threshold, self._describe_model
        for sought in self._still_sought(run):
            category, phrase = sought.category, sought.phrase
            chosen = not_labelled(news.get(phrase, ()), meanwhile)
            if run is not self._run or not chosen:
                continue
            category_id = store_found(self._store, image_id, category, phrase, chosen, threshold, describe)
            assert category_id is not None
            if isinstance(category, str):
                run.made[category] = category_id
            run.counts[category_id] += len(chosen)
            run.annotated.add(image_id)
        run.looked += 1

    def _tell_progress(self, run: _Run) -> None:
        looks = run.search.looks if run.search is not None else 1
        looked = looks - run.search.looks_left if run.search is not None else 0
        self.progress.emit(AutolabelProgress(run.done, len(run.plan.image_ids), looked, looks))

    def _fail(self, error: Exception) -> None:
        self._end(is_stopped=True)
        self.failed.emit(error)

    def _drop(self) -> _Run | None:
        run, self._run = self._run, None
        if run is not None:
            if run.task is not None:
                run.task.cancel()
            self._engine.cancel(EngineSlot.LABEL)
        return run

    def _end(self, *, is_stopped: bool = False) -> None:
        run = self._drop()
        if run is None:
            return
        self.notice.emit(self._words(run, is_stopped=is_stopped))
        self.changed.emit()

    def _words(self, run: _Run, *, is_stopped: bool) -> str:
        left = len(run.plan.image_ids) - run.done
        sentences = [f"Stopped with {counted(left, 'image')} left."] if is_stopped and left else []
        if run.looked or not sentences:
            sentences.append(f"{counted(run.looked, 'image')} looked through: {self._found_in_words(run)}.")
        if run.unreadable:
            names = ", ".join(run.unreadable[:NAMES_TOLD]) + (", …" if run.unreadable[NAMES_TOLD:] else "")
            sentences.append(f"{counted(len(run.unreadable), 'image')} could not be read: {names}.")
        return " ".join(sentences)

    def _found_in_words(self, run: _Run) -> str:
        if not run.counts:
            return "nothing was found that is not labelled already"
        names = {each.id: each.name for each in self._store.categories()}
        kinds = [f"{number:,} {names[id_]}" for id_, number in run.counts.most_common() if id_ in names]
        more = f" and {len(kinds) - NAMES_TOLD:,} more" if kinds[NAMES_TOLD:] else ""
        total = counted(run.counts.total(), "instance")
        return f"{total} found on {len(run.annotated):,} of them ({', '.join(kinds[:NAMES_TOLD])}{more})"
