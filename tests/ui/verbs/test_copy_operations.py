"""Copies come to their image in one step, whole and never unseen."""

from __future__ import annotations

from dataclasses import replace

import pytest

from sam3_annotator.project import (
    ImageState,
    InstanceCopy,
    KnownError,
    Origin,
    Polygon,
    ProjectStore,
    PromptRecord,
    Provenance,
    Region,
    rectangle,
)
from sam3_annotator.ui.verbs import operations
from sam3_annotator.ui.verbs.copy_operations import (
    Pasted,
    copies_of,
    copy_from_image,
    duplicate_instances,
    paste_instances,
)

SIZE = (64, 48)
HOLED = Region((Polygon([(5, 5), (25, 5), (25, 30), (5, 30)], [[(10, 10), (10, 20), (20, 20), (20, 10)]]),))
CAT = InstanceCopy("cat", "#112233", HOLED, "animal", 0.9, True, Provenance(Origin.MODEL, model="M", edit_count=1))


def pasted(store: ProjectStore, copies: list[InstanceCopy], position: int = 1, distance: int = 8) -> Pasted:
    return paste_instances(store, store.images()[position].id, copies, SIZE, distance)


def test_paste_adds_instances_and_unknown_categories_in_one_step(store: ProjectStore) -> None:
    dog = operations.add_category(store, "dog", "#445566")

    result = pasted(store, [CAT, replace(CAT, category_name="dog"), CAT])

    made = [store.instance(instance_id) for instance_id in result.instance_ids]
    cat = store.categories()[1]
    assert (cat.name, cat.color, cat.supercategory) == ("cat", "#112233", "animal")
    assert [instance.category_id for instance in made] == [cat.id, dog, cat.id]
    assert all((instance.region, instance.score, instance.is_crowd) == (HOLED, 0.9, True) for instance in made)
    assert all(instance.provenance.created_at for instance in made)
    assert replace(made[0].provenance, created_at="") == CAT.provenance
    assert result.new_categories == ("cat",)
    assert store.images()[1].state is ImageState.IN_PROGRESS
    assert store.undo_label == "Paste 3 instances"
    store.undo()
    assert [category.name for category in store.categories()] == ["dog"]
    assert store.instances(store.images()[1].id) == ()


def test_a_new_category_takes_another_colour_where_its_own_is_taken(store: ProjectStore) -> None:
    operations.add_category(store, "dog", "#112233")

    pasted(store, [CAT, replace(CAT, category_name="bird")])

    assert len({category.color for category in store.categories()}) == 3


def test_paste_cuts_at_the_border_and_leaves_out_what_is_beyond(store: ProjectStore) -> None:
    half, outside, touching = (rectangle(*box) for box in ((60, 40, 90, 60), (64, 0, 80, 9), (63.8, 0, 80, 9)))

    result = pasted(store, [replace(CAT, region=region) for region in (half, outside, touching)])

    assert [store.instance(i).region.box_xyxy for i in result.instance_ids] == [(60, 40, 64, 48)]
    assert result.outside_count == 2


def test_nothing_on_the_image_is_no_step(store: ProjectStore) -> None:
    result = pasted(store, [replace(CAT, region=rectangle(70, 0, 80, 9))])

    assert result == Pasted(outside_count=1)
    assert store.undo_label is None
    assert store.categories() == ()


def test_pasted_over_itself_a_group_steps_aside_and_again_and_keeps_its_order(store: ProjectStore) -> None:
    group = [CAT, replace(CAT, region=rectangle(30, 10, 40, 20))]

    boxes = [[store.instance(i).region.box_xyxy for i in pasted(store, group).instance_ids] for _ in range(3)]

    assert boxes == [
        [(5, 5, 25, 30), (30, 10, 40, 20)],
        [(13, 13, 33, 38), (38, 18, 48, 28)],
        [(21, 21, 41, 46), (46, 26, 56, 36)],
    ]


def test_one_of_another_category_in_the_same_place_is_no_reason_to_step_aside(store: ProjectStore) -> None:
    pasted(store, [replace(CAT, category_name="dog")])

    (made,) = pasted(store, [CAT]).instance_ids

    assert store.instance(made).region == HOLED


def test_what_fills_its_image_is_pasted_over_itself(store: ProjectStore) -> None:
    full = replace(CAT, region=rectangle(0, 0, *SIZE))

    for _ in range(2):
        (made,) = pasted(store, [full]).instance_ids

    assert store.instance(made).region == full.region


def test_a_colour_that_is_none_undoes_the_whole_paste(store: ProjectStore) -> None:
    with pytest.raises(KnownError, match="no colour"):
        pasted(store, [replace(CAT, category_name="dog"), replace(CAT, category_color="red")])

    assert store.categories() == ()
    assert store.instances(store.images()[1].id) == ()


def test_duplicates_lie_beside_their_originals(store: ProjectStore) -> None:
    originals = pasted(store, [CAT]).instance_ids

    result = duplicate_instances(store, originals, SIZE, 5)

    assert [store.instance(i).region for i in result.instance_ids] == [HOLED.translated(5, 5)]
    assert store.undo_label == "Duplicate instance"
    assert duplicate_instances(store, (), SIZE, 5) == Pasted()


def test_copies_from_another_image_are_cut_and_not_made_twice(store: ProjectStore) -> None:
    first, second = store.images()[:2]
    paste_instances(store, first.id, [CAT, replace(CAT, region=rectangle(60, 40, 80, 60))], (80, 60), 8)
    paste_instances(store, first.id, [replace(CAT, region=rectangle(70, 0, 80, 9))], (80, 60), 8)
    operations.delete_instances(store, pasted(store, [replace(CAT, region=rectangle(1, 1, 2, 2))]).instance_ids)

    once = copy_from_image(store, first.id, second.id, SIZE)
    again = copy_from_image(store, first.id, second.id, SIZE)

    assert [i.region.box_xyxy for i in store.instances(second.id)] == [(5, 5, 25, 30), (60, 40, 64, 48)]
    assert (len(once.instance_ids), once.known_count, once.outside_count) == (2, 0, 1)
    assert again == Pasted(outside_count=1, known_count=2)
    assert store.undo_label == "Copy 2 instances"


def test_the_original_is_left_as_it_was(store: ProjectStore) -> None:
    category = operations.add_category(store, "cat")
    told = Provenance(Origin.MODEL, prompts=(PromptRecord("point", (9, 9)),), predicted_iou=0.7)
    original = operations.add_instance(store, store.images()[1].id, category, HOLED, told)

    (copy,) = copies_of(store, [original])
    pasted(store, [copy], position=2)

    assert store.instance(original).provenance == told
    (made,) = store.instances(store.images()[2].id)
    assert (made.provenance.prompts, made.provenance.predicted_iou) == ((), None)
