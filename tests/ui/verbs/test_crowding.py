"""Crowds are marked and unmarked for all selected instances in one step."""

from __future__ import annotations

import pytest

from sam3_annotator.project import InstanceId, ProjectStore, Provenance, rectangle
from sam3_annotator.ui.verbs import operations
from sam3_annotator.ui.verbs.crowding import Crowding
from sam3_annotator.ui.workspace import Workspace


@pytest.fixture
def verbs(store: ProjectStore, workspace: Workspace) -> Crowding:
    workspace.set_image(store.images()[0].id)
    return Crowding(store, workspace, lambda: (64, 48))


@pytest.fixture
def selected(store: ProjectStore, workspace: Workspace, verbs: Crowding) -> list[InstanceId]:
    car = operations.add_category(store, "car")
    ids = [
        operations.add_instance(store, store.images()[0].id, car, rectangle(0, 0, side, side), Provenance())
        for side in (5, 6, 7)
    ]
    workspace.select(ids[:2])
    return ids


def crowds(store: ProjectStore) -> list[bool]:
    return [instance.is_crowd for instance in store.instances(store.images()[0].id)]


@pytest.mark.usefixtures("selected")
def test_selected_become_crowds_and_objects_again(verbs: Crowding, store: ProjectStore) -> None:
    told: list[str] = []
    verbs.notice.connect(told.append)

    verbs.toggle_crowd()
    assert crowds(store) == [True, True, False]
    verbs.toggle_crowd()
    assert crowds(store) == [False, False, False]

    store.undo()
    assert crowds(store) == [True, True, False]
    assert told == [
        "2 instances marked as crowd, which training leaves out.",
        "2 instances marked as one object each.",
    ]


def test_where_some_are_crowds_the_others_become_some_too(
    verbs: Crowding, store: ProjectStore, workspace: Workspace, selected: list[InstanceId]
) -> None:
    operations.set_instances_crowd(store, selected[:1], is_crowd=True)
    told: list[str] = []
    verbs.notice.connect(told.append)

    verbs.toggle_crowd()

    assert crowds(store) == [True, True, False]
    assert told == ["1 instance marked as crowd, which training leaves out."]
    workspace.select(())
    label = store.undo_label
    verbs.toggle_crowd()
    assert store.undo_label == label
