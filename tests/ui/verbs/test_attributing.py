"""Keys set attributes of the selected instances, or of the one just made, and say so where it is not to be seen."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from sam3_annotator.project import Attributes, InstanceId, ProjectStore, Provenance, rectangle
from sam3_annotator.ui.item_models.known_attributes import KnownAttributes
from sam3_annotator.ui.store_bridge import StoreBridge
from sam3_annotator.ui.verbs import operations
from sam3_annotator.ui.verbs.attributing import Attributing
from sam3_annotator.ui.workspace import Workspace

Add = Callable[..., InstanceId]


@pytest.fixture
def verbs(bridge: StoreBridge, workspace: Workspace) -> Attributing:
    workspace.set_image(bridge.store.images()[0].id)
    return Attributing(bridge, workspace, lambda: (64, 48), KnownAttributes(bridge, bridge).switches)


@pytest.fixture
def told(verbs: Attributing) -> list[str]:
    made: list[str] = []
    verbs.notice.connect(made.append)
    return made


def attributes(store: ProjectStore, instance_id: InstanceId) -> Attributes:
    return dict(store.instance(instance_id).attributes)


def test_a_key_switches_its_attribute_on_and_off_for_the_selected(
    verbs: Attributing, add_described: Add, store: ProjectStore, workspace: Workspace, told: list[str]
) -> None:
    ids = [add_described(occluded=True, parked=False), add_described()]
    workspace.select(ids)

    verbs.switch(0)
    assert [attributes(store, each)["occluded"] for each in ids] == [True, True]
    verbs.switch(0)
    assert [attributes(store, each)["occluded"] for each in ids] == [False, False]
    verbs.switch(1)
    assert [attributes(store, each)["parked"] for each in ids] == [True, True]
    label = store.undo_label
    verbs.switch(2)

    assert store.undo_label == label
    assert told == []


def test_the_one_just_made_needs_no_selecting_and_is_told(
    verbs: Attributing, add_described: Add, store: ProjectStore, told: list[str]
) -> None:
    add_described(occluded=True, parked=True)
    made = add_described()

    verbs.switch(0)

    assert attributes(store, made) == {"occluded": True}
    assert told == ["The car just made: occluded."]


def test_what_is_on_another_image_or_came_with_others_is_not_the_one_just_made(
    verbs: Attributing, add_described: Add, store: ProjectStore, workspace: Workspace, told: list[str]
) -> None:
    add_described(occluded=True)
    workspace.set_image(store.images()[1].id)
    verbs.switch(0)
    verbs.repeat()
    assert told == ["Select the instance that the attribute is about. One just made needs no selecting."] * 2

    workspace.set_image(store.images()[0].id)
    region, category = rectangle(0, 0, 5, 5), store.categories()[0].id
    operations.accept_proposals(store, store.images()[0].id, category, [(region, 0.9, Provenance())] * 2)
    label = store.undo_label
    verbs.switch(0)

    assert store.undo_label == label
    assert len(told) == 3


def test_what_work_beside_the_user_adds_is_not_the_one_just_made(
    verbs: Attributing, add_described: Add, store: ProjectStore, told: list[str]
) -> None:
    add_described(occluded=True)
    mark, made, image = store.history_mark, add_described(), store.images()[0].id
    found = [(rectangle(0, 0, 5, 5), 0.9, Provenance())]
    (other,) = operations.accept_proposals(store, image, store.categories()[1].id, found, mark)

    verbs.switch(0)

    assert attributes(store, made) == {"occluded": True}
    assert attributes(store, other) == {}
    assert told == ["The car just made: occluded."]


def test_the_one_made_before_of_the_same_category_is_repeated_and_what_only_this_one_has_stays(
    verbs: Attributing, add_described: Add, store: ProjectStore, workspace: Workspace, told: list[str]
) -> None:
    add_described(occluded=True, colour="red")
    add_described(1, 0, colour="blue", doors=4)
    add_described(category=1, age=3)
    add_described()
    made = add_described(height=2)

    verbs.repeat()

    assert attributes(store, made) == {"height": 2, "colour": "blue", "doors": 4}
    assert store.undo_label == "Same attributes"
    assert told == ["The car just made: height 2 · blue · doors 4."]


def test_without_any_before_there_is_nothing_to_repeat(verbs: Attributing, add_described: Add, told: list[str]) -> None:
    add_described(category=1, age=3)
    add_described()

    verbs.repeat()

    assert told == ["Nothing to repeat: no car made before has attributes."]
