"""The user's verbs: each is one undo step and undoing it leaves no trace."""

from __future__ import annotations

import sqlite3
import sys
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings, strategies as st

from sam3_annotator.project import (
    Finding,
    FindingKind,
    ImageState,
    KnownError,
    Origin,
    Polygon,
    ProjectStore,
    PromptRecord,
    Provenance,
    Region,
    Split,
    listed_instances,
)
from sam3_annotator.ui.verbs import operations

SQUARE = Region((Polygon([(1, 1), (9, 1), (9, 9), (1, 9)]),))
CLICK, BOX = PromptRecord("point", (8, 8), positive=False), PromptRecord("box", (1, 1, 9, 9))
SMALLER = Region((Polygon([(1, 1), (5, 1), (5, 5), (1, 5)]),))


def names(store: ProjectStore) -> list[str]:
    return [category.name for category in store.categories()]


def test_added_category_is_last_and_undone_in_one_step(store: ProjectStore) -> None:
    operations.add_category(store, "  traffic   light ")
    operations.add_category(store, "car", "#112233")

    assert names(store) == ["traffic light", "car"]
    assert store.categories()[1].color == "#112233"
    store.undo()
    assert names(store) == ["traffic light"]


@pytest.mark.parametrize("name", ["", "   ", "\t\n"])
def test_category_without_a_name_is_refused(store: ProjectStore, name: str) -> None:
    with pytest.raises(KnownError, match="needs a name"):
        operations.add_category(store, name)


def test_renaming_to_the_same_name_is_no_step(store: ProjectStore) -> None:
    car = operations.add_category(store, "car")

    operations.rename_category(store, car, " car ")
    operations.recolor_category(store, car, store.category(car).color)

    assert store.undo_label == "Add category"


def test_rename_and_recolor_are_steps_of_their_own(store: ProjectStore) -> None:
    car = operations.add_category(store, "car")

    operations.rename_category(store, car, "lorry")
    operations.recolor_category(store, car, "#010203")

    assert store.undo_label == "Change colour"
    store.undo()
    assert store.undo_label == "Rename category"
    assert store.category(car).name == "lorry"


@given(source=st.integers(0, 3), target=st.integers(-2, 6))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=30)
def test_moved_category_stands_where_it_was_put_and_positions_have_no_gaps(
    store: ProjectStore, source: int, target: int
) -> None:
    if not store.categories():
        for name in "abcd":
            operations.add_category(store, name)
    before = [category.id for category in store.categories()]

    operations.move_category(store, before[source], target)

    after = store.categories()
    assert after[max(0, min(target, 3))].id == before[source]
    assert [category.position for category in after] == [0, 1, 2, 3]
    assert [c.id for c in after if c.id != before[source]] == [i for i in before if i != before[source]]


def test_moving_a_category_is_one_step(store: ProjectStore) -> None:
    first, *_ = [operations.add_category(store, name) for name in "abc"]

    operations.move_category(store, first, 2)
    assert names(store) == ["b", "c", "a"]

    store.undo()
    assert names(store) == ["a", "b", "c"]


def test_used_category_cannot_be_deleted(store: ProjectStore) -> None:
    car = operations.add_category(store, "car")
    operations.add_instance(store, store.images()[0].id, car, SQUARE, Provenance())

    with pytest.raises(KnownError, match="used by 1 instance"):
        operations.delete_category(store, car)

    assert names(store) == ["car"]


def test_deleting_a_category_moves_the_others_up(store: ProjectStore) -> None:
    first, _, _ = (operations.add_category(store, name) for name in "abc")

    operations.delete_category(store, first)

    assert [(c.name, c.position) for c in store.categories()] == [("b", 0), ("c", 1)]


def test_instances_are_deleted_in_one_step(store: ProjectStore) -> None:
    image, car = store.images()[0].id, operations.add_category(store, "car")
    ids = [operations.add_instance(store, image, car, SQUARE, Provenance()) for _ in range(3)]

    operations.delete_instances(store, ids[:2])

    assert [instance.id for instance in store.instances(image)] == ids[2:]
    assert store.undo_label == "Delete 2 instances"
    store.undo()
    assert [instance.id for instance in store.instances(image)] == ids


def test_step_on_thousands_of_instances_is_named_with_a_separator() -> None:
    assert operations.step_on("Delete", 1) == "Delete instance"
    assert operations.step_on("Delete", 1200) == "Delete 1,200 instances"


def test_deleting_nothing_is_no_step(store: ProjectStore) -> None:
    operations.delete_instances(store, ())

    assert store.undo_label is None


def test_only_instances_of_another_category_change(store: ProjectStore) -> None:
    image = store.images()[0].id
    car, dog = operations.add_category(store, "car"), operations.add_category(store, "dog")
    ids = [operations.add_instance(store, image, category, SQUARE, Provenance()) for category in (car, dog)]

    operations.set_instances_category(store, ids, dog)
    assert {instance.category_id for instance in store.instances(image)} == {dog}

    store.undo()
    assert [store.instance(i).category_id for i in ids] == [car, dog]
    operations.set_instances_category(store, ids[1:], dog)
    assert store.undo_label == "Add instance"


def test_thousands_get_another_category_without_their_outlines_being_read(store: ProjectStore) -> None:
    car, dog = operations.add_category(store, "car"), operations.add_category(store, "dog")
    made = operations.add_instance(store, store.images()[0].id, car, SQUARE, Provenance())
    with closing(sqlite3.connect(store.path, isolation_level=None)) as beside:
        beside.execute("UPDATE instances SET region = x'00'")

    operations.set_instances_category(store, [made], dog)

    assert [each.category_id for each in listed_instances(store)] == [dog]


