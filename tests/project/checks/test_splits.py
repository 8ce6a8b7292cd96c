"""Splits that leave nothing to train or validate with are found."""

from __future__ import annotations

from typing import Any

from sam3_annotator.project import FindingKind, ImageState, Split


def _clear(sound: Any, number: int, **facts: Any) -> None:
    with sound.store.edit("Clear") as edit:
        for instance in sound.store.instances(sound.images[number]):
            edit.delete_instance(instance.id)
        edit.update_image(sound.images[number], **facts)


def test_project_without_splits_is_noted_once(sound: Any) -> None:
    for number in range(4):
        sound.update(number, split=None)

    (finding,) = sound.findings()

    assert (finding.kind, finding.image_id) == (FindingKind.NO_SPLITS, None)
    assert "4 images are labelled" in finding.sentence


def test_images_without_split_beside_others_are_noted_with_their_number(sound: Any) -> None:
    sound.update(1, split=None)

    (finding,) = sound.findings()

    assert finding.kind is FindingKind.IMAGES_WITHOUT_SPLIT
    assert "1 image has no split" in finding.sentence


def test_empty_val_is_told_while_train_has_images(sound: Any) -> None:
    sound.update(2, split=Split.TRAIN)
    sound.update(3, split=Split.TRAIN)

    (finding,) = sound.findings()

    assert finding.kind is FindingKind.VAL_IS_EMPTY
    assert "4 images are in train" in finding.sentence


def test_val_whose_images_nobody_has_labelled_is_empty(sound: Any) -> None:
    _clear(sound, 2)
    _clear(sound, 3)

    assert sound.kinds() == [FindingKind.VAL_IS_EMPTY]


def test_images_confirmed_as_empty_are_something_to_validate_with(sound: Any) -> None:
    _clear(sound, 2, state=ImageState.CONFIRMED_EMPTY)
    _clear(sound, 3, state=ImageState.CONFIRMED_EMPTY)

    assert FindingKind.VAL_IS_EMPTY not in sound.kinds()


def test_images_left_out_are_nothing_to_validate_with(sound: Any) -> None:
    sound.update(2, state=ImageState.LEFT_OUT)
    assert sound.findings() == []

    sound.update(3, state=ImageState.LEFT_OUT)

    (finding,) = [each for each in sound.findings() if each.kind is FindingKind.VAL_IS_EMPTY]
    assert "2 images are in train" in finding.sentence


def test_images_left_out_need_no_split(sound: Any) -> None:
    sound.update(3, split=None, state=ImageState.LEFT_OUT)

    assert sound.findings() == []


def test_images_that_nobody_has_labelled_need_no_split(sound: Any) -> None:
    _clear(sound, 3, split=None)

    assert sound.findings() == []
