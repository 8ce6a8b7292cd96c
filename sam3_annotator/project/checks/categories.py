"""Categories that are not used, have nearly the same name, or are missing where they are needed."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from typing import Final

from sam3_annotator.project.checks.findings import Finding, FindingKind
from sam3_annotator.project.entities import Category, CategoryId, ImageState, Split
from sam3_annotator.project.queries import category_counts
from sam3_annotator.project.reading import ProjectReader
from sam3_annotator.project.words import counted

# Between two numbers a space tells them apart: part 1 2 is not part 12.
_JOINT = re.compile(r"(?<=[^\W\d_])[\s_-]+(?=\w)|(?<=\w)[\s_-]+(?=[^\W\d_])")

# Short names with a letter more or less are other words: car and cart. A plural may be as short as cars.
_LONG: Final = 6
_SHORTEST: Final = 3

_Counts = dict[tuple[CategoryId, Split | None], int]


def find_odd_categories(store: ProjectReader) -> Iterator[Finding]:
    """Find what is wrong with the categories; nothing in a project that has no instances yet, but alike names."""
    categories = store.categories()
    yield from _find_alike(categories)
    counts = category_counts(store)  # also on images left out: what is used there cannot be deleted
    for category in categories:
        if counts and category.id not in counts:
            sentence = f"The category “{category.name}” has no instances; delete it if it is not needed."
            yield Finding(FindingKind.UNUSED_CATEGORY, sentence, category_ids=(category.id,))
    yield from _find_missing_in_splits(store, categories)


def _find_alike(categories: Sequence[Category]) -> Iterator[Finding]:
    seen: dict[str, Category] = {}  # by their bare names
    longer: dict[str, Category] = {}  # by what their names would be with a letter less
    for category in categories:
        bare = _bare(category.name)
        shorter = [*_singulars(bare), *_with_a_letter_less(bare)]
        names = (bare, *shorter, *_with_letters_swapped(bare))
        other = longer.get(bare) or next((seen[name] for name in names if name in seen), None)
        if other is not None:
            sentence = (
                f"The categories “{other.name}” and “{category.name}” have nearly the same name; "
                "merge one into the other."
            )
            yield Finding(FindingKind.ALIKE_CATEGORIES, sentence, category_ids=(other.id, category.id))
        seen.setdefault(bare, category)
        for name in shorter:
            longer.setdefault(name, category)


def _bare(name: str) -> str:
    """Return what is left of a name without case, spaces, underscores and hyphens within it, and ways of encoding."""
    return _JOINT.sub("", " ".join(unicodedata.normalize("NFKC", name).casefold().split()))


def _singulars(bare: str) -> list[str]:
    """Return what a name may be the plural of."""
    endings = (("s", ""), ("es", ""), ("ies", "y"))
    ones = (bare.removesuffix(ending) + one for ending, one in endings if bare.endswith(ending))
    return [one for one in ones if len(one) >= _SHORTEST and one[-1].isalpha()]


def _with_a_letter_less(bare: str) -> list[str]:
    """Return a long name without one of its letters; the first and the last make other words: planet, plane, lane."""
    if len(bare) <= _LONG or not bare.isalpha():
        return []
    return [bare[:at] + bare[at + 1 :] for at in range(1, len(bare) - 1)]


def _with_letters_swapped(bare: str) -> list[str]:
    """Return a long name with two neighbouring letters the other way round, but for the first."""
    if len(bare) < _LONG or not bare.isalpha():
        return []
    return [bare[:at] + bare[at + 1] + bare[at] + bare[at + 2 :] for at in range(1, len(bare) - 1)]


def _find_missing_in_splits(store: ProjectReader, categories: Sequence[Category]) -> Iterator[Finding]:
    counts = _counts_by_split(store)
    has_train, has_val = (any(split is wanted for _, split in counts) for wanted in (Split.TRAIN, Split.VAL))
    for category in categories:
        open_, train, val, test = (counts.get((category.id, split), 0) for split in (None, *Split))
        if open_:  # an export may put these into any split
            continue
        if has_train and not train and val + test:
            sentence = (
                f"The category “{category.name}” has {counted(val + test, 'instance')}, but none in train, so it "
                "cannot be learnt; put some of its images into train."
            )
            yield Finding(FindingKind.CATEGORY_NOT_IN_TRAIN, sentence, category_ids=(category.id,))
        if has_val and train and not val:
            sentence = (
                f"The category “{category.name}” has {counted(train, 'instance')} in train and none in val, so it is "
                "not validated; put some of its images into val."
            )
            yield Finding(FindingKind.CATEGORY_NOT_IN_VAL, sentence, category_ids=(category.id,))


def _counts_by_split(store: ProjectReader) -> _Counts:
    rows = store.select(
        "SELECT category_id, split, count(*) FROM instances JOIN images ON images.id = image_id "
        "WHERE state != ? GROUP BY category_id, split",
        ImageState.LEFT_OUT.value,
    )
    return {(CategoryId(row[0]), None if row[1] is None else Split(row[1])): row[2] for row in rows}
