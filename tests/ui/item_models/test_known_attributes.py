"""The attributes in use are counted once and follow the store: names, kinds, values, by category."""

from __future__ import annotations

import pytest

from sam3_annotator.project import AttributeValue, CategoryId, InstanceId, ProjectStore, Provenance, rectangle
from sam3_annotator.ui.attribute_words import AttributeKind
from sam3_annotator.ui.item_models import known_attributes
from sam3_annotator.ui.item_models.known_attributes import KnownAttributes
from sam3_annotator.ui.store_bridge import StoreBridge
from sam3_annotator.ui.verbs import attribute_operations, operations


@pytest.fixture
def known(bridge: StoreBridge) -> KnownAttributes:
    return KnownAttributes(bridge)


@pytest.fixture
def cat(store: ProjectStore) -> CategoryId:
    return operations.add_category(store, "cat")


@pytest.fixture
def dog(store: ProjectStore) -> CategoryId:
    return operations.add_category(store, "dog")


def add(store: ProjectStore, category_id: CategoryId, **attributes: AttributeValue) -> InstanceId:
    image_id = store.images()[0].id
    made = operations.add_instance(store, image_id, category_id, rectangle(0, 0, 5, 5), Provenance())
    attribute_operations.give_attributes(store, [made], attributes)
    return made


def test_names_of_the_category_come_first_the_most_frequent_first(
    store: ProjectStore, known: KnownAttributes, cat: CategoryId, dog: CategoryId
) -> None:
    add(store, cat, collar=True, age=3)
    add(store, cat, age=2)
    add(store, cat, age=4)
    add(store, dog, age=1, breed="poodle")
    add(store, dog, breed="setter")
    add(store, dog, breed="pug", muzzle=False)

    assert known.names([cat]) == (["age", "collar"], ["breed", "muzzle"])
    assert known.names([dog]) == (["breed", "age", "muzzle"], ["collar"])
    assert known.names([cat, dog]) == (["age", "collar", "breed", "muzzle"], [])
    assert known.names([]) == ([], ["age", "breed", "collar", "muzzle"])


def test_names_keep_their_places_while_counts_change_and_undo_brings_one_back_to_its_own(
    store: ProjectStore, known: KnownAttributes, cat: CategoryId
) -> None:
    first = add(store, cat, age=3, collar=True)
    add(store, cat, age=3)
    assert known.names([cat])[0] == ["age", "collar"]

    for _ in range(3):
        add(store, cat, collar=True, asleep=True)
    assert known.names([cat])[0] == ["age", "collar", "asleep"]
    attribute_operations.delete_attribute(store, "age")
    assert known.names([cat])[0] == ["collar", "asleep"]
    store.undo()
    assert known.names([cat])[0] == ["age", "collar", "asleep"]
    operations.delete_instances(store, [first])
    assert known.count("age") == 1


def test_the_project_is_asked_once(
    store: ProjectStore, known: KnownAttributes, cat: CategoryId, monkeypatch: pytest.MonkeyPatch
) -> None:
    add(store, cat, age=3)
    assert known.values("age") == ["3"]
    monkeypatch.setattr(known_attributes, "attribute_values", None)

    add(store, cat, age=4, collar=True)

    assert known.names([cat])[0] == ["age", "collar"]
    assert sorted(known.values("age")) == ["3", "4"]


def test_kinds_follow_the_values(store: ProjectStore, known: KnownAttributes, cat: CategoryId) -> None:
    told: list[None] = []
    made = add(store, cat, age=3, collar=True, breed="1")
    assert [known.kind(name) for name in ("age", "collar", "breed", "none")] == [
        AttributeKind.NUMBER,
        AttributeKind.TRUTH,
        AttributeKind.TEXT,
        None,
    ]
    known.changed.connect(lambda: told.append(None))

    add(store, cat, age="unknown")
    assert known.kind("age") is None
    assert len(told) == 1
    add(store, cat, age=5)
    assert len(told) == 1
    attribute_operations.set_attribute(store, [made], "collar", 1)
    assert known.kind("collar") is AttributeKind.NUMBER
    assert len(told) == 2


def test_an_instance_of_another_category_takes_its_attributes_along(
    store: ProjectStore, known: KnownAttributes, cat: CategoryId, dog: CategoryId
) -> None:
    made = add(store, cat, age=3)
    assert known.names([dog]) == ([], ["age"])

    operations.set_instances_category(store, [made], dog)

    assert known.names([dog]) == (["age"], [])
    assert known.names([cat]) == ([], ["age"])


def test_values_come_the_most_frequent_first_and_are_written_as_typed(
    store: ProjectStore, known: KnownAttributes, cat: CategoryId
) -> None:
    for value in ("red", "blue", "blue", "", True):
        add(store, cat, colour=value)

    assert known.values("colour") == ["blue", "red", "yes"]
    assert known.values("none") == []


def test_switches_are_the_first_truth_attributes(
    store: ProjectStore, known: KnownAttributes, cat: CategoryId, dog: CategoryId
) -> None:
    add(store, dog, **{f"is_{number}": True for number in range(10)})
    add(store, cat, age=3, collar=True)

    assert known.switches([cat]) == ["collar", *(f"is_{number}" for number in range(8))]
