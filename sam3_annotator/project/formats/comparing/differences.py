"""What an export may differ in from the project, as values that are sentences."""

from __future__ import annotations

import math
from dataclasses import dataclass
from enum import StrEnum


class DifferenceKind(StrEnum):
    """What is not as it should be."""

    UNREADABLE = "unreadable"
    IMAGE_MISSING = "image missing"
    IMAGE_EXTRA = "image extra"
    IMAGE_FILE = "image file"
    IMAGE_SIZE = "image size"
    SPLIT = "split"
    MISSING = "missing"
    EXTRA = "extra"
    CATEGORY = "category"
    SHAPE = "shape"
    CROWD = "crowd"
    BOX = "box"
    MASK = "mask"
    CATEGORIES = "categories"
    IDS = "ids"


@dataclass(frozen=True, slots=True)
class Difference:
    """One thing in which an export is not as the project; `str()` is a sentence.

    `image` is its path in the project (of one that the project does not have: its name in the export) and `category`
    that in the project, both empty where the whole export is meant. `iou` is that of an instance that was found, None
    for everything else.
    """

    kind: DifferenceKind
    sentence: str
    image: str = ""
    category: str = ""
    iou: float | None = None

    def __str__(self) -> str:
        """Say what differs, and where."""
        return f"{self.image}: {self.sentence}" if self.image else self.sentence


def missing(image: str, category: str) -> Difference:
    """Tell of an instance that is not in the export."""
    return Difference(DifferenceKind.MISSING, f"an instance of {category} is missing.", image, category)


def extra(image: str, category: str) -> Difference:
    """Tell of an instance that the project does not have; `category` is that in the export."""
    return Difference(
        DifferenceKind.EXTRA, f"there is an instance of {category} that the project does not have.", image, category
    )


def other_category(image: str, category: str, found: str, iou: float) -> Difference:
    """Tell of an instance that has another category in the export."""
    return Difference(DifferenceKind.CATEGORY, f"an instance of {category} has become {found}.", image, category, iou)


def other_shape(image: str, category: str, iou: float) -> Difference:
    """Tell of an instance whose area is another in the export."""
    words = f"an instance of {category} came back with an IoU of {iou_words(iou)}."
    return Difference(DifferenceKind.SHAPE, words, image, category, iou)


def other_crowd(image: str, category: str, *, is_crowd: bool) -> Difference:
    """Tell of an instance that is a crowd on one side only; `is_crowd` if it is so in the project."""
    words = f"a crowd of {category} is no crowd any more." if is_crowd else f"an instance of {category} became a crowd."
    return Difference(DifferenceKind.CROWD, words, image, category)


def iou_words(iou: float) -> str:
    """Return an IoU with three decimals, or as many as it takes to tell it from 1, which it is never rounded up to."""
    decimals = 3 if iou <= 0.999 else min(1 - math.floor(math.log10(1 - iou)), 9) if iou < 1 else 0
    cut = math.floor(iou * 10**decimals + 1e-6) / 10**decimals
    return f"{cut:.{decimals}f}".rstrip("0").rstrip(".")
