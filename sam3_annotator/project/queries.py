"""What can be counted and found in a project; reads only."""

from __future__ import annotations

from collections import Counter
from collections.abc import Container
from typing import Final, NamedTuple

from sam3_annotator.project.attributes import NO_ATTRIBUTES, Attributes, AttributeValue, decode_attributes
from sam3_annotator.project.entities import (
    Category,
    CategoryId,
    ImageId,
    ImageRecord,
    ImageState,
    InstanceId,
)
from sam3_annotator.project.image_files import folded
from sam3_annotator.project.progress import Progress, no_progress
from sam3_annotator.project.reading import ProjectReader
from sam3_annotator.project.regions import decode_region

REGIONS_AT_A_TIME: Final = 1000
LEAST_PHRASE_SHARE: Final = 0.1
"""Of the instances of a category that were found by phrases: one that found fewer does not stand for it."""


class ListedInstance(NamedTuple):
    """An instance without its region: what a list of all instances of a project goes by."""

    id: InstanceId
    image_id: ImageId
    category_id: CategoryId
    score: float | None
    attributes: Attributes = NO_ATTRIBUTES


def listed_instances(store: ProjectReader) -> list[ListedInstance]:
    """Return all instances of the project by their ids, those on images that are left out too; reads no regions."""
    # Through the table from end to end: by the index of images it would be gone through criss-cross.
    query = "SELECT id, image_id, category_id, score, attributes FROM instances NOT INDEXED ORDER BY id"
    return [ListedInstance._make((*row[:-1], decode_attributes(row[-1]))) for row in store.select(query)]


def instance_areas(
    store: ProjectReader, progress: Progress = no_progress, *, but: Container[InstanceId] = frozenset()
) -> dict[InstanceId, float]:
    """Return the area of every instance `but` some, in px², holes subtracted; `progress` counts instances.

    Decodes all their regions. Raises NotAProject if one is damaged, and Cancelled if `progress` does.
    """
    wanted = [row[0] for row in store.select("SELECT id FROM instances ORDER BY id") if row[0] not in but]
    areas: dict[InstanceId, float] = {}
    for start in range(0, len(wanted), REGIONS_AT_A_TIME):
        progress(len(areas), len(wanted))
        some = wanted[start : start + REGIONS_AT_A_TIME]
        query = f"SELECT id, region FROM instances WHERE id IN ({', '.join('?' * len(some))})"
        areas |= {
            InstanceId(instance_id): decode_region(region).area for instance_id, region in store.select(query, *some)
        }
    return areas


def instance_counts(store: ProjectReader) -> dict[ImageId, int]:
    """Return the number of instances of every image that has any."""
    return {
        ImageId(row[0]): row[1] for row in store.select("SELECT image_id, count(*) FROM instances GROUP BY image_id")
    }


def instances_by_image(store: ProjectReader) -> dict[ImageId, dict[CategoryId, int]]:
    """Return, for every image that has instances, how many it has of each category that is on it."""
    # Through the table from end to end: by the index of images it would be gone through criss-cross.
    query = "SELECT image_id, category_id FROM instances NOT INDEXED"
    found: dict[ImageId, dict[CategoryId, int]] = {}
    for (image_id, category_id), count in Counter(store.select(query)).items():
        found.setdefault(ImageId(image_id), {})[CategoryId(category_id)] = count
    return found


def category_counts(store: ProjectReader) -> dict[CategoryId, int]:
    """Return the number of instances of every category that has any."""
    query = "SELECT category_id, count(*) FROM instances GROUP BY category_id"
    return {CategoryId(row[0]): row[1] for row in store.select(query)}


def category_counts_on(store: ProjectReader, image_id: ImageId) -> dict[CategoryId, int]:
    """Return the number of instances of every category that has any on one image."""
    query = "SELECT category_id, count(*) FROM instances WHERE image_id = ? GROUP BY category_id"
    return {CategoryId(row[0]): row[1] for row in store.select(query, image_id)}


def instances_of_category(store: ProjectReader, category_id: CategoryId) -> tuple[InstanceId, ...]:
    """Return all instances of a category, on whatever image, by their ids."""
    query = "SELECT id FROM instances WHERE category_id = ? ORDER BY id"
    return tuple(InstanceId(row[0]) for row in store.select(query, category_id))


