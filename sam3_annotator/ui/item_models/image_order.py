"""The order of the images in the list: as they were added, or as somebody wants to go through them."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable
from enum import StrEnum
from pathlib import PurePath

from sam3_annotator.project import ImageId, ImageRecord, natural_key


class ImageOrder(StrEnum):
    """How the images follow each other."""

    ADDED = "added"
    NAME = "name"  # of folders and file, 2.png before 10.png
    MOST = "most"  # instances, first
    FEWEST = "fewest"  # instances, first
    SHUFFLED = "shuffled"  # for a sample that is fair


def in_order(images: Iterable[ImageRecord], order: ImageOrder, count: Callable[[ImageId], int]) -> list[ImageRecord]:
    """Sort images, given as they were added; `count` tells the instances on one. Where they are equal they stay so."""
    match order:
        case ImageOrder.NAME:
            return sorted(images, key=lambda image: natural_key(PurePath(image.path)))
        case ImageOrder.MOST:
            return sorted(images, key=lambda image: -count(image.id))
        case ImageOrder.FEWEST:
            return sorted(images, key=lambda image: count(image.id))
        case ImageOrder.SHUFFLED:
            shuffled = list(images)
            random.shuffle(shuffled)
            return shuffled
    return list(images)