@pytest.mark.skipif(sys.platform == "win32", reason="links need rights there")
def test_images_known_by_another_path_are_not_added_again(
    store: ProjectStore, image_folder: Path, make_image: Callable[..., Path], tmp_path_factory: pytest.TempPathFactory
) -> None:
    make_image("photos/11.png")
    link = tmp_path_factory.mktemp("elsewhere") / "link"
    link.symlink_to(image_folder, target_is_directory=True)

    assert operations.add_images(store, [link / "1.png", link / "11.png"]) == 1

    assert store.images()[-1].path == "photos/11.png"


def test_images_are_put_into_a_split_and_out_of_it_in_one_step_each(store: ProjectStore) -> None:
    first, *others = (image.id for image in store.images())

    operations.set_image_split(store, [first], Split.VAL)
    operations.set_image_split(store, [first, *others], Split.VAL)
    assert {image.split for image in store.images()} == {Split.VAL}
    store.undo()
    assert [image.split for image in store.images()] == [Split.VAL, *(None for _ in others)]

    operations.set_image_split(store, [first], None)
    assert {image.split for image in store.images()} == {None}
    assert store.undo_label == "Take out of splits"


def test_images_of_findings_come_into_the_splits_of_their_others_one_after_the_other(store: ProjectStore) -> None:
    train, val, test = (image.id for image in store.images()[:3])
    for image_id, split in zip((train, val, test), Split, strict=True):
        operations.set_image_split(store, [image_id], split)
    kind = FindingKind.ALIKE_IMAGES_IN_TWO_SPLITS
    chain = [Finding(kind, "", image, other_image_id=other) for image, other in ((val, train), (test, val))]

    operations.join_splits(store, chain)

    assert {store.image(each).split for each in (train, val, test)} == {Split.TRAIN}
    assert store.undo_label == "Put 2 images beside others"


@pytest.mark.parametrize("other", ["Café.PNG", "Cafe\N{COMBINING ACUTE ACCENT}.png"])
def test_images_known_by_another_spelling_of_their_names_are_not_added_again(
    store: ProjectStore, image_folder: Path, make_image: Callable[..., Path], other: str
) -> None:
    image = make_image("photos/Café.png")
    operations.add_images(store, [image])
    # What macOS and Windows do by themselves: the file is found by either name.
    if not (image_folder / other).exists():
        (image_folder / other).hardlink_to(image)

    assert operations.add_images(store, [image_folder / other]) == 0


def test_images_whose_names_differ_in_case_only_are_different_files(
    store: ProjectStore, make_image: Callable[..., Path]
) -> None:
    images = [make_image("photos/b.png"), make_image("photos/B.png")]
    if images[0].samefile(images[1]):
        pytest.skip("this system takes them for one")
    operations.add_images(store, images[:1])

    assert operations.add_images(store, images) == 1


def test_image_states_are_set_in_one_step(store: ProjectStore) -> None:
    ids = [image.id for image in store.images()]

    operations.set_image_state(store, ids, ImageState.DONE)
    assert {image.state for image in store.images()} == {ImageState.DONE}

    store.undo()
    assert {image.state for image in store.images()} == {ImageState.UNANNOTATED}


def test_image_with_instances_cannot_be_confirmed_empty(store: ProjectStore) -> None:
    image = store.images()[0]
    operations.add_instance(store, image.id, operations.add_category(store, "car"), SQUARE, Provenance())

    with pytest.raises(KnownError, match=r"1\.png has 1 instance\. Delete"):
        operations.set_image_state(store, [i.id for i in store.images()], ImageState.CONFIRMED_EMPTY)

    assert {i.state for i in store.images()[1:]} == {ImageState.UNANNOTATED}


def test_region_replaced_by_hand_is_counted_in_its_provenance(store: ProjectStore) -> None:
    provenance = Provenance(origin=Origin.MODEL, model="Fake")
    car = operations.add_category(store, "car")
    instance_id = operations.add_instance(store, store.images()[0].id, car, SQUARE, provenance)

    operations.replace_region(store, instance_id, SMALLER, "Move vertex")

    changed = store.instance(instance_id)
    assert changed.region == SMALLER
    assert (changed.provenance.model, changed.provenance.edit_count) == ("Fake", 1)
    assert store.undo_label == "Move vertex"


def test_correcting_keeps_who_made_an_instance_and_tells_what_corrected_it(store: ProjectStore) -> None:
    car, bus = operations.add_category(store, "car"), operations.add_category(store, "bus")
    drawn = Provenance(
        Origin.IMPORT,
        prompts=(BOX,),
        simplification_iou=0.9,
        created_at="2026-01-01",
        edit_count=2,
        phrase="car",
        threshold=0.4,
    )
    with store.edit("Import") as edit:
        instance_id = edit.add_instance(store.images()[0].id, car, SQUARE, is_crowd=True, provenance=drawn)
    before = store.instance(instance_id)
    click = Provenance(
        Origin.MODEL, "Fake", (CLICK,), predicted_iou=0.8, simplification_iou=0.7, created_at="2026-02-02"
    )

    operations.correct_instance(store, instance_id, bus, SMALLER, click)

    corrected = store.instance(instance_id)
    assert (corrected.region, corrected.category_id, corrected.is_crowd) == (SMALLER, bus, True)
    assert corrected.provenance == Provenance(
        Origin.IMPORT,
        "Fake",
        (BOX, CLICK),
        0.8,
        0.7,
        created_at="2026-01-01",
        edit_count=3,
        phrase="car",
        threshold=0.4,
    )
    assert store.undo_label == "Correct instance"
    store.undo()
    assert store.instance(instance_id) == before
