"""Attributes are set, taken away, given on and renamed, each time in one step that changes nothing else."""

from __future__ import annotations

import pytest

from sam3_annotator.project import Attributes, InstanceId, KnownError, ProjectStore, Provenance, rectangle
from sam3_annotator.ui.verbs import attribute_operations as verbs, operations


@pytest.fixture
def ids(store: ProjectStore) -> list[InstanceId]:
    """Add three instances, of which the second is occluded and red and the third is red, on two images."""
    car = operations.add_category(store, "car")
    images = store.images()
    made = [
        operations.add_instance(store, images[place].id, car, rectangle(0, 0, 5, 5), Provenance())
        for place in (0, 0, 1)
    ]
    with store.edit("Describe") as edit:
        edit.update_instance(made[1], attributes={"occluded": True, "colour": "red"})
        edit.update_instance(made[2], attributes={"colour": "red"})
    return made


def attributes(store: ProjectStore, ids: list[InstanceId]) -> list[Attributes]:
    return [dict(store.instance(instance_id).attributes) for instance_id in ids]


def test_a_value_is_set_on_several_in_one_step_and_what_else_they_have_stays(
    store: ProjectStore, ids: list[InstanceId]
) -> None:
    before = attributes(store, ids)

    verbs.set_attribute(store, ids, "colour", "blue")

    assert attributes(store, ids) == [{"colour": "blue"}, {"occluded": True, "colour": "blue"}, {"colour": "blue"}]
    assert store.undo_label == "Set attribute"
    store.undo()
    assert attributes(store, ids) == before


def test_a_value_that_all_have_is_no_step_but_another_kind_of_it_is(store: ProjectStore, ids: list[InstanceId]) -> None:
    verbs.set_attribute(store, ids[1:2], "occluded", True)
    assert store.undo_label == "Describe"

    verbs.set_attribute(store, ids[1:2], "occluded", 1)
    assert store.undo_label == "Set attribute"
    assert store.instance(ids[1]).attributes["occluded"] is not True


def test_an_attribute_is_taken_from_those_that_have_it(store: ProjectStore, ids: list[InstanceId]) -> None:
    verbs.take_attribute(store, ids, "colour")

    assert attributes(store, ids) == [{}, {"occluded": True}, {}]
    assert store.undo_label == "Take away attribute"


def test_what_only_the_instance_itself_has_it_keeps_when_it_gets_those_of_another(
    store: ProjectStore, ids: list[InstanceId]
) -> None:
    verbs.give_attributes(store, [ids[1]], {"colour": "green", "age": 3})

    assert attributes(store, ids)[1] == {"occluded": True, "colour": "green", "age": 3}
    assert store.undo_label == "Same attributes"


def test_a_name_is_changed_everywhere_in_its_place(store: ProjectStore, ids: list[InstanceId]) -> None:
    before = attributes(store, ids)

    assert verbs.rename_attribute(store, "occluded", "  partly   hidden ") == 1

    assert list(store.instance(ids[1]).attributes.items()) == [("partly hidden", True), ("colour", "red")]
    assert store.undo_label == "Rename attribute"
    store.undo()
    assert attributes(store, ids) == before


def test_two_names_become_one_where_no_value_is_lost(store: ProjectStore, ids: list[InstanceId]) -> None:
    verbs.set_attribute(store, ids[:1], "color", "blue")
    verbs.set_attribute(store, ids[1:2], "color", "red")

    assert verbs.rename_attribute(store, "color", "colour") == 2

    assert attributes(store, ids) == [{"colour": "blue"}, {"occluded": True, "colour": "red"}, {"colour": "red"}]


def test_a_name_that_would_overwrite_another_value_is_refused(store: ProjectStore, ids: list[InstanceId]) -> None:
    verbs.set_attribute(store, ids[1:], "color", "blue")
    before = attributes(store, ids)

    with pytest.raises(KnownError, match="2 instances have another value of colour already"):
        verbs.rename_attribute(store, "color", "colour")
    with pytest.raises(KnownError, match="needs a name"):
        verbs.rename_attribute(store, "color", "  ")

    assert attributes(store, ids) == before


def test_a_name_is_deleted_everywhere(store: ProjectStore, ids: list[InstanceId]) -> None:
    assert verbs.delete_attribute(store, "colour") == 2

    assert attributes(store, ids) == [{}, {"occluded": True}, {}]
    store.undo()
    assert attributes(store, ids)[2] == {"colour": "red"}
