"""Labels what phrases find on many images, one after the other, while nobody waits for the model."""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from functools import partial
from typing import Final

from PySide6.QtCore import QObject, QTimer, Signal

from sam3_annotator.model import Job, Slot as EngineSlot, Workbench
from sam3_annotator.project import (
    CategoryId,
    ImageId,
    ImageUnreadable,
    Instance,
    KnownError,
    Region,
    counted,
)
from sam3_annotator.ui.assistance.engine_bridge import EngineBridge
from sam3_annotator.ui.assistance.finder import Finder
from sam3_annotator.ui.assistance.shown_image import ShownImage
from sam3_annotator.ui.background import Work
from sam3_annotator.ui.canvas.proposals import Proposal
from sam3_annotator.ui.settings import Settings
from sam3_annotator.ui.store_bridge import StoreBridge
from sam3_annotator.ui.verbs.beside import is_written_beside
from sam3_annotator.ui.verbs.image_walk import ImageWalk
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
class _Run:
    """A plan being carried out, and what came of the images that are done."""

    plan: AutolabelPlan
    walk: ImageWalk
    since: int  # the mark of the history as it began
    search: PhraseSearch | None = None  # on the image that is looked at
    instances: tuple[Instance, ...] = ()  # that were on it when the look under way was asked for
    looked: set[ImageId] = field(default_factory=set)  # whole
    unreadable: list[str] = field(default_factory=list)
    made: dict[CategoryId | str, CategoryId] = field(default_factory=dict)  # of the categories given by name
    counts: Counter[CategoryId] = field(default_factory=Counter)
    annotated: set[ImageId] = field(default_factory=set)


def look_job(search: PhraseSearch, labelled: Sequence[Region], unwanted: Mapping[str, Sequence[Region]]) -> Job:
    """Make the job that looks once; after the last look it gives what is found and not `labelled`, before that None."""

    def job(bench: Workbench) -> Found | None:
        if search.looks_left:  # else it had to step back when all was seen
            search.look(bench)
        return None if search.looks_left else search.news(labelled, unwanted, bench.check)

    return job


