"""Which phrases categories are looked for by, and which categories one thing may be of."""

from __future__ import annotations

import pytest

from sam3_annotator.project import (
    CategoryId,
    Origin,
    Provenance,
    SoughtCategory,
    phrases_of,
    rectangle,
    sought_categories,
)


@pytest.mark.parametrize(
    ("mine", "its", "may_be"),
    [
        ("bus", "school bus", True),
        ("bus", "BUS", True),
        ("bus stop", "school bus", False),
        ("bus", "busker", False),
        ("traffic-light", "red traffic light", True),
        ("red light", "red traffic light", False),
        ("!", "school bus", False),
    ],
)
def test_phrases_are_compared_by_whole_words(mine: str, its: str, may_be: bool) -> None:
    one, other = (SoughtCategory(CategoryId(n), phrase, (phrase,)) for n, phrase in enumerate((mine, its)))

    assert one.may_be(other) is may_be
    assert other.may_be(one) is may_be


def test_categories_are_sought_by_what_found_them_or_by_their_names(sound) -> None:
    found = Provenance(origin=Origin.MODEL, phrase="tabby")
    sound.add(rectangle(40, 10, 50, 20), provenance=found)

    cat, dog = sought_categories(sound.store)

    assert (cat.name, cat.phrases) == ("cat", ("tabby",))
    assert (dog.name, dog.phrases) == ("dog", ("dog",))


def test_a_phrase_of_two_categories_is_asked_once() -> None:
    cat = SoughtCategory(CategoryId(1), "cat", ("cat",))
    dog = SoughtCategory(CategoryId(2), "dog", ("dog", "puppy"))
    twin = SoughtCategory(CategoryId(9), "young dog", ("puppy", "whelp"))

    assert phrases_of((cat, dog, twin)) == ("cat", "dog", "puppy", "whelp")
