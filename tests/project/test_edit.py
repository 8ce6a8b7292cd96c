"""The verbs of an edit: what each refuses, and what it takes along."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from sam3_annotator.project import (
    PALETTE,
    CategoryId,
    EditError,
    ImageId,
    ImageState,
    InstanceId,
    KnownError,
    ProjectStore,
    Provenance,
    Region,
    Split,
)

Square = Callable[..., Region]


def test_first_instance_brings_its_image_into_progress_and_the_last_one_takes_it_back(
    small: Any, square: Square
) -> None:
    store, image = small.store, small.images[0]
    with store.edit("Add") as edit:
        first = edit.add_instance(image, small.cat, square())
    assert store.image(image).state is ImageState.IN_PROGRESS
    with store.edit("Add") as edit:
        second = edit.add_instance(image, small.cat, square())

    with store.edit("Delete") as edit:
        edit.delete_instance(first)
    assert store.image(image).state is ImageState.IN_PROGRESS
    with store.edit("Delete") as edit:
        edit.delete_instance(second)
    assert store.image(image).state is ImageState.UNANNOTATED

    store.undo()
    assert store.image(image).state is ImageState.IN_PROGRESS


@pytest.mark.parametrize("state", [ImageState.DONE, ImageState.REVIEWED, ImageState.LEFT_OUT])
def test_state_set_by_the_user_stays_when_instances_come_and_go(small: Any, square: Square, state: ImageState) -> None:
    store, image = small.store, small.images[0]
    with store.edit("Done") as edit:
        edit.update_image(image, state=state)

    with store.edit("Add and delete") as edit:
        instance = edit.add_instance(image, small.cat, square())
        assert store.image(image).state is state
        edit.delete_instance(instance)

    assert store.image(image).state is state


def test_image_confirmed_as_empty_is_in_progress_once_it_has_an_instance(small: Any, square: Square) -> None:
    with small.store.edit("Empty") as edit:
        edit.update_image(small.images[0], state=ImageState.CONFIRMED_EMPTY)

    with small.store.edit("Add") as edit:
        edit.add_instance(small.images[0], small.cat, square())

    assert small.store.image(small.images[0]).state is ImageState.IN_PROGRESS


def test_category_in_use_cannot_be_deleted(small: Any, square: Square) -> None:
    with small.store.edit("Add") as edit:
        edit.add_instance(small.images[0], small.cat, square())

    with pytest.raises(KnownError, match="cat is used by 1 instance"), small.store.edit("Delete") as edit:
        edit.delete_category(small.cat)

    assert [category.name for category in small.store.categories()] == ["cat", "dog"]


def test_deleting_a_category_moves_later_ones_up(small: Any) -> None:
    with small.store.edit("Add") as edit:
        bird = edit.add_category("bird")

    with small.store.edit("Delete") as edit:
        edit.delete_category(small.cat)

    assert [(found.id, found.position) for found in small.store.categories()] == [(small.dog, 0), (bird, 1)]
    small.store.undo()
    assert [found.position for found in small.store.categories()] == [0, 1, 2]


def test_categories_are_ordered_by_position(small: Any) -> None:
    with small.store.edit("Move") as edit:
        edit.update_category(small.cat, position=1)
        edit.update_category(small.dog, position=0)

    assert [category.name for category in small.store.categories()] == ["dog", "cat"]


def test_category_gets_the_next_palette_colour(small: Any) -> None:
    assert [category.color for category in small.store.categories()] == list(PALETTE[:2])

    with small.store.edit("Delete, add") as edit:
        edit.delete_category(small.cat)
        bird = edit.add_category("bird")

    assert small.store.category(bird).color == PALETTE[0]


@pytest.mark.parametrize("name", ["dog", " dog "])
def test_category_name_in_use_is_refused_with_a_sentence(small: Any, name: str) -> None:
    with pytest.raises(KnownError, match="named dog already"), small.store.edit("Add") as edit:
        edit.add_category(name)
    with pytest.raises(KnownError, match="named dog already"), small.store.edit("Rename") as edit:
        edit.update_category(small.cat, name=name)

    assert [category.name for category in small.store.categories()] == ["cat", "dog"]


def test_category_may_be_renamed_to_its_own_name_and_to_a_freed_one(small: Any) -> None:
    with small.store.edit("Swap") as edit:
        edit.update_category(small.cat, name="cat")
        edit.update_category(small.cat, name="?")
        edit.update_category(small.dog, name="cat")
        edit.update_category(small.cat, name="dog")

    assert [category.name for category in small.store.categories()] == ["dog", "cat"]
    small.store.undo()
    assert [category.name for category in small.store.categories()] == ["cat", "dog"]


@pytest.mark.parametrize(("name", "color"), [("", None), (" \t", None), ("bird", "red"), ("bird", "#12345")])
def test_bad_category_is_refused_with_a_sentence(small: Any, name: str, color: str | None) -> None:
    with pytest.raises(KnownError), small.store.edit("Add") as edit:
        edit.add_category(name, color=color)


def test_empty_region_is_refused(small: Any, square: Square) -> None:
    with pytest.raises(KnownError, match="empty"), small.store.edit("Add") as edit:
        edit.add_instance(small.images[0], small.cat, Region())
    with small.store.edit("Add") as edit:
        instance = edit.add_instance(small.images[0], small.cat, square())
    with pytest.raises(KnownError, match="empty"), small.store.edit("Change") as edit:
        edit.update_instance(instance, region=Region())

    assert small.store.instance(instance).region == square()


@pytest.mark.parametrize("said", [{"state": "finished"}, {"split": "valid"}])
def test_word_that_is_none_is_refused_before_it_spoils_the_file(small: Any, said: Any) -> None:
    store, image = small.store, small.images[0]
    with pytest.raises(KnownError, match="there are"), store.edit("Change") as edit:
        edit.update_image(image, **said)
    with pytest.raises(KnownError, match="there are"), store.edit("Add") as edit:
        edit.add_image("other.png", **said)

    with store.edit("Change") as edit:
        edit.update_image(image, state="done", split="val")  # the words themselves will do

    assert len(store.images()) == len(small.images)
    assert (store.image(image).state, store.image(image).split) == (ImageState.DONE, Split.VAL)


@pytest.mark.parametrize(
    "said", [{"provenance": Provenance(origin="robot")}, {"score": float("nan")}, {"score": float("inf")}]
)
def test_instance_that_no_reader_would_take_is_refused(small: Any, square: Square, said: Any) -> None:
    with small.store.edit("Add") as edit:
        instance = edit.add_instance(small.images[0], small.cat, square(), score=0.5)

    with pytest.raises(KnownError), small.store.edit("Add") as edit:
        edit.add_instance(small.images[0], small.cat, square(), **said)
    with pytest.raises(KnownError), small.store.edit("Change") as edit:
        edit.update_instance(instance, **said)

    assert [each.score for each in small.store.instances(small.images[0])] == [0.5]


def test_unknown_ids_are_refused(small: Any, square: Square) -> None:
    verbs: list[Callable[[Any], object]] = [
        lambda edit: edit.add_instance(ImageId(99), small.cat, square()),
        lambda edit: edit.add_instance(small.images[0], CategoryId(99), square()),
        lambda edit: edit.update_instance(InstanceId(99), score=1.0),
        lambda edit: edit.delete_instance(InstanceId(99)),
        lambda edit: edit.update_image(ImageId(99), state=ImageState.DONE),
        lambda edit: edit.delete_image(ImageId(99)),
        lambda edit: edit.update_category(CategoryId(99), name="x"),
        lambda edit: edit.delete_category(CategoryId(99)),
    ]
    for verb in verbs:
        with pytest.raises(EditError, match=r"no .* with the id 99"), small.store.edit("Unknown") as edit:
            verb(edit)


def test_instance_cannot_go_to_a_category_that_there_is_not(small: Any, square: Square) -> None:
    with small.store.edit("Add") as edit:
        instance = edit.add_instance(small.images[0], small.cat, square())

    with pytest.raises(EditError, match="no category with the id 99"), small.store.edit("Change") as edit:
        edit.update_instance(instance, category_id=CategoryId(99))

    assert small.store.instance(instance).category_id == small.cat


def test_orphan_is_refused_at_commit_and_nothing_is_kept(small: Any, square: Square) -> None:
    store = small.store
    with store.edit("Add") as edit:
        edit.add_instance(small.images[0], small.cat, square())

    def orphan() -> None:
        with store.edit("Orphan") as edit:
            edit.update_category(small.dog, name="wolf")
            store._connection.execute("DELETE FROM categories WHERE id = ?", (small.cat,))

    with pytest.raises(EditError, match="inconsistent"):
        orphan()

    assert [category.name for category in store.categories()] == ["cat", "dog"]
    assert store.undo_label == "Add"


def test_score_and_split_can_be_taken_away_and_are_left_alone_otherwise(small: Any, square: Square) -> None:
    with small.store.edit("Add") as edit:
        instance = edit.add_instance(small.images[0], small.cat, square(), score=np.float32(0.5))
        edit.update_image(small.images[0], split=Split.TEST)
    with small.store.edit("Change") as edit:
        edit.update_instance(instance, is_crowd=True, provenance=Provenance(predicted_iou=np.float32(0.25)))
        edit.update_image(small.images[0], state=ImageState.DONE)
    assert small.store.instance(instance).score == 0.5
    assert small.store.instance(instance).provenance.predicted_iou == 0.25
    assert small.store.image(small.images[0]).split is Split.TEST

    with small.store.edit("Change") as edit:
        edit.update_instance(instance, score=np.float32(0.75))
    assert small.store.instance(instance).score == 0.75

    with small.store.edit("Clear") as edit:
        edit.update_instance(instance, score=None)
        edit.update_image(small.images[0], split=None)

    assert small.store.instance(instance).score is None
    assert small.store.image(small.images[0]).split is None


def test_deleting_an_image_takes_its_instances_along_and_undo_brings_them_back(small: Any, square: Square) -> None:
    image = small.images[1]
    with small.store.edit("Add") as edit:
        ids = [edit.add_instance(image, small.cat, square(x)) for x in range(3)]

    with small.store.edit("Delete image") as edit:
        edit.delete_image(image)
    assert [found.id for found in small.store.images()] == [small.images[0], small.images[2]]
    with pytest.raises(KeyError):
        small.store.instance(ids[0])

    small.store.undo()
    assert [found.id for found in small.store.images()] == list(small.images)
    assert [found.id for found in small.store.instances(image)] == ids


def test_image_paths_are_relative_with_slashes_and_absolute_when_asked_for(small: Any, tmp_path: Path) -> None:
    long_name = "/".join(["x" * 100] * 12) + "/ü ñ 漢 😀.png"
    with small.store.edit("Add") as edit:
        inside = edit.add_image(tmp_path / "photos of me" / "ä.png")
        beside = edit.add_image(tmp_path.parent / "other" / "b.png")
        dotted = edit.add_image(tmp_path / "x" / ".." / "d.png")
        deep = edit.add_image(long_name)

    assert small.store.image(inside).path == "photos of me/ä.png"
    assert small.store.image_file(inside) == tmp_path / "photos of me" / "ä.png"
    assert small.store.image(beside).path == "../other/b.png"
    assert small.store.image_file(beside) == tmp_path.parent / "other" / "b.png"
    assert small.store.image(dotted).path == "d.png"
    assert small.store.image(deep).path == long_name
    assert small.store.image_file(deep) == tmp_path / long_name
    assert small.store.image(deep).name == "ü ñ 漢 😀.png"


def test_project_and_images_can_be_moved_together(store: ProjectStore, tmp_path: Path) -> None:
    store.close()
    (tmp_path / "elsewhere").mkdir()
    for name in ("project.sam3proj", "photos"):
        (tmp_path / name).rename(tmp_path / "elsewhere" / name)

    with ProjectStore.open(tmp_path / "elsewhere" / "project.sam3proj") as moved:
        assert all(moved.image_file(image.id).is_file() for image in moved.images())


def test_image_is_added_once_however_its_path_is_written(small: Any, tmp_path: Path) -> None:
    for path in ("a.png", tmp_path / "a.png", tmp_path / "x" / ".." / "a.png"):
        with pytest.raises(KnownError, match=r"a\.png is in the project already"), small.store.edit("Add") as edit:
            edit.add_image(path)
        with small.store.edit("Find") as edit:
            assert edit.find_image(path) == small.images[0]
            assert edit.find_image("nowhere.png") is None
    with pytest.raises(KnownError, match="already"), small.store.edit("Move") as edit:
        edit.update_image(small.images[0], path="b.png")
    with small.store.edit("Move") as edit:
        edit.update_image(small.images[0], path="a.png")

    assert len(small.store.images()) == 3


def test_image_whose_name_is_not_unicode_is_refused_with_a_sentence(small: Any) -> None:
    with pytest.raises(KnownError, match="not Unicode"), small.store.edit("Add") as edit:
        edit.add_image("bad\udcff.png")


def test_edit_that_changes_nothing_is_no_step_and_keeps_what_can_be_redone(small: Any) -> None:
    with small.store.edit("Rename") as edit:
        edit.update_category(small.cat, name="lion")
    small.store.undo()

    with small.store.edit("Nothing") as edit:
        edit.update_category(small.cat, name="cat")
        edit.update_image(small.images[0], state=ImageState.UNANNOTATED)

    assert small.store.undo_label is None
    assert small.store.redo_label == "Rename"


def test_write_that_fails_spoils_the_edit_even_if_caught(small: Any) -> None:
    store = small.store

    def spoil() -> None:
        with store.edit("Spoilt") as edit:
            edit.update_category(small.cat, name="lion")
            with pytest.raises(EditError):
                edit._recorder.insert("images", {"path": None, "state": "done", "split": None, "note": ""})

    with pytest.raises(EditError, match="inconsistent"):
        spoil()

    assert store.category(small.cat).name == "cat"
    assert store.undo_label is None


def test_attributes_are_kept_as_they_are_and_undone(small: Any, square: Square) -> None:
    said = {"occluded": True, "count": 3, "share": 0.25, "Farbe": "weiß", "note": ""}
    with small.store.edit("Add instance") as edit:
        instance = edit.add_instance(small.images[0], small.cat, square(), attributes=said)
        other = edit.add_instance(small.images[0], small.cat, square())
    with small.store.edit("Say") as edit:
        edit.update_instance(other, attributes={"occluded": False})
        edit.update_instance(instance, score=0.5)

    assert list(small.store.instance(instance).attributes.items()) == list(said.items())
    assert small.store.instance(other).attributes == {"occluded": False}
    small.store.undo()
    assert small.store.instance(other).attributes == {}


@pytest.mark.parametrize(
    "said",
    [{"": 1}, {" occluded": True}, {"share": float("nan")}, {"note": "\ud800"}, {"parts": [1]}, {"age": None}, {3: 1}],
)
def test_attributes_that_cannot_be_kept_are_refused_with_a_sentence(small: Any, square: Square, said: Any) -> None:
    with pytest.raises(KnownError, match="attribute"), small.store.edit("Add instance") as edit:
        edit.add_instance(small.images[0], small.cat, square(), attributes=said)

    assert small.store.instances(small.images[0]) == ()


def test_ids_and_values_of_numpy_are_those_of_python(small: Any, square: Square) -> None:
    store, image, dog = small.store, np.int64(small.images[0]), np.int64(small.dog)
    said = {"age": np.int64(3), "wet": np.True_}
    with store.edit("Add") as edit:
        instance = edit.add_instance(image, np.int32(small.cat), square(), score=np.float32(0.5), attributes=said)
        edit.update_category(dog, position=np.int64(7))

    with store.edit("Change") as edit:
        edit.update_instance(np.int64(instance), category_id=dog)

    assert [(each.category_id, each.attributes) for each in store.instances(image)] == [
        (small.dog, {"age": 3, "wet": True})
    ]
    assert store.category(dog).position == 7
    store.undo()
    assert store.instance(instance).category_id == small.cat
    with store.edit("Delete") as edit:
        edit.delete_instance(np.int64(instance))
    assert store.instances(image) == ()
