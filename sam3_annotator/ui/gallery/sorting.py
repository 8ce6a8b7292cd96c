"""The orders in which the gallery can show instances."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from enum import StrEnum
from math import inf

from sam3_annotator.project import InstanceId, ListedInstance

SortKey = tuple[float, int]
"""What sorts instances; unlike for each, since it ends with its id."""


class Order(StrEnum):
    """What stands first."""

    IMAGES = "images"
    LOWEST_SCORE = "lowest_score"
    SMALLEST = "smallest"
    LARGEST = "largest"
    NEWEST = "newest"

    @property
    def words(self) -> str:
        """What it is called in the list of orders."""
        return _WORDS[self]

    @property
    def needs_areas(self) -> bool:
        """Whether the areas of all instances must be known."""
        return self in (Order.SMALLEST, Order.LARGEST)


_WORDS = {
    Order.IMAGES: "In the order of images",
    Order.LOWEST_SCORE: "Lowest score first",
    Order.SMALLEST: "Smallest first",
    Order.LARGEST: "Largest first",
    Order.NEWEST: "Newest first",
}


def sort_keys(
    order: Order, entries: Collection[ListedInstance], areas: Mapping[InstanceId, float]
) -> dict[InstanceId, SortKey]:
    """Say where instances stand; by size, one whose area is not known stands first, by score, one without it last."""
    match order:
        case Order.LOWEST_SCORE:
            keys = [(inf if score is None else score, id_) for id_, _, _, score, _ in entries]
        case Order.SMALLEST:
            keys = [(areas.get(id_, -1.0), id_) for id_, *_ in entries]
        case Order.LARGEST:
            keys = [(-areas.get(id_, inf), id_) for id_, *_ in entries]
        case Order.NEWEST:
            keys = [(-id_, id_) for id_, *_ in entries]
        case Order.IMAGES:
            keys = [(image_id, id_) for id_, image_id, *_ in entries]
    return dict(zip((entry.id for entry in entries), keys, strict=True))
