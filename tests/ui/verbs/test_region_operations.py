"""Combining and reshaping are one step each, and undoing it leaves no trace."""

from __future__ import annotations

import pytest

from sam3_annotator.project import (
    Attributes,
    CategoryId,
    ImageState,
    Instance,
    InstanceId,
    Origin,
    Polygon,
    ProjectStore,
    Provenance,
    Region,
    Simplified,
    rectangle,
)
from sam3_annotator.ui.verbs import operations
from sam3_annotator.ui.verbs.region_operations import (
    cut_by,
    merge_instances,
    reshape_instances,
    simplify_instances,
    split_instances,
)

FRAME = Polygon([(0, 0), (20, 0), (20, 20), (0, 20)], [[(5, 5), (5, 15), (15, 15), (15, 5)]])
DOT = Polygon([(30, 30), (33, 30), (33, 33), (30, 33)])
MADE = Provenance(Origin.MODEL, model="M", edit_count=3)


@pytest.fixture
def categories(store: ProjectStore) -> list[CategoryId]:
    return [operations.add_category(store, name) for name in ("cat", "dog")]


def add(store: ProjectStore, category_id: CategoryId, region: Region) -> InstanceId:
    with store.edit("Import") as edit:
        return edit.add_instance(store.images()[1].id, category_id, region, score=0.5, is_crowd=True, provenance=MADE)


def there(store: ProjectStore) -> tuple[Instance, ...]:
    return store.instances(store.images()[1].id)


def say(store: ProjectStore, attributes: dict[InstanceId, Attributes]) -> None:
    with store.edit("Say") as edit:
        for instance_id, said in attributes.items():
            edit.update_instance(instance_id, attributes=said)


def test_merging_keeps_the_largest_and_undo_brings_all_back(store: ProjectStore, categories: list[CategoryId]) -> None:
    small = add(store, categories[0], rectangle(0, 0, 5, 5))
    large = add(store, categories[1], rectangle(4, 0, 40, 20))
    before = there(store)

    merged = merge_instances(store, [small, large])

    assert there(store) == (merged,)
    assert (merged.id, merged.category_id, merged.region.area) == (large, categories[1], 720 + 20)
    assert (merged.score, merged.is_crowd) == (0.5, True)
    assert merged.provenance == Provenance(Origin.MODEL, model="M", edit_count=4)
    assert store.undo_label == "Merge 2 instances"
    store.undo()
    assert there(store) == before


def test_merged_attributes_are_those_of_the_largest_and_what_only_others_have(
    store: ProjectStore, categories: list[CategoryId]
) -> None:
    large = add(store, categories[0], rectangle(0, 0, 40, 20))
    small, smaller = (add(store, categories[0], rectangle(0, 0, side, 5)) for side in (5, 4))
    say(store, {large: {"colour": "red"}, small: {"colour": "blue", "age": 2}, smaller: {"age": 3, "wet": True}})

    assert merge_instances(store, [large, small, smaller]).attributes == {"colour": "red", "age": 2, "wet": True}


def test_merging_equal_instances_keeps_the_first(store: ProjectStore, categories: list[CategoryId]) -> None:
    ids = [add(store, categories[0], rectangle(0, 0, 5, 5)) for _ in range(3)]

    assert merge_instances(store, ids).id == ids[0]


def test_split_parts_are_like_the_whole_and_the_largest_keeps_the_id(
    store: ProjectStore, categories: list[CategoryId]
) -> None:
    parted = add(store, categories[1], Region((DOT, FRAME)))
    single = add(store, categories[0], rectangle(0, 0, 5, 5))
    say(store, {parted: {"occluded": True}})
    before = there(store)

    ids = split_instances(store, [parted, single])

    largest, untouched, other = there(store)
    assert ids == (parted, single, other.id)
    assert (largest.id, largest.region, other.region) == (parted, Region((FRAME,)), Region((DOT,)))
    assert untouched == before[1]
    for part in (largest, other):
        assert (part.category_id, part.score, part.is_crowd) == (categories[1], 0.5, True)
        assert part.provenance == Provenance(Origin.MODEL, model="M", edit_count=4)
        assert part.attributes == {"occluded": True}
    assert store.undo_label == "Split instance"
    store.undo()
    assert there(store) == before


def test_instances_of_one_part_are_no_step(store: ProjectStore, categories: list[CategoryId]) -> None:
    single = add(store, categories[0], rectangle(0, 0, 5, 5))

    assert split_instances(store, [single]) == (single,)

    assert store.undo_label == "Import"


def test_only_those_that_share_a_pixel_are_cut(store: ProjectStore, categories: list[CategoryId]) -> None:
    for box in ((0, 0, 20, 20), (20, 0, 30, 9), (2, 2, 6, 6)):
        add(store, categories[0], rectangle(*box))
    cutters = [add(store, categories[1], rectangle(*box)) for box in ((0, 0, 10, 10), (15, 15, 18, 30))]
    others, made = there(store)[:3], [store.instance(id_) for id_ in cutters]

    regions = cut_by(others, made)

    assert [regions[id_].area if id_ in regions else None for id_ in (i.id for i in others)] == [
        400 - 100 - 15,
        None,
        0,
    ]


def test_an_instance_that_has_lost_its_area_is_deleted_in_the_same_step(
    store: ProjectStore, categories: list[CategoryId]
) -> None:
    gone, kept = (add(store, categories[0], rectangle(*box)) for box in ((0, 0, 5, 5), (0, 0, 9, 9)))

    reshape_instances(store, {gone: Region(), kept: rectangle(5, 5, 9, 9)}, "Take overlap")

    (instance,) = there(store)
    assert (instance.id, instance.region.area, instance.provenance.edit_count) == (kept, 16, 4)
    store.undo()
    assert len(there(store)) == 2
    reshape_instances(store, dict.fromkeys((gone, kept), Region()), "Take overlap")
    assert store.images()[1].state is ImageState.UNANNOTATED


def test_steps_in_a_row_with_one_key_become_one(store: ProjectStore, categories: list[CategoryId]) -> None:
    id_ = add(store, categories[0], rectangle(0, 0, 5, 5))

    for x in (1, 2, 3):
        reshape_instances(store, {id_: rectangle(x, 0, 5 + x, 5)}, "Move instance", merge_key="a")
    reshape_instances(store, {}, "Move instance", merge_key="a")

    store.undo()
    assert store.instance(id_).region == rectangle(0, 0, 5, 5)
    assert store.undo_label == "Import"


def test_simplifying_keeps_the_first_iou_there_was(store: ProjectStore, categories: list[CategoryId]) -> None:
    id_ = add(store, categories[0], Region((FRAME,)))

    for iou in (0.9, 0.8):
        simplify_instances(store, {id_: Simplified(rectangle(0, 0, 20, 20), 0, 1, iou)})

    provenance = store.instance(id_).provenance
    assert (provenance.simplification_iou, provenance.edit_count) == (0.9, 5)
    assert store.undo_label == "Simplify"
