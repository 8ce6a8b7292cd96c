"""What a model sees of the categories when it looks for them by their phrases, held against what is labelled.

None of the limits has been measured with weights of SAM 3; docs/decisions/0025 says why they are as they are.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from sam3_annotator.project.checks.agreement import ComparedInstance, OutlinedInstance, outlined_instances
from sam3_annotator.project.checks.findings import Finding, FindingKind
from sam3_annotator.project.entities import CategoryId, ImageRecord
from sam3_annotator.project.overlap import LABELLED_IOU, Placed
from sam3_annotator.project.queries import category_phrases
from sam3_annotator.project.reading import ProjectReader
from sam3_annotator.project.regions import Region
from sam3_annotator.project.words import counted

LEAST_SCORE: Final = 0.5
"""What a sighting has to score to speak against the labels: the usual threshold of what is proposed."""

CLEARLY_HIGHER: Final = 0.2
"""By how much a sighting of another category has to outscore those of an instance's own: less is no opinion."""

ASKED_SCORE: Final = LEAST_SCORE - CLEARLY_HIGHER
"""Down to which score the model is asked: what scores less cannot defend a category, and is not called seen."""

SAME_IOU: Final = 0.7
"""How far an instance and a sighting of another category overlap, as IoU, to be one thing and not one on the other."""

COVERED_SHARE: Final = 0.8
"""What lies in another by so much of its area is a part of it; outlines of one thing by two hands stray by the rest."""

SEEN_SHARE: Final = 0.8
"""Of the instances of a category: where a model sees fewer, it does not know the category, and to miss one is usual."""

ENOUGH: Final = 5
"""Instances of a category before that share says anything."""

_WORD = re.compile(r"[^\W_]+")


@dataclass(frozen=True, slots=True)
class SoughtCategory:
    """A category and the phrases, one or more, that a model is asked for to find it."""

    id: CategoryId
    name: str
    phrases: tuple[str, ...]

    def may_be(self, other: SoughtCategory) -> bool:
        """Say whether a thing may be of both: a phrase or name of one holds one of the other's, as whole words."""
        return any(_holds(mine, its) or _holds(its, mine) for mine in self._words() for its in other._words())

    def _words(self) -> set[tuple[str, ...]]:
        words = (tuple(_WORD.findall(phrase.casefold())) for phrase in (*self.phrases, self.name))
        return {each for each in words if each}


def _holds(words: tuple[str, ...], others: tuple[str, ...]) -> bool:
    starts = range(len(words) - len(others) + 1)
    return any(words[start : start + len(others)] == others for start in starts)


@dataclass(frozen=True, slots=True)
class Sighting:
    """What a model saw of a category on an image: by which phrase, where (never empty), and how sure it is, 0 to 1."""

    category: SoughtCategory
    phrase: str
    region: Region
    score: float


@dataclass(frozen=True, slots=True)
class Labelled:
    """An image and what is labelled on it: the instances a model can be asked about, the areas of crowds."""

    image: ImageRecord
    instances: tuple[OutlinedInstance, ...]
    crowds: tuple[tuple[CategoryId, Region], ...] = ()


@dataclass(frozen=True, slots=True)
class SeenInstance:
    """Whether a model sees an instance as what it is: `score` is the highest there of its category, 0 if none is.

    `other` is what the model sees there rather, None if nothing. What only parts of it are seen of counts as seen.
    """

    instance: ComparedInstance
    is_seen: bool
    score: float
    other: Sighting | None


@dataclass(frozen=True, slots=True)
class SeenImage:
    """What came of looking for all categories on an image: of each instance, and of what has none."""

    image: ImageRecord
    instances: tuple[SeenInstance, ...]
    missed: tuple[Sighting, ...]


_Label = tuple[CategoryId, Placed]
_Seen = tuple[Sighting, Placed]


def sought_categories(store: ProjectReader) -> tuple[SoughtCategory, ...]:
    """Give the categories of a project, in their order, each with what a model that knows names is asked for."""
    phrases = category_phrases(store)
    return tuple(SoughtCategory(each.id, each.name, phrases[each.id]) for each in store.categories())


