"""Merge, split and overlaps: what they select and what they say."""

from __future__ import annotations

import pytest

from sam3_annotator.project import InstanceId, ProjectStore, Provenance, Region, rectangle
from sam3_annotator.ui.verbs import operations
from sam3_annotator.ui.verbs.combining import Combining
from sam3_annotator.ui.workspace import Workspace


@pytest.fixture
def verbs(store: ProjectStore, workspace: Workspace) -> Combining:
    workspace.set_image(store.images()[1].id)
    for name in ("cat", "dog"):
        operations.add_category(store, name)
    return Combining(store, workspace, lambda: (64, 48))


@pytest.fixture
def told(verbs: Combining) -> list[str]:
    sentences: list[str] = []
    verbs.notice.connect(sentences.append)
    verbs.problem.connect(lambda sentence: pytest.fail(sentence))
    return sentences


def add(store: ProjectStore, region: Region, position: int = 0) -> InstanceId:
    category_id = store.categories()[position].id
    return operations.add_instance(store, store.images()[1].id, category_id, region, Provenance())


def regions(store: ProjectStore) -> dict[InstanceId, Region]:
    return {instance.id: instance.region for instance in store.instances(store.images()[1].id)}


def test_merged_of_one_category_says_nothing(verbs, told, store, workspace) -> None:
    ids = [add(store, rectangle(0, 0, 9, 9)), add(store, rectangle(5, 0, 30, 9))]
    workspace.select(ids)

    verbs.merge()

    assert regions(store).keys() == workspace.selection == {ids[1]}
    assert told == []


def test_merged_of_several_categories_says_which_it_is(verbs, told, store, workspace) -> None:
    workspace.select([add(store, rectangle(0, 0, 9, 9)), add(store, rectangle(5, 0, 30, 9), 1)])

    verbs.merge()

    assert told == ["2 instances merged as dog, the category of the largest."]


def test_one_instance_is_not_merged(verbs, told, store, workspace) -> None:
    workspace.select([add(store, rectangle(0, 0, 9, 9))])

    verbs.merge()

    assert store.undo_label == "Add instance"


def test_parts_are_selected_and_counted(verbs, told, store, workspace) -> None:
    parted = Region((*rectangle(0, 0, 9, 9).polygons, *rectangle(20, 0, 25, 9).polygons))
    workspace.select([add(store, parted)])

    verbs.split_parts()
    verbs.split_parts()

    assert regions(store).keys() == workspace.selection
    assert told == ["Split into 2 instances.", "Nothing to split: the selected instances have one part only."]


def test_taking_the_overlap_leaves_the_hidden_alone(verbs, told, store, workspace) -> None:
    mine = add(store, rectangle(0, 0, 20, 20))
    half, covered, hidden = (add(store, rectangle(*box), 1) for box in ((10, 0, 30, 20), (2, 2, 5, 5), (0, 0, 9, 9)))
    workspace.select([mine])
    workspace.hide([hidden])

    verbs.take_overlap()

    assert regions(store) == {
        mine: rectangle(0, 0, 20, 20),
        half: regions(store)[half],
        hidden: rectangle(0, 0, 9, 9),
    }
    assert regions(store)[half].area == 200
    assert workspace.selection == {mine}
    assert told == ["1 instance cut; 1 instance deleted, of which nothing was left."]
    assert store.undo_label == "Take overlap"
    store.undo()
    assert regions(store)[covered] == rectangle(2, 2, 5, 5)


def test_leaving_the_overlap_deselects_what_is_gone(verbs, told, store, workspace) -> None:
    mine, covered = add(store, rectangle(0, 0, 20, 20)), add(store, rectangle(30, 0, 35, 5))
    other = add(store, rectangle(10, 0, 40, 20), 1)
    workspace.select([mine, covered])

    verbs.leave_overlap()

    assert regions(store).keys() == {mine, other}
    assert regions(store)[mine].area == 200
    assert workspace.selection == {mine}
    assert told == ["1 instance cut; 1 instance deleted, of which nothing was left."]


@pytest.mark.parametrize("verb", ["take_overlap", "leave_overlap"])
def test_what_only_touches_is_not_cut(verbs, told, store, workspace, verb) -> None:
    mine, beside = add(store, rectangle(0, 0, 20, 20)), add(store, rectangle(20, 0, 30, 20))
    also_selected = add(store, rectangle(0, 0, 5, 5))
    workspace.select([mine, also_selected])

    getattr(verbs, verb)()

    assert regions(store)[beside] == rectangle(20, 0, 30, 20)
    assert told == ["Nothing to cut: no other visible instance shares a pixel with the selection."]
    assert store.undo_label == "Add instance"
