"""What was judged to be fine is left out until what it is about is changed, or the judgement is taken back."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from sam3_annotator.project import (
    Finding,
    FindingKind,
    ImageState,
    KnownError,
    ProjectStore,
    Split,
    dismiss_findings,
    dismissed_among,
    rectangle,
    restore_findings,
)

PLACE = rectangle(40, 10, 60, 30)


def dismiss(sound: Any, *findings: Finding) -> None:
    with sound.store.edit("Dismiss") as edit:
        dismiss_findings(sound.store, edit, findings)


def told(sound: Any, kind: FindingKind) -> list[bool]:
    """Check anew and say of each finding of a kind whether it is dismissed."""
    found = [each for each in sound.findings() if each.kind is kind]
    dismissed = dismissed_among(sound.store, found)
    return [each in dismissed for each in found]


def only(sound: Any, kind: FindingKind) -> Finding:
    (finding,) = (each for each in sound.findings() if each.kind is kind)
    return finding


@pytest.fixture
def twice(sound: Any) -> tuple[int, int]:
    """Label one thing twice, in two outlines that are nearly the same."""
    return sound.add(PLACE), sound.add(rectangle(40, 10, 60, 31))


def test_a_dismissal_outlives_the_check_the_store_and_a_copy_of_the_file(
    sound: Any, twice: tuple[int, int], tmp_path: Path
) -> None:
    finding = only(sound, FindingKind.LABELLED_TWICE)
    dismiss(sound, finding)
    assert told(sound, FindingKind.LABELLED_TWICE) == [True]

    sound.store.close()
    copy = shutil.copyfile(sound.store.path, tmp_path / "copy.sam3proj")

    with ProjectStore.open(copy, read_only=True) as store:
        assert dismissed_among(store, [finding]) == (finding,)


@pytest.mark.parametrize("which", [0, 1])
@pytest.mark.parametrize("change", ["region", "category"])
def test_it_holds_no_more_once_one_of_its_instances_is_changed_and_again_after_undo(
    sound: Any, twice: tuple[int, int], which: int, change: str
) -> None:
    finding = only(sound, FindingKind.LABELLED_TWICE)
    dismiss(sound, finding)

    with sound.store.edit("Change") as edit:
        if change == "region":
            edit.update_instance(twice[which], region=rectangle(40, 10, 61, 30))
        else:
            edit.update_instance(twice[which], category_id=sound.dog)
    assert dismissed_among(sound.store, [finding]) == ()

    sound.store.undo()
    assert dismissed_among(sound.store, [finding]) == (finding,)


def test_what_else_changes_leaves_it(sound: Any, twice: tuple[int, int]) -> None:
    dismiss(sound, only(sound, FindingKind.LABELLED_TWICE))

    with sound.store.edit("Change") as edit:
        edit.update_instance(twice[0], attributes={"occluded": True}, score=0.4)
        edit.update_category(sound.cat, name="kitten")
        edit.update_image(sound.images[0], state=ImageState.DONE, split=Split.VAL)
        edit.add_instance(sound.images[0], sound.dog, rectangle(45, 40, 60, 47))

    assert told(sound, FindingKind.LABELLED_TWICE) == [True]


def test_each_finding_is_dismissed_by_itself(sound: Any, twice: tuple[int, int]) -> None:
    sound.add(rectangle(40, 10, 60, 30), image=1)
    sound.add(rectangle(40, 10, 60, 31), image=1)
    first = next(each for each in sound.findings() if each.kind is FindingKind.LABELLED_TWICE)

    dismiss(sound, first)

    assert told(sound, FindingKind.LABELLED_TWICE) == [True, False]


def test_a_dismissal_is_a_step_to_undo_and_taking_it_back_is_one(sound: Any, twice: tuple[int, int]) -> None:
    finding, store = only(sound, FindingKind.LABELLED_TWICE), sound.store
    dismiss(sound, finding)
    with store.edit("Tell again") as edit:
        restore_findings(store, edit, [finding])
    assert dismissed_among(store, [finding]) == ()

    store.undo()
    assert dismissed_among(store, [finding]) == (finding,)
    store.undo()
    assert dismissed_among(store, [finding]) == ()
    store.redo()
    assert dismissed_among(store, [finding]) == (finding,)


def test_what_is_dismissed_anew_after_a_change_leaves_no_old_dismissal_behind(
    sound: Any, twice: tuple[int, int]
) -> None:
    finding = only(sound, FindingKind.LABELLED_TWICE)
    dismiss(sound, finding)
    with sound.store.edit("Change") as edit:
        edit.update_instance(twice[0], region=rectangle(40, 10, 61, 30))

    dismiss(sound, finding)
    dismiss(sound, finding)

    assert dismissed_among(sound.store, [finding]) == (finding,)
    assert sound.store.select("SELECT count(*) FROM dismissals") == [(1,)]


def test_what_a_model_says_of_an_instance_is_dismissed_whichever_model_says_it(sound: Any) -> None:
    cat = sound.store.instances(sound.images[0])[0].id

    def seen_as(category: int) -> Finding:
        kind, image = FindingKind.ANOTHER_CATEGORY, sound.images[0]
        return Finding(kind, "", image, instance_ids=(cat,), category_ids=(sound.cat, category), score=0.8)

    with sound.store.edit("Add") as edit:
        horse = edit.add_category("horse")
    dismiss(sound, seen_as(sound.dog))

    assert dismissed_among(sound.store, [seen_as(horse)]) == (seen_as(horse),)


@pytest.mark.parametrize(
    ("place", "is_dismissed"),
    [(PLACE, True), (rectangle(41, 10, 60, 31), True), (rectangle(40, 10, 60, 19), False)],
)
def test_what_is_missed_is_known_by_its_place(sound: Any, place: Any, is_dismissed: bool) -> None:
    def missed(region: Any, category: int, image: int = 0) -> Finding:
        kind = FindingKind.MISSED_OBJECT
        return Finding(kind, "", sound.images[image], category_ids=(category,), region=region, score=0.9)

    dismiss(sound, missed(PLACE, sound.cat))

    again, others = missed(place, sound.cat), [missed(place, sound.dog), missed(place, sound.cat, image=1)]
    assert dismissed_among(sound.store, [again, *others]) == ((again,) if is_dismissed else ())


def test_what_is_about_all_labels_of_an_image_holds_until_these_change(sound: Any) -> None:
    sound.update(0, state=ImageState.CONFIRMED_EMPTY)
    dismiss(sound, only(sound, FindingKind.EMPTY_WITH_INSTANCES))
    assert told(sound, FindingKind.EMPTY_WITH_INSTANCES) == [True]

    with sound.store.edit("Change") as edit:
        edit.delete_instance(sound.store.instances(sound.images[0])[0].id)

    assert told(sound, FindingKind.EMPTY_WITH_INSTANCES) == [False]


def test_what_is_about_splits_holds_until_one_changes(sound: Any) -> None:
    shutil.copyfile(sound.file(0), sound.file(2))
    assert told(sound, FindingKind.SAME_IMAGE_IN_TWO_SPLITS) == [False]
    dismiss(sound, only(sound, FindingKind.SAME_IMAGE_IN_TWO_SPLITS))
    assert told(sound, FindingKind.SAME_IMAGE_IN_TWO_SPLITS) == [True]

    sound.update(2, split=Split.TEST)

    assert told(sound, FindingKind.SAME_IMAGE_IN_TWO_SPLITS) == [False]


def test_two_images_that_only_look_alike_are_fine_in_whatever_splits_they_come_to_be(sound: Any) -> None:
    with Image.open(sound.file(0)) as original:
        original.resize((400, 300)).save(sound.file(2))
    dismissed = only(sound, FindingKind.ALIKE_IMAGES_IN_TWO_SPLITS)
    dismiss(sound, dismissed)

    sound.update(0, split=Split.TEST)

    now = only(sound, FindingKind.ALIKE_IMAGES_IN_TWO_SPLITS)
    assert now.image_ids == tuple(reversed(dismissed.image_ids))  # the one to look at first is the other of them
    assert told(sound, FindingKind.ALIKE_IMAGES_IN_TWO_SPLITS) == [True]


def test_what_is_about_categories_holds_until_one_is_renamed(sound: Any) -> None:
    with sound.store.edit("Add") as edit:
        alike = edit.add_category("Cat")
    dismiss(sound, only(sound, FindingKind.ALIKE_CATEGORIES))
    assert told(sound, FindingKind.ALIKE_CATEGORIES) == [True]

    with sound.store.edit("Rename") as edit:
        edit.update_category(alike, name="CAT")

    assert told(sound, FindingKind.ALIKE_CATEGORIES) == [False]


def test_what_is_about_the_whole_project_is_dismissed_for_good(sound: Any) -> None:
    for image in range(4):
        sound.update(image, split=None)
    dismiss(sound, only(sound, FindingKind.NO_SPLITS))

    sound.add(rectangle(40, 10, 60, 30))

    assert told(sound, FindingKind.NO_SPLITS) == [True]


def test_a_missing_file_cannot_be_called_fine(sound: Any) -> None:
    sound.file(0).unlink()
    finding = only(sound, FindingKind.MISSING_FILE)

    with pytest.raises(KnownError, match=r"1\.png.* leave the image out"):
        dismiss(sound, finding)

    assert [kind.value for kind in FindingKind if not kind.is_dismissible] == [
        "missing_file",
        "unreadable_file",
        "replaced_file",
    ]