def phrases_of(sought: Iterable[SoughtCategory]) -> tuple[str, ...]:
    """Give all phrases that a model is to be asked for, each once, though several categories have it."""
    return tuple(dict.fromkeys(phrase for category in sought for phrase in category.phrases))


def labelled_on(store: ProjectReader, image: ImageRecord, height: int, width: int) -> Labelled:
    """Give what is labelled on an image of so many pixels; raises NotAProject if a region is damaged."""
    crowds = tuple((each.category_id, each.region) for each in store.instances(image.id) if each.is_crowd)
    return Labelled(image, outlined_instances(store, image, height, width), crowds)


def compare_sightings(
    labelled: Labelled,
    sought: Sequence[SoughtCategory],
    sightings: Iterable[Sighting],
    check: Callable[[], None] = lambda: None,
) -> SeenImage:
    """Hold what a model saw of the sought categories, down to `ASKED_SCORE`, against what is labelled on the image.

    Only an image that is finished misses anything. `check` is called between steps, and may raise to end it.
    """
    seen = [(each, Placed.of(each.region)) for each in sorted(sightings, key=lambda each: -each.score)]
    labels = [(each.instance.category_id, Placed.of(each.region)) for each in labelled.instances]
    crowds = [(category_id, Placed.of(region)) for category_id, region in labelled.crowds]
    missed = tuple(_find_missed(seen, labels, crowds, check)) if labelled.image.state.is_finished else ()
    there = {category_id for category_id, _ in labels}
    spotted = {sighting.category for sighting, _ in seen}
    kin = {own.id: {own.id, *(each.id for each in spotted if own.may_be(each))} for own in sought if own.id in there}
    instances = []
    for each, (category_id, placed) in zip(labelled.instances, labels, strict=True):
        check()
        if category_id in kin:  # else it is a newer one, which was not looked for
            instances.append(_look_at(each.instance, placed, kin[category_id], seen, [*labels, *crowds]))
    return SeenImage(labelled.image, tuple(instances), missed)


def _find_missed(
    seen: Sequence[_Seen], labels: Sequence[_Label], crowds: Sequence[_Label], check: Callable[[], None]
) -> Iterator[Sighting]:
    """Give, best first, what is none of the labels, nor a part of those of its category or of a crowd.

    What is missed is a label from then on: of several sightings of one thing only the best is told.
    """
    taken = [*labels, *crowds]
    in_crowds = [crowd for _, crowd in crowds]
    for sighting, placed in seen:
        if sighting.score < LEAST_SCORE:
            return
        check()
        own = [label for category_id, label in taken if category_id == sighting.category.id]
        is_labelled = any(placed.overlaps(label, LABELLED_IOU) for _, label in taken)
        if not is_labelled and not placed.lies_in([*own, *in_crowds], COVERED_SHARE):
            taken.append((sighting.category.id, placed))
            yield sighting


def _look_at(
    instance: ComparedInstance, placed: Placed, kin: set[CategoryId], seen: Sequence[_Seen], labels: Sequence[_Label]
) -> SeenInstance:
    """Say what is seen in an instance; `kin` are its category and those that do not exclude it."""
    own = [(sighting, place) for sighting, place in seen if sighting.category.id in kin]
    score = next((sighting.score for sighting, place in own if _is_there(place, placed)), 0.0)
    is_seen = score > 0 or placed.lies_in([place for _, place in own], COVERED_SHARE)
    for other, place in seen:
        if other.score < max(LEAST_SCORE, score + CLEARLY_HIGHER):
            break  # none of its kin outscores the best of them
        if placed.overlaps(place, SAME_IOU) and not _is_labelled(other, place, labels):
            return SeenInstance(instance, is_seen, score, other)
    return SeenInstance(instance, is_seen, score, None)


def _is_there(sighting: Placed, instance: Placed) -> bool:
    """Say whether a sighting is of an instance: the same, a part of it, or what it is a part of."""
    return (
        sighting.overlaps(instance, LABELLED_IOU)
        or sighting.lies_in([instance], COVERED_SHARE)
        or instance.lies_in([sighting], COVERED_SHARE)
    )


