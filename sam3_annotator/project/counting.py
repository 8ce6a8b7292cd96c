"""The numbers of a project as a whole, its categories and the effort that they took; reads only."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from statistics import median

from sam3_annotator.project.attributes import decode_attributes
from sam3_annotator.project.effort import (
    NO_SPLIT,
    SPLIT_NAMES,
    MadeInstance,
    Making,
    ProjectEffort,
    count_by,
    made_instances,
    project_effort,
)
from sam3_annotator.project.entities import ImageState, Origin
from sam3_annotator.project.queries import images_in_use, state_counts
from sam3_annotator.project.reading import ProjectReader


@dataclass(frozen=True, slots=True)
class CategoryStatistics:
    """How often a category occurs: `instances` of it, on `images` different images."""

    name: str
    instances: int
    images: int


@dataclass(frozen=True, slots=True)
class ImageNote:
    """The note on an image, given by its path, with the word of its state."""

    image: str
    state: str
    note: str


@dataclass(frozen=True, slots=True)
class ProjectStatistics:
    """The numbers of a project; images that are left out are among the `images`, as a state, and with their `notes`.

    `states`, `splits` and `origins` count images, images and instances by their word, zeros included (images
    without a split are under `none`). `unreadable_images` are those with a problem. The three `per_image` numbers are
    over the images that have instances, 0 if none has. `attributes` counts the instances that have each, the most
    frequent first.
    """

    images: int
    unreadable_images: int
    states: Mapping[str, int]
    splits: Mapping[str, int]
    instances: int
    crowds: int
    origins: Mapping[str, int]
    annotated_images: int
    most_per_image: int
    median_per_image: float
    mean_per_image: float
    categories: tuple[CategoryStatistics, ...]
    attributes: Mapping[str, int]
    notes: tuple[ImageNote, ...]
    effort: ProjectEffort

    def as_dict(self) -> dict[str, object]:
        """Return the numbers as plain dictionaries, lists and numbers, ready for JSON."""
        return asdict(self)


def statistics(store: ProjectReader) -> ProjectStatistics:
    """Return the numbers of the project; reads no regions, so that a few hundred thousand instances take a second."""
    in_use = images_in_use(store)
    splits = Counter(NO_SPLIT if image.split is None else image.split.value for image in in_use)
    states = state_counts(store)
    made = made_instances(store)
    per_image = count_by(made, "image_id").values()
    makings = count_by(made, "making")
    return ProjectStatistics(
        images=sum(states.values()),
        unreadable_images=sum(image.facts.problem != "" for image in in_use),
        states={state.value: count for state, count in states.items()},
        splits={name: splits[name] for name in SPLIT_NAMES},
        instances=len(made),
        crowds=count_by(made, "is_crowd")[1],
        origins={
            Origin.HAND.value: makings[Making.HAND],
            Origin.MODEL.value: makings[Making.POINTED] + makings[Making.FOUND],
            Origin.IMPORT.value: makings[Making.IMPORT],
        },
        annotated_images=len(per_image),
        most_per_image=max(per_image, default=0),
        median_per_image=float(median(per_image)) if per_image else 0.0,
        mean_per_image=len(made) / len(per_image) if per_image else 0.0,
        categories=_category_statistics(store, made),
        attributes=_attribute_counts(store),
        notes=tuple(ImageNote(each.path, each.state.value, each.note) for each in store.images() if each.note),
        effort=project_effort(store, made),
    )


def _attribute_counts(store: ProjectReader) -> dict[str, int]:
    query = (
        "SELECT attributes, count(*) FROM instances JOIN images ON images.id = image_id "
        "WHERE attributes != '{}' AND state != ? GROUP BY attributes ORDER BY min(instances.id)"
    )
    counts: Counter[str] = Counter()
    for code, count in store.select(query, ImageState.LEFT_OUT):
        for name in decode_attributes(code):
            counts[name] += count
    return dict(counts.most_common())


def _category_statistics(store: ProjectReader, made: Sequence[MadeInstance]) -> tuple[CategoryStatistics, ...]:
    instances = count_by(made, "category_id")
    images = Counter(category_id for category_id, _ in count_by(made, "category_id", "image_id"))
    return tuple(CategoryStatistics(each.name, instances[each.id], images[each.id]) for each in store.categories())