class Autolabelling(QObject):
    """One image after the other: read in the background, looked at when nobody waits for the model, then labelled.

    Each phrase on each image is one undo step; what the user has done meanwhile is undone before. What is labelled
    already, or was rejected by the user, is not labelled again. Images that are gone, finished or left out by the time
    are passed over, as are those that cannot be read, and categories that are gone. `notice` says what came of it,
    `failed` carries what ended it; what is stored stays.
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

    @property
    def is_running(self) -> bool:
        """A plan is being carried out."""
        return self._run is not None

    def start(self, plan: AutolabelPlan) -> None:
        """Carry out a plan; nothing while another one is under way."""
        if self._run is not None:
            return
        try:
            since = self._store.history_mark
        except KnownError as error:
            self.failed.emit(error)
            return
        walk = ImageWalk(plan.image_ids, self._read, self._engine, EngineSlot.LABEL, self._find_shown_key, self)
        run = self._run = _Run(plan, walk, since)
        walk.came.connect(partial(self._take_image, run))
        walk.answered.connect(partial(self._take_answer, run))
        walk.unreadable.connect(partial(self._note_unreadable, run))
        walk.moved.connect(partial(self._tell_progress, run))
        walk.failed.connect(self._fail)
        walk.ended.connect(self._end)
        walk.start()
        self.changed.emit()

    def stop(self) -> None:
        """Give up what is left; what is stored stays."""
        if self._run is not None:
            self._end(is_stopped=True)

    def close(self) -> None:
        """Give up what is left without a word."""
        self._drop()

    @contextmanager
    def _failing(self) -> Iterator[None]:
        """End the run where the project cannot be read or written."""
        try:
            yield
        except KnownError as error:
            self._fail(error)

    def _is_open(self, image_id: ImageId) -> bool:
        try:
            return self._store.image(image_id).state.is_open
        except KeyError:
            return False

    def _still_sought(self, run: _Run) -> dict[str, CategoryId | str]:
        """Give the phrases that are sought, with their categories as they are by now.

        What belongs to one that is gone is passed over; one that was made by this run may have got another name.
        """
        known = {each.id for each in self._store.categories()}
        made = {name: category_id for name, category_id in run.made.items() if category_id in known}
        sought = {each.phrase: made.get(each.category, each.category) for each in run.plan.sought}
        return {phrase: each for phrase, each in sought.items() if isinstance(each, str) or each in known}

    def _read(self, image_id: ImageId) -> Work | None:
        if not self._is_open(image_id):
            return None
        file = self._store.image_file(image_id)
        return lambda _progress: ShownImage.of_file(image_id, file)

    def _note_unreadable(self, run: _Run, image_id: ImageId, _error: ImageUnreadable) -> None:
        with suppress(KeyError):  # it may be gone by now
            run.unreadable.append(self._store.image_file(image_id).name)

    def _take_image(self, run: _Run, image: ShownImage) -> None:
        with self._failing():
            phrases = tuple(self._still_sought(run))
            if not phrases or not self._is_open(image.image_id):
                run.walk.go_on()
                return
            manner = Manner(run.plan.threshold, run.plan.parts, self._settings.simplification_tolerance)
            run.search = PhraseSearch(image, phrases, manner)
            self._ask(run, run.search)

    def _ask(self, run: _Run, search: PhraseSearch) -> None:
        image_id = search.image.image_id
        run.instances = self._store.instances(image_id)
        labelled = [instance.region for instance in run.instances]
        unwanted = {each.phrase: self._finder.rejected(image_id, each.phrase) for each in run.plan.sought}
        run.walk.ask(look_job(search, labelled, unwanted), search.embedding_key)

    def _take_answer(self, run: _Run, news: Found | None) -> None:
        assert run.search is not None
        if news is None:
            self._tell_progress(run)
            with self._failing():
                self._ask(run, run.search)
        else:
            self._store_news(run, run.search.image.image_id, deque(each for each in news.items() if each[1]))

    def _store_news(self, run: _Run, image_id: ImageId, news: deque[tuple[str, tuple[Proposal, ...]]]) -> None:
        """Make instances of what an image has brought, as soon as nothing else writes to the project.

        Each phrase is a step that waits for the disk: the user's own work goes on in between.
        """
        if run is not self._run:
            return
        if is_written_beside(self._store):
            QTimer.singleShot(RETRY_MS, self, partial(self._store_news, run, image_id, news))
            return
        with self._failing():
            is_open = self._is_open(image_id)
            while is_open and news:
                if self._label(run, image_id, *news.popleft()) and news:
                    QTimer.singleShot(0, self, partial(self._store_news, run, image_id, news))
                    return
            if is_open:
                run.looked.add(image_id)
            run.search = None
            run.walk.go_on()

    def _label(self, run: _Run, image_id: ImageId, phrase: str, found: Sequence[Proposal]) -> bool:
        """Label what a phrase has found, but of what was labelled or rejected meanwhile; says whether any was left."""
        before = {instance.id: instance.region for instance in run.instances}
        now = self._store.instances(image_id)
        meanwhile = [each.region for each in now if before.get(each.id) != each.region]
        chosen = not_labelled(found, [*meanwhile, *self._finder.rejected(image_id, phrase)])
        category = self._still_sought(run).get(phrase) if chosen else None
        if category is None:
            return False
        threshold, describe = run.plan.threshold, self._describe_model
        category_id = store_found(self._store, image_id, category, phrase, chosen, threshold, describe, run.since)
        assert category_id is not None
        if isinstance(category, str):
            run.made[category] = category_id
        run.counts[category_id] += len(chosen)
        run.annotated.add(image_id)
        return True

    def _tell_progress(self, run: _Run) -> None:
        if run is self._run:
            looks = run.search.looks if run.search is not None else 1
            looked = looks - run.search.looks_left if run.search is not None else 0
            self.progress.emit(AutolabelProgress(len(run.walk.done), run.walk.total, looked, looks))

    def _fail(self, error: Exception) -> None:
        self._end(is_stopped=True)
        self.failed.emit(error)

    def _drop(self) -> _Run | None:
        run, self._run = self._run, None
        if run is not None:
            run.walk.close()
        return run

    def _end(self, *, is_stopped: bool = False) -> None:
        run = self._drop()
        if run is None:
            return
        self.notice.emit(self._words(run, is_stopped=is_stopped))
        self.changed.emit()

    def _words(self, run: _Run, *, is_stopped: bool) -> str:
        left = run.walk.total - len(run.walk.done)
        sentences = [f"Stopped with {counted(left, 'image')} left."] if is_stopped and left else []
        if run.looked or run.annotated:
            sentences.append(f"{_looked_in_words(run)}: {self._found_in_words(run)}.")
        if run.unreadable:
            names = ", ".join(run.unreadable[:NAMES_TOLD]) + (", …" if run.unreadable[NAMES_TOLD:] else "")
            sentences.append(f"{counted(len(run.unreadable), 'image')} could not be read: {names}.")
        nothing = "Nothing was looked for: the images are finished by now, or what was sought is gone."
        return " ".join(sentences) or nothing

    def _found_in_words(self, run: _Run) -> str:
        if not run.counts:
            return "nothing was found that is not labelled already"
        names = {each.id: each.name for each in self._store.categories()}
        kinds = [f"{number:,} {names[id_]}" for id_, number in run.counts.most_common() if id_ in names]
        more = f" and {len(kinds) - NAMES_TOLD:,} more" if kinds[NAMES_TOLD:] else ""
        where = f" on {len(run.annotated):,} of them" if len(run.looked | run.annotated) > 1 else ""
        of_what = f" ({', '.join(kinds[:NAMES_TOLD])}{more})" if kinds else ""  # they may be gone since
        return f"{counted(run.counts.total(), 'instance')} found{where}{of_what}"


def _looked_in_words(run: _Run) -> str:
    """Say how many images were looked through; one is in part where it ended, or was finished, between two phrases."""
    whole, part = len(run.looked), len(run.annotated - run.looked)
    if not part:
        return f"{counted(whole, 'image')} looked through"
    return (
        f"{counted(whole, 'image')} looked through, {part:,} in part"
        if whole
        else f"{counted(part, 'image')} looked through in part"
    )
