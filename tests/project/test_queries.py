"""Counts and searches over a project."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable
from typing import Any

import pytest

from sam3_annotator.project import (
    ImageState,
    ListedInstance,
    Origin,
    Provenance,
    Region,
    attribute_values,
    category_counts,
    category_counts_on,
    category_named,
    category_phrases,
    category_used_last,
    images_in_use,
    instance_areas,
    instance_counts,
    instance_described_before,
    instances_by_image,
    instances_with_attribute,
    listed_instances,
    state_counts,
    state_of,
)
from sam3_annotator.project.queries import crowd_counts

Square = Callable[..., Region]


def test_category_used_last_is_that_of_the_newest_instance(filled: Any, square: Square) -> None:
    assert category_used_last(filled.store) == filled.cat

    with filled.store.edit("Add") as edit:
        edit.add_instance(filled.images[0], filled.dog, square())
    assert category_used_last(filled.store) == filled.dog


def test_no_category_was_used_last_without_instances(store: Any) -> None:
    assert category_used_last(store) is None


def test_instances_are_counted_by_image_and_by_category(filled: Any) -> None:
    assert instance_counts(filled.store) == {filled.images[0]: 4, filled.images[1]: 1}
    assert category_counts(filled.store) == {filled.cat: 4, filled.dog: 1}
    assert category_counts_on(filled.store, filled.images[1]) == {filled.cat: 1}
    assert crowd_counts(filled.store) == {filled.cat: 1}


def test_instances_are_counted_by_category_on_each_image(filled: Any) -> None:
    assert instances_by_image(filled.store) == {
        filled.images[0]: {filled.cat: 3, filled.dog: 1},
        filled.images[1]: {filled.cat: 1},
    }


def test_all_instances_are_listed_by_their_ids_without_regions(small: Any, square: Square) -> None:
    a, b, _ = small.images
    with small.store.edit("Fill") as edit:
        first = edit.add_instance(b, small.cat, square(), score=0.5)
        second = edit.add_instance(a, small.dog, square())
        edit.update_image(a, state=ImageState.LEFT_OUT)

    assert listed_instances(small.store) == [
        ListedInstance(first, b, small.cat, 0.5),
        ListedInstance(second, a, small.dog, None),
    ]


def test_areas_of_all_instances_are_measured_some_at_a_time(
    small: Any, square: Square, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sam3_annotator.project.queries.REGIONS_AT_A_TIME", 2)
    with small.store.edit("Fill") as edit:
        ids = [edit.add_instance(small.images[0], small.cat, square(size=size)) for size in (1, 2, 3, 4, 5)]
        edit.delete_instance(ids[1])
    told: list[tuple[int, int]] = []

    areas = instance_areas(small.store, lambda done, total: told.append((done, total)))

    assert areas == {ids[0]: 1, ids[2]: 9, ids[3]: 16, ids[4]: 25}
    assert told == [(0, 4), (2, 4)]
    assert instance_areas(small.store, but={ids[0], ids[4]}) == {ids[2]: 9, ids[3]: 16}


def test_a_category_is_found_by_its_name_in_whatever_case_the_very_one_first(small: Any) -> None:
    with small.store.edit("Add category") as edit:
        upper = edit.add_category("CAT")

    assert category_named(small.store, "cat").id == small.cat
    assert category_named(small.store, "CAT").id == upper
    assert category_named(small.store, "Dog").id == small.dog
    assert category_named(small.store, "bird") is None


def test_a_category_is_asked_for_as_its_instances_were_found_and_by_its_name_where_none_was(small, square) -> None:
    def add(phrase: str, times: int) -> None:
        for x in range(times):
            provenance = Provenance(Origin.MODEL, "SAM 3", phrase=phrase, threshold=0.5)
            edit.add_instance(small.images[0], small.cat, square(x), provenance=provenance)

    with small.store.edit("Add instances") as edit:
        add("kitten", 3)
        add("tabby cat", 9)
        add("thing", 1)
        edit.add_instance(small.images[1], small.cat, square())
        edit.add_instance(small.images[1], small.dog, square())

    assert category_phrases(small.store) == {small.cat: ("tabby cat", "kitten"), small.dog: ("dog",)}


def test_a_category_is_found_however_its_accents_are_written(small: Any) -> None:
    with small.store.edit("Add category") as edit:
        composed = edit.add_category(unicodedata.normalize("NFC", "Bébé"))

    assert category_named(small.store, unicodedata.normalize("NFD", "bébé")).id == composed


def test_images_are_counted_by_state(filled: Any) -> None:
    assert state_counts(filled.store) == {
        ImageState.UNANNOTATED: 1,
        ImageState.IN_PROGRESS: 1,
        ImageState.DONE: 1,
        ImageState.REVIEWED: 0,
        ImageState.CONFIRMED_EMPTY: 0,
        ImageState.LEFT_OUT: 0,
    }


def test_images_left_out_are_not_in_use(filled: Any) -> None:
    a, b, c = filled.images

    with filled.store.edit("Leave out") as edit:
        edit.update_image(a, state=ImageState.LEFT_OUT)

    assert [image.id for image in images_in_use(filled.store)] == [b, c]


def test_attributes_with_marks_in_their_names_are_found_by_them(small: Any, square: Square) -> None:
    name = 'the "so called" \\ größe'
    with small.store.edit("Fill") as edit:
        edit.add_instance(small.images[0], small.cat, square(), attributes={"size": 2})
        named = edit.add_instance(small.images[1], small.dog, square(), attributes={name: ""})

    assert attribute_values(small.store)[small.dog] == {name: [("", 1)]}
    assert instances_with_attribute(small.store, name) == {named: {name: ""}}
    assert instances_with_attribute(small.store, "so called") == {}


def test_the_last_instance_before_one_that_has_attributes_is_of_its_category(small: Any, square: Square) -> None:
    a, b, _ = small.images
    with small.store.edit("Fill") as edit:
        first = edit.add_instance(a, small.cat, square(), attributes={"age": 1})
        second = edit.add_instance(b, small.cat, square(), attributes={"age": 2})
        edit.add_instance(b, small.dog, square(), attributes={"age": 3})
        edit.add_instance(b, small.cat, square())
        last = edit.add_instance(b, small.cat, square(), attributes={"age": 4})

    assert instance_described_before(small.store, last, small.cat) == second
    assert instance_described_before(small.store, second, small.cat) == first
    assert instance_described_before(small.store, first, small.cat) is None


def test_state_of_an_image_that_is_gone_is_none(filled: Any) -> None:
    with filled.store.edit("Take out") as edit:
        edit.delete_image(filled.images[0])

    assert state_of(filled.store, filled.images[0]) is None
    assert state_of(filled.store, filled.images[1]) is ImageState.IN_PROGRESS
