"""Images that look like one of another split are found, with the one they are most like."""

from __future__ import annotations

from typing import Any

import pytest
from PIL import Image

from sam3_annotator.project import FindingKind, ImageState, Split


def _resave(sound: Any, image: int, source: int, size: tuple[int, int] = (400, 300)) -> None:
    """Make the file of an image one that looks like that of another, of another size."""
    with Image.open(sound.file(source)) as original:
        original.resize(size, Image.Resampling.BICUBIC).save(sound.file(image))


def test_an_image_that_looks_like_one_of_train_is_told_with_that_one(sound: Any) -> None:
    _resave(sound, 2, 0)

    (finding,) = [each for each in sound.findings() if each.kind is not FindingKind.REPLACED_FILE]

    assert finding.kind is FindingKind.ALIKE_IMAGES_IN_TWO_SPLITS
    assert (finding.image_id, finding.other_image_id) == (sound.images[2], sound.images[0])
    assert finding.sentence == (
        "photos/3.png: the image looks like photos/1.png, and is in val while that is in train, so a model is tested "
        "on nearly what it has learnt; put both into the same split, or leave one of them out."
    )


@pytest.mark.parametrize("change", [{"split": Split.TRAIN}, {"split": None}, {"state": ImageState.LEFT_OUT}])
def test_images_that_no_split_parts_may_look_alike(sound: Any, change: dict[str, Any]) -> None:
    _resave(sound, 2, 0)

    sound.update(2, **change)

    assert FindingKind.ALIKE_IMAGES_IN_TWO_SPLITS not in sound.kinds()


def test_of_several_alike_images_the_most_alike_is_told_and_each_once(sound: Any) -> None:
    _resave(sound, 1, 0, (160, 120))
    _resave(sound, 2, 1, (165, 125))
    sound.file(3).write_bytes(sound.file(1).read_bytes())  # a copy of the second
    sound.update(3, split=Split.TEST)

    found = [each for each in sound.findings() if each.kind is FindingKind.ALIKE_IMAGES_IN_TWO_SPLITS]

    assert [each.image_id for each in found] == [sound.images[2]]  # the copy is found as such
    assert found[0].other_image_id == sound.images[1]


def test_test_images_are_held_against_those_of_train_and_val(sound: Any) -> None:
    _resave(sound, 3, 2)
    sound.update(3, split=Split.TEST)

    (finding,) = [each for each in sound.findings() if each.kind is FindingKind.ALIKE_IMAGES_IN_TWO_SPLITS]

    assert (finding.image_id, finding.other_image_id) == (sound.images[3], sound.images[2])
    assert "is in test while that is in val" in finding.sentence
