"""What an export may differ in from the project, as values that are sentences."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
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
    ATTRIBUTE = "attribute"
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


def other_attributes(
    image: str, category: str, ours: Mapping[str, str], theirs: Mapping[str, str]
) -> Iterator[Difference]:
    """Tell, one by one, of attributes that an instance has only in the project, only in the export, or of other values.

    Values are as sentences should call them.
    """
    for name in dict.fromkeys((*ours, *theirs)):
        if name not in theirs:
            words = f"an instance of {category} has lost the attribute {name}."
        elif name not in ours:
            words = f"an instance of {category} has the attribute {name}, which the project does not have."
        elif ours[name] != theirs[name]:
            words = f"the attribute {name} of an instance of {category} is {theirs[name]} instead of {ours[name]}."
        else:
            continue
        yield Difference(DifferenceKind.ATTRIBUTE, words, image, category)


def iou_words(iou: float) -> str:
    """Return an IoU with three decimals, or as many as it takes to tell it from 1, which it is never rounded up to."""
    decimals = 3 if iou <= 0.999 else min(1 - math.floor(math.log10(1 - iou)), 9) if iou < 1 else 0
    cut = math.floor(iou * 10**decimals + 1e-6) / 10**decimals
    return f"{cut:.{decimals}f}".rstrip("0").rstrip(".")
