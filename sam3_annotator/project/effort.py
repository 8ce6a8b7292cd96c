"""How the instances of a project were made, and what that took: from what is kept of each, on no other record."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from itertools import pairwise
from operator import itemgetter
from statistics import median
from typing import Any, Final, NamedTuple, cast

from sam3_annotator.project.entities import Category, CategoryId, ImageId, ImageState, InstanceId, Split
from sam3_annotator.project.reading import ProjectReader

NO_SPLIT: Final = "none"
SPLIT_NAMES: Final = (*(split.value for split in Split), NO_SPLIT)
LONGEST_GAP_S: Final = 120
"""Who made nothing for longer did something else."""

COUNTED_AT_A_TIME: Final = 10_000

_BY_HAND: Final = frozenset(("hand", "pointed"))
# Through the table from end to end, and all in one go: reading is what takes the time.
_MADE_QUERY: Final = (
    "SELECT category_id, image_id, is_crowd, "
    "CASE json_extract(provenance, '$.origin') WHEN 'import' THEN 'import' WHEN 'model' THEN "
    "CASE WHEN json_extract(provenance, '$.phrase') IS NULL AND json_extract(provenance, '$.threshold') IS NULL "
    "THEN 'pointed' ELSE 'found' END ELSE 'hand' END, "
    "json_extract(provenance, '$.phrase'), json_type(provenance, '$.edit_count') IS NOT NULL, "
    "CAST(strftime('%s', json_extract(provenance, '$.created_at')) AS INTEGER), "
    "CASE WHEN json_type(provenance, '$.prompts') IS NULL THEN 0 ELSE "
    "(SELECT count(*) FROM json_each(provenance, '$.prompts') WHERE json_extract(value, '$.kind') = 'point') END, "
    "state, split FROM instances NOT INDEXED JOIN images ON images.id = image_id WHERE state != ?"
)


class Making(StrEnum):
    """How an instance was made: drawn by hand, by a model pointed at it (clicks, a box), found by it, or imported."""

    HAND = "hand"
    POINTED = "pointed"
    FOUND = "found"  # by a phrase or exemplars, or propagated
    IMPORT = "import"


class MadeInstance(NamedTuple):
    """An instance as far as it tells how it was made, as stored: `making`, `state` and `split` are words."""

    category_id: CategoryId
    image_id: ImageId
    is_crowd: int
    making: str
    phrase: str | None  # None without one
    is_edited: int
    second: int | None  # of its beginning, since 1970; None if nobody knows
    clicks: int
    state: str
    split: str | None


def count_by(made: Sequence[MadeInstance], *names: str) -> Counter[Any]:
    """Count the instances by these columns: by the one, or by tuples of several.

    Some at a time, since nothing else of the program runs meanwhile.
    """
    columns = itemgetter(*map(MadeInstance._fields.index, names))
    counts: Counter[Any] = Counter()
    for start in range(0, len(made), COUNTED_AT_A_TIME):
        counts.update(map(columns, made[start : start + COUNTED_AT_A_TIME]))
    return counts


@dataclass(frozen=True, slots=True)
class Effort:
    """How the instances of one category, or of all (`category_id` None), were made, and what that took.

    Images that are left out do not count. `splits` and `made` count the instances by the word of their image's split
    (`none` without one) and of their `Making`, zeros included. Of those that a model has outlined, `corrected` ones
    were changed afterwards, and `kept` ones were not, although somebody has seen them: they were pointed at, or are on
    an image that is finished. The others nobody may have looked at yet. What was rejected or deleted left no trace.

    `clicks` is the mean number of clicks of the instances that took any. `seconds` is the median time from one
    instance to the next: between two that directly follow each other, each drawn or pointed at; the later one alone
    in its second, since a step that makes many at once says nothing of each; and at most `LONGEST_GAP_S` apart, as a
    longer gap is a pause. Looking for the object and turning to its image are part of it, later corrections are not.
    Where several people work at the same time, and their work is put together, it says nothing. Both are None where
    there is nothing to go by.
    """

    category_id: CategoryId | None
    name: str
    instances: int
    images: int
    splits: Mapping[str, int]
    made: Mapping[str, int]
    kept: int
    corrected: int
    clicks: float | None
    seconds: float | None

    @property
    def corrected_share(self) -> float | None:
        """How much of what a model outlined and somebody has seen was corrected, 0 to 1; None if nothing was seen."""
        return _share(self.corrected, self.kept)


@dataclass(frozen=True, slots=True)
class PhraseEffort:
    """What became of the instances of a category that a phrase (`""`: exemplars or propagation) has `found`.

    See `Effort`.
    """

    category_id: CategoryId
    category: str
    phrase: str
    found: int
    kept: int
    corrected: int

    @property
    def corrected_share(self) -> float | None:
        """How much of what somebody has seen was corrected, 0 to 1; None if nothing was seen."""
        return _share(self.corrected, self.kept)


@dataclass(frozen=True, slots=True)
class ProjectEffort:
    """The effort of all instances, of each category by position, and of each category and phrase, most found first."""

    total: Effort
    categories: tuple[Effort, ...]
    phrases: tuple[PhraseEffort, ...]


def made_instances(store: ProjectReader) -> list[MadeInstance]:
    """Return how each instance was made, but for those on images that are left out; reads no regions.

    The items are plain tuples in the order of `MadeInstance`: hundreds of thousands are read at once.
    """
    return cast("list[MadeInstance]", store.select(_MADE_QUERY, ImageState.LEFT_OUT))


def project_effort(store: ProjectReader, made: Sequence[MadeInstance]) -> ProjectEffort:
    """Sum up how the instances `made` of a project came about."""
    categories = store.categories()
    tallies = {each.id: _Tally() for each in categories}
    # Far fewer kinds than instances: what Python does for each kind, it need not do for each instance.
    kinds = count_by(made, "category_id", "making", "phrase", "is_edited", "clicks", "state", "split")
    for kind, count in kinds.items():
        tallies[kind[0]].add(count, *kind[1:])
    for category_id, image_id in count_by(made, "category_id", "image_id"):
        tallies[category_id].images.add(image_id)
    for category_id, seconds in _gaps(made):
        tallies[category_id].seconds.append(seconds)
    total = _Tally()
    for tally in tallies.values():
        total.add_all(tally)
    return ProjectEffort(
        total=total.summed_up(None, ""),
        categories=tuple(tallies[each.id].summed_up(each.id, each.name) for each in categories),
        phrases=_phrases(categories, tallies),
    )


def median_areas(store: ProjectReader, areas: Mapping[InstanceId, float]) -> dict[CategoryId | None, float]:
    """Return the median of the `areas` of each category and, as that of None, of all; in use, and without crowds.

    A category of which no area is known is missing.
    """
    query = (
        "SELECT instances.id, category_id FROM instances NOT INDEXED JOIN images ON images.id = image_id "
        "WHERE state != ? AND NOT is_crowd"
    )
    known: dict[CategoryId | None, list[float]] = {}
    for instance_id, category_id in store.select(query, ImageState.LEFT_OUT.value):
        if (area := areas.get(instance_id)) is not None:
            known.setdefault(category_id, []).append(area)
    if known:
        known[None] = [area for some in known.values() for area in some]
    return {category_id: median(some) for category_id, some in known.items()}


@dataclass(slots=True)
class _Tally:
    """What is counted of a category on the way."""

    images: set[ImageId] = field(default_factory=set)
    splits: Counter[str] = field(default_factory=Counter)
    made: Counter[str] = field(default_factory=Counter)
    kept: int = 0
    corrected: int = 0
    clicked: int = 0
    clicks: int = 0
    seconds: list[int] = field(default_factory=list)
    phrases: dict[str, list[int]] = field(default_factory=dict)  # found, kept, corrected

    def add(
        self, count: int, making: str, phrase: str | None, is_edited: int, clicks: int, state: str, split: str | None
    ) -> None:
        """Count instances of one kind."""
        self.splits[split or NO_SPLIT] += count
        self.made[making] += count
        if clicks:
            self.clicked += count
            self.clicks += count * clicks
        if making not in (Making.POINTED, Making.FOUND):
            return
        is_kept = not is_edited and (making == Making.POINTED or ImageState(state).is_finished)
        self.kept += is_kept * count
        self.corrected += is_edited * count
        if making == Making.FOUND:
            counts = self.phrases.setdefault(phrase or "", [0, 0, 0])
            counts[0] += count
            counts[1] += is_kept * count
            counts[2] += is_edited * count

    def add_all(self, other: _Tally) -> None:
        """Add what another has counted, but for the phrases."""
        self.images |= other.images
        self.splits += other.splits
        self.made += other.made
        self.kept += other.kept
        self.corrected += other.corrected
        self.clicked += other.clicked
        self.clicks += other.clicks
        self.seconds += other.seconds

    def summed_up(self, category_id: CategoryId | None, name: str) -> Effort:
        return Effort(
            category_id=category_id,
            name=name,
            instances=self.made.total(),
            images=len(self.images),
            splits={split: self.splits[split] for split in SPLIT_NAMES},
            made={making.value: self.made[making.value] for making in Making},
            kept=self.kept,
            corrected=self.corrected,
            clicks=self.clicks / self.clicked if self.clicked else None,
            seconds=float(median(self.seconds)) if self.seconds else None,
        )


def _gaps(made: Sequence[MadeInstance]) -> Iterator[tuple[CategoryId, int]]:
    """Give the seconds that instances took, each with its category; see `Effort`."""
    sizes: Counter[int] = Counter()
    others: set[int] = set()
    category_ids: dict[int, CategoryId] = {}
    for (second, making, category_id), count in count_by(made, "second", "making", "category_id").items():
        if second is not None:
            sizes[second] += count
            category_ids[second] = category_id
            if making not in _BY_HAND:
                others.add(second)
    for earlier, later in pairwise(sorted(sizes)):
        gap = later - earlier
        if gap <= LONGEST_GAP_S and sizes[later] == 1 and earlier not in others and later not in others:
            yield category_ids[later], gap


def _phrases(categories: Iterable[Category], tallies: Mapping[CategoryId, _Tally]) -> tuple[PhraseEffort, ...]:
    found = [
        PhraseEffort(category.id, category.name, phrase, *counts)
        for category in categories
        if category.id in tallies
        for phrase, counts in tallies[category.id].phrases.items()
    ]
    return tuple(sorted(found, key=lambda each: -each.found))


def _share(corrected: int, kept: int) -> float | None:
    return corrected / (corrected + kept) if corrected or kept else None
