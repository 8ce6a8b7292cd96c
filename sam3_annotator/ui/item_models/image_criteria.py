"""What images can be chosen by: how far they have come, which split they are in, what is on them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from sam3_annotator.project import CategoryId, ImageState, Split


class StateFilter(StrEnum):
    """Which images the list shows."""

    ALL = "all"
    UNANNOTATED = "unannotated"
    IN_PROGRESS = "in_progress"
    DONE = "done"  # also reviewed and confirmed empty
    TO_REVIEW = "to_review"  # done, and neither
    REVIEWED = "reviewed"
    CONFIRMED_EMPTY = "confirmed_empty"
    LEFT_OUT = "left_out"
    NOTED = "noted"  # whatever the state
    MISSING = "missing"  # also unreadable

    def accepts(self, state: ImageState, *, has_problem: bool, has_note: bool) -> bool:
        """Whether an image in this state is shown."""
        match self:
            case StateFilter.ALL:
                return True
            case StateFilter.MISSING:
                return has_problem
            case StateFilter.NOTED:
                return has_note
            case StateFilter.DONE:
                return state.is_finished
            case StateFilter.TO_REVIEW:
                return state is ImageState.DONE
        return state.value == self.value


class Stops(StrEnum):
    """The images at which a key that goes through the list stops."""

    ALL = "all"
    UNFINISHED = "unfinished"
    TO_REVIEW = "to_review"  # done, and not reviewed yet

    def accepts(self, state: ImageState) -> bool:
        """Whether a key stops at an image in this state."""
        match self:
            case Stops.UNFINISHED:
                return state.is_open
            case Stops.TO_REVIEW:
                return state is ImageState.DONE
        return True


class SplitFilter(StrEnum):
    """Which splits the images are in that the list shows."""

    ANY = "any"
    TRAIN = Split.TRAIN.value
    VAL = Split.VAL.value
    TEST = Split.TEST.value
    NONE = "none"

    def accepts(self, split: Split | None) -> bool:
        """Whether an image in this split, or with None in none, is shown."""
        match self:
            case SplitFilter.ANY:
                return True
            case SplitFilter.NONE:
                return split is None
        return split is not None and split.value == self.value


class Content(StrEnum):
    """What kind of instances the images have that the list shows."""

    ANY = "any"  # or none
    WITH = "with"  # at least one of a category
    WITHOUT = "without"  # none of a category, others or none at all
    NOTHING = "nothing"  # no instances


@dataclass(frozen=True, slots=True)
class ContentFilter:
    """What is on the images that the list shows; `category_id` is that of `WITH` and `WITHOUT`, else None."""

    content: Content
    category_id: CategoryId | None = None

    def accepts(self, instances: Mapping[CategoryId, int]) -> bool:
        """Whether an image is shown that has so many instances of each category; those it has none of are not in it."""
        match self.content:
            case Content.ANY:
                return True
            case Content.WITH:
                return self.category_id in instances
            case Content.WITHOUT:
                return self.category_id not in instances
        return not instances


ANY_CONTENT: Final = ContentFilter(Content.ANY)
NO_CONTENT: Final = ContentFilter(Content.NOTHING)


@dataclass(frozen=True, slots=True)
class ContentTally:
    """How many of some `images` have no instances, and how many have some of each category."""

    images: int
    without_instances: int
    by_category: Mapping[CategoryId, int]

    def count(self, content: ContentFilter) -> int:
        """Return how many of the images this filter would show."""
        having = self.by_category.get(content.category_id, 0) if content.category_id is not None else 0
        match content.content:
            case Content.ANY:
                return self.images
            case Content.WITH:
                return having
            case Content.WITHOUT:
                return self.images - having
        return self.without_instances