def _is_labelled(sighting: Sighting, placed: Placed, labels: Sequence[_Label]) -> bool:
    """Say whether a sighting is an instance of its own category, whatever else lies there."""
    return any(
        category_id == sighting.category.id and placed.overlaps(label, LABELLED_IOU) for category_id, label in labels
    )


def find_by_sightings(images: Sequence[SeenImage]) -> list[Finding]:
    """Find what the labels of all these images may miss, what may be of another category, and what is not seen.

    The highest score comes first, what is not seen in the order of the images.
    """
    missed = sorted(
        ((image.image, sighting) for image in images for sighting in image.missed), key=lambda each: -each[1].score
    )
    instances = [each for image in images for each in image.instances]
    disputed = sorted(
        ((each, each.other) for each in instances if each.other is not None), key=lambda each: -each[1].score
    )
    return [
        *(_missed_finding(*each) for each in missed),
        *(_other_finding(*each) for each in disputed),
        *_find_unseen(instances),
    ]


def _find_unseen(instances: Sequence[SeenInstance]) -> Iterator[Finding]:
    counts = Counter(each.instance.category_id for each in instances)
    seen = Counter(each.instance.category_id for each in instances if each.is_seen)
    for each in instances:
        category_id = each.instance.category_id
        total, share = counts[category_id], seen[category_id] / counts[category_id]
        if not each.is_seen and each.other is None and total >= ENOUGH and share >= SEEN_SHARE:
            sentence = (
                f"{_named(each.instance)} is not seen by the model, which sees {100 * share:.0f} % of its category; "
                "see whether it is of another, or nothing."
            )
            yield _instance_finding(FindingKind.NOT_SEEN, sentence, each.instance)


def _missed_finding(image: ImageRecord, sighting: Sighting) -> Finding:
    name, phrase = sighting.category.name, sighting.phrase
    what = f"“{name}”" if phrase == name else f"“{phrase}” ({name})"
    return Finding(
        FindingKind.MISSED_OBJECT,
        f"{image.path}: the model sees {what} where none is labelled, score {sighting.score:.2f}; "
        "label it, unless the model is wrong.",
        image.id,
        category_ids=(sighting.category.id,),
        box_xyxy=sighting.region.box_xyxy,
        score=sighting.score,
        phrase=phrase,
        region=sighting.region,
    )


def _other_finding(seen: SeenInstance, other: Sighting) -> Finding:
    own = f"not as {seen.instance.category_name}" if not seen.score else f"as its own {seen.score:.2f}"
    sentence = (
        f"{_named(seen.instance)} is seen as {other.category.name}, score {other.score:.2f}, {own}; "
        "change its category, unless the model is wrong."
    )
    return _instance_finding(FindingKind.ANOTHER_CATEGORY, sentence, seen.instance, other)


def _named(instance: ComparedInstance) -> str:
    return f"{instance.image_path}: instance {instance.id} ({instance.category_name})"


def _instance_finding(
    kind: FindingKind, sentence: str, instance: ComparedInstance, other: Sighting | None = None
) -> Finding:
    others = () if other is None else (other.category.id,)
    return Finding(
        kind,
        sentence,
        instance.image_id,
        instance_ids=(instance.id,),
        category_ids=(instance.category_id, *others),
        box_xyxy=instance.box_xyxy,
        score=None if other is None else other.score,
        phrase="" if other is None else other.phrase,
    )


def sightings_in_words(categories: int, images: int, findings: Iterable[Finding]) -> str:
    """Say what came of looking for so many categories on so many images, without a full stop."""
    counts = Counter(finding.kind for finding in findings)
    told = {
        FindingKind.MISSED_OBJECT: ("object", "may be missed"),
        FindingKind.ANOTHER_CATEGORY: ("instance", "may be of another category"),
        FindingKind.NOT_SEEN: ("instance", "not seen"),
    }
    words = [f"{counted(counts[kind], noun)} {rest}" for kind, (noun, rest) in told.items() if counts[kind]]
    looked = f"{counted(categories, 'category')} looked for on {counted(images, 'image')}"
    return f"{looked}: {', '.join(words) or 'nothing is missed'}"
