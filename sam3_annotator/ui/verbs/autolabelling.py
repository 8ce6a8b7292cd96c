"""Labels what phrases find on many images, one after the other, while nobody waits for the model."""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial

from PySide6.QtCore import QObject, QTimer

from sam3_annotator.model import Job, Slot as EngineSlot, Workbench
from sam3_annotator.project import NAMES_TOLD, CategoryId, ImageId, Instance, Region, counted, state_of
from sam3_annotator.ui.assistance.engine_bridge import EngineBridge
from sam3_annotator.ui.assistance.finder import Finder
from sam3_annotator.ui.assistance.proposing import not_labelled
from sam3_annotator.ui.assistance.shown_image import ShownImage
from sam3_annotator.ui.canvas.proposals import Proposal
from sam3_annotator.ui.settings import Settings
from sam3_annotator.ui.store_bridge import StoreBridge
from sam3_annotator.ui.verbs.background_labelling import (
    BackgroundLabelling,
    LabellingProgress,
    LabellingRun,
)
from sam3_annotator.ui.verbs.phrase_search import Found, Manner, PhraseSearch, store_found


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


@dataclass(slots=True, eq=False, kw_only=True)
class _Run(LabellingRun):
    """A plan being carried out, and what came of the images that are done."""

    plan: AutolabelPlan
    search: PhraseSearch | None = None  # on the image that is looked at
    instances: tuple[Instance, ...] = ()  # that were on it when the look under way was asked for
    looked: set[ImageId] = field(default_factory=set)  # whole
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


class Autolabelling(BackgroundLabelling[_Run]):
    """Looks for phrases on images, and labels what they find.

    Each phrase on each image is one undo step. What is labelled already, or was rejected by the user, is not labelled
    again. Images that are gone, finished or left out by the time are passed over, and categories that are gone.
    """

    _slot = EngineSlot.LABEL
    _nothing_came = "Nothing was looked for: the images are finished by now, or what was sought is gone."

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
        super().__init__(bridge, engine, settings, describe_model, find_shown_key, parent)
        self._finder = finder

    def start(self, plan: AutolabelPlan) -> None:
        """Carry out a plan; nothing while another one is under way."""
        if not self.is_running:
            self._walk_through(plan.image_ids, partial(_Run, plan=plan))

    def _takes(self, _run: _Run, image_id: ImageId) -> bool:
        return self._is_open(image_id)

    def _is_open(self, image_id: ImageId) -> bool:
        state = state_of(self._store, image_id)
        return state is not None and state.is_open

    def _still_sought(self, run: _Run) -> dict[str, CategoryId | str]:
        """Give the phrases that are sought, with their categories as they are by now.

        What belongs to one that is gone is passed over; one that was made by this run may have got another name.
        """
        known = {each.id for each in self._store.categories()}
        made = {name: category_id for name, category_id in run.made.items() if category_id in known}
        sought = {each.phrase: made.get(each.category, each.category) for each in run.plan.sought}
        return {phrase: each for phrase, each in sought.items() if isinstance(each, str) or each in known}

    def _take_image(self, run: _Run, image: ShownImage) -> None:
        with self._failing(run):
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
            with self._failing(run):
                self._ask(run, run.search)
        else:
            found = deque(each for each in news.items() if each[1])
            self._write(run, partial(self._store_news, run, run.search.image.image_id, found))

    def _store_news(self, run: _Run, image_id: ImageId, news: deque[tuple[str, tuple[Proposal, ...]]]) -> None:
        """Make instances of what an image has brought.

        Each phrase is a step that waits for the disk: the user's own work goes on in between.
        """
        is_open = self._is_open(image_id)
        while is_open and news:
            if self._label(run, image_id, *news.popleft()) and news:
                store_rest = partial(self._store_news, run, image_id, news)
                QTimer.singleShot(0, self, partial(self._write, run, store_rest))
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

    def _progress_of(self, run: _Run) -> LabellingProgress:
        looks = run.search.looks if run.search is not None else 1
        looked = looks - run.search.looks_left if run.search is not None else 0
        return LabellingProgress(len(run.walk.done), run.walk.total, looked, looks)

    def _what_came(self, run: _Run) -> list[str]:
        if not run.looked and not run.annotated:
            return []
        return [f"{_looked_in_words(run)}: {self._found_in_words(run)}."]

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