def instances_with_attribute(store: ProjectReader, name: str) -> dict[InstanceId, Attributes]:
    """Return all attributes of all instances that have one, whatever its value, on whatever image, by their ids."""
    described = store.select("SELECT id, attributes FROM instances WHERE attributes != '{}' ORDER BY id")
    decoded = ((InstanceId(instance_id), decode_attributes(code)) for instance_id, code in described)
    return {instance_id: attributes for instance_id, attributes in decoded if name in attributes}


def instance_described_before(
    store: ProjectReader, instance_id: InstanceId, category_id: CategoryId
) -> InstanceId | None:
    """Return the last instance of a category made before another one that has attributes, None without."""
    query = "SELECT id FROM instances WHERE id < ? AND category_id = ? AND attributes != '{}' ORDER BY id DESC LIMIT 1"
    found = store.select(query, instance_id, category_id)
    return InstanceId(found[0][0]) if found else None


def category_used_last(store: ProjectReader) -> CategoryId | None:
    """Return the category of the instance that was made last, None without instances."""
    found = store.select("SELECT category_id FROM instances ORDER BY id DESC LIMIT 1")
    return CategoryId(found[0][0]) if found else None


def category_named(store: ProjectReader, name: str) -> Category | None:
    """Return the category of a name, in whatever case and however accents are written; the very name goes first.

    None without.
    """
    alike = [category for category in store.categories() if folded(category.name) == folded(name)]
    return max(alike, key=lambda category: category.name == name, default=None)


def category_phrases(store: ProjectReader) -> dict[CategoryId, tuple[str, ...]]:
    """Return what a model that knows names is asked for to find each category: one phrase or more.

    These are the phrases by which its instances were found, the most frequent first; not those that found less than a
    tenth of them, which may mean something else. Where no instance was found by a phrase, it is the category's name.
    """
    # Through the table from end to end: by the index of categories it would be gone through criss-cross.
    query = (
        "SELECT category_id, json_extract(provenance, '$.phrase') AS phrase, count(*) FROM instances NOT INDEXED "
        "WHERE phrase != '' GROUP BY category_id, phrase ORDER BY count(*) DESC, min(id)"
    )
    counts: dict[CategoryId, dict[str, int]] = {}
    for category_id, phrase, count in store.select(query):
        counts.setdefault(CategoryId(category_id), {})[phrase] = count
    return {
        each.id: tuple(
            phrase
            for phrase, count in counts.get(each.id, {each.name: 1}).items()
            if count >= LEAST_PHRASE_SHARE * sum(counts.get(each.id, {}).values())
        )
        for each in store.categories()
    }


def crowd_counts(store: ProjectReader) -> dict[CategoryId, int]:
    """Return the number of crowds of every category that has any."""
    query = "SELECT category_id, count(*) FROM instances WHERE is_crowd GROUP BY category_id"
    return {CategoryId(row[0]): row[1] for row in store.select(query)}


def attribute_values(store: ProjectReader) -> dict[CategoryId, dict[str, list[tuple[AttributeValue, int]]]]:
    """Return which values the attributes of each category have, by name, each with a number of instances.

    A value may be listed more than once, each time with some of the instances that have it.
    """
    query = (
        "SELECT category_id, attributes, count(*) FROM instances WHERE attributes != '{}' "
        "GROUP BY category_id, attributes ORDER BY min(id)"
    )
    found: dict[CategoryId, dict[str, list[tuple[AttributeValue, int]]]] = {}
    for category_id, code, count in store.select(query):
        for name, value in decode_attributes(code).items():
            found.setdefault(CategoryId(category_id), {}).setdefault(name, []).append((value, count))
    return found


def images_in_use(store: ProjectReader) -> tuple[ImageRecord, ...]:
    """Return the images of the dataset, which are all but those left out, in the order of the project."""
    return tuple(image for image in store.images() if image.state is not ImageState.LEFT_OUT)


def state_of(store: ProjectReader, image_id: ImageId) -> ImageState | None:
    """Return the state of an image; None if it is not in the project any more."""
    try:
        return store.image(image_id).state
    except KeyError:
        return None


def state_counts(store: ProjectReader) -> dict[ImageState, int]:
    """Return how many images are in each state, zeros included."""
    found = dict(store.select("SELECT state, count(*) FROM images GROUP BY state"))
    return {state: found.get(state.value, 0) for state in ImageState}
