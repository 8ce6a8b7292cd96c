"""Images that are in the project more than once are found, the worst case by its own name."""

from __future__ import annotations

import shutil
from typing import Any

import pytest

from sam3_annotator.project import FindingKind, ImageState, Split, add_image_files, rectangle


@pytest.fixture
def copied(sound: Any) -> Any:
    """Add a copy of the first image to the sound project, without split and instances; its id is `copy`."""
    target = sound.file(0).with_name("copy of 1.png")
    shutil.copyfile(sound.file(0), target)
    with sound.store.edit("Add") as edit:
        add_image_files(edit, [target])
    return sound


def _label(copied: Any, *, is_same: bool = True, **facts: Any) -> Any:
    """Label the copy as its original, or not quite; returns its id."""
    copy = copied.store.images()[-1].id
    with copied.store.edit("Label") as edit:
        for instance in copied.store.instances(copied.images[0]) if is_same else ():
            edit.add_instance(copy, instance.category_id, instance.region)
        if not is_same:
            edit.add_instance(copy, copied.cat, rectangle(40, 20, 60, 40))
        edit.update_image(copy, **facts)
    return copy


def test_same_image_twice_is_told_with_both(copied: Any) -> None:
    copy = _label(copied, split=Split.TRAIN)

    (finding,) = copied.findings()

    assert finding.kind is FindingKind.SAME_IMAGE
    assert (finding.image_id, finding.other_image_id) == (copy, copied.images[0])
    assert finding.sentence == (
        "photos/copy of 1.png: the image has the same content as photos/1.png; leave one of them out."
    )


def test_same_image_with_other_instances_is_told_as_that(copied: Any) -> None:
    _label(copied, is_same=False, split=Split.TRAIN)

    (finding,) = copied.findings()

    assert finding.kind is FindingKind.SAME_IMAGE_LABELLED_DIFFERENTLY
    assert finding.sentence == (
        "photos/copy of 1.png: the image has the same content as photos/1.png but other instances; leave out the one "
        "that is labelled worse."
    )


@pytest.mark.parametrize("left_out", [0, -1])
@pytest.mark.parametrize("facts", [{}, {"split": Split.VAL}, {"split": Split.TRAIN, "is_same": False}])
def test_leaving_either_copy_out_solves_the_finding(copied: Any, facts: dict[str, Any], left_out: int) -> None:
    _label(copied, **facts)
    copies = {FindingKind.SAME_IMAGE, FindingKind.SAME_IMAGE_IN_TWO_SPLITS, FindingKind.SAME_IMAGE_LABELLED_DIFFERENTLY}
    assert not copies.isdisjoint(copied.kinds())

    with copied.store.edit("Leave out") as edit:
        edit.update_image(copied.store.images()[left_out].id, state=ImageState.LEFT_OUT)

    assert copies.isdisjoint(copied.kinds())


def test_copy_that_nobody_has_labelled_yet_is_not_labelled_differently(copied: Any) -> None:
    assert copied.kinds() == [FindingKind.SAME_IMAGE]


def test_copy_that_is_confirmed_as_empty_is_labelled_differently(copied: Any) -> None:
    with copied.store.edit("Confirm") as edit:
        edit.update_image(copied.store.images()[-1].id, state=ImageState.CONFIRMED_EMPTY, split=Split.TRAIN)

    assert copied.kinds() == [FindingKind.SAME_IMAGE_LABELLED_DIFFERENTLY]


@pytest.mark.parametrize("is_same", [True, False])
def test_same_image_in_two_splits_is_the_worse_finding(copied: Any, is_same: bool) -> None:
    copy = _label(copied, is_same=is_same, split=Split.VAL)

    (finding,) = copied.findings()

    assert (finding.kind, finding.image_id) == (FindingKind.SAME_IMAGE_IN_TWO_SPLITS, copy)
    assert "is in val while that is in train" in finding.sentence
    assert ("other instances" in finding.sentence) is not is_same
    assert finding.sentence.endswith("; leave one of them out, or put both into the same split.")


def test_each_further_copy_is_told_with_the_one_in_another_split(copied: Any) -> None:
    copy = _label(copied)
    third = copied.file(0).with_name("third.png")
    shutil.copyfile(copied.file(0), third)
    with copied.store.edit("Add") as edit:
        (added,) = add_image_files(edit, [third])
        edit.update_image(copied.images[0], split=None)
        edit.update_image(copy, split=Split.TRAIN)
        edit.update_image(added, split=Split.TEST)

    twice = [(each.kind, each.image_id, each.other_image_id) for each in copied.findings() if each.other_image_id]

    assert twice == [
        (FindingKind.SAME_IMAGE, copy, copied.images[0]),
        (FindingKind.SAME_IMAGE_IN_TWO_SPLITS, added, copy),
    ]
