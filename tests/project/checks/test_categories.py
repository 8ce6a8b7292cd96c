"""Categories that are odd by name or use are found."""

from __future__ import annotations

from typing import Any

import pytest

from sam3_annotator.project import FindingKind, ImageState, Split, rectangle


def _add(sound: Any, *names: str) -> list[Any]:
    with sound.store.edit("Add") as edit:
        return [edit.add_category(name) for name in names]


def _alike(sound: Any) -> list[Any]:
    return [finding for finding in sound.findings() if finding.kind is FindingKind.ALIKE_CATEGORIES]


def test_category_without_instances_is_noted(sound: Any) -> None:
    (bird,) = _add(sound, "bird")

    (finding,) = sound.findings()

    assert (finding.kind, finding.category_ids) == (FindingKind.UNUSED_CATEGORY, (bird,))
    assert "“bird”" in finding.sentence


def test_category_on_images_left_out_only_is_in_use_since_it_cannot_be_deleted(sound: Any) -> None:
    (bird,) = _add(sound, "bird")
    sound.add(rectangle(40, 20, 60, 40), bird, image=0)

    sound.update(0, state=ImageState.LEFT_OUT)

    assert sound.findings() == []


def test_category_whose_instances_in_train_are_left_out_is_missing_there(sound: Any) -> None:
    (bird,) = _add(sound, "bird")
    for image in (0, 3):
        sound.add(rectangle(40, 20, 60, 40), bird, image=image)
    assert sound.findings() == []

    sound.update(0, state=ImageState.LEFT_OUT)

    assert sound.kinds() == [FindingKind.CATEGORY_NOT_IN_TRAIN]


def test_categories_of_a_project_without_instances_are_not_called_unused(small: Any) -> None:
    from sam3_annotator.project import check_project

    assert {finding.kind for finding in check_project(small.store)} == {FindingKind.MISSING_FILE}


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Traffic Light", "traffic light"),
        ("traffic  light", "traffic light"),
        ("traffic light", "trafficlight"),
        ("traffic_light", "Traffic-Light"),
        ("Straße", "STRASSE"),
        ("café", "cafe\u0301"),
        ("type 2", "type2"),
    ],
)
def test_names_that_differ_in_case_or_spaces_only_are_told(sound: Any, one: str, other: str) -> None:
    ids = _add(sound, one, other)

    (finding,) = _alike(sound)

    assert finding.category_ids == tuple(ids)
    assert f"“{one}” and “{other}”" in finding.sentence


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("car", "Cars"),
        ("bus", "buses"),
        ("traffic lights", "traffic light"),
        ("strawberry", "strawberries"),
        ("bottle", "bottel"),
        ("strawbery", "strawberry"),
        ("pothole", "pohole"),
    ],
)
def test_plurals_and_slips_of_the_keys_are_told_whichever_came_first(sound: Any, one: str, other: str) -> None:
    for names in ((one, other), (f"Z{other}", f"Z{one}")):
        ids = _add(sound, *names)
        assert [finding.category_ids for finding in _alike(sound)][-1] == tuple(ids)
    assert len(_alike(sound)) == 2


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("part 1 2", "part 12"),
        ("CD4", "CD4-"),
        ("CD4", "CD4s"),
        ("car", "cart"),
        ("C", "C++"),
        ("C", "cs"),
        ("猫", "犬"),
        ("hammer", "hamper"),
        ("stripe", "strip"),
        ("planet", "plane"),
        ("basket", "gasket"),
        ("angle", "angel"),
        ("level 12", "level 21"),
    ],
)
def test_names_that_differ_otherwise_are_left_in_peace(sound: Any, one: str, other: str) -> None:
    _add(sound, one, other)

    assert _alike(sound) == []


def test_category_that_only_val_has_is_told_as_not_learnt(sound: Any) -> None:
    (bird,) = _add(sound, "bird")
    sound.add(rectangle(40, 10, 60, 30), bird, image=3)

    (finding,) = sound.findings()

    assert (finding.kind, finding.category_ids) == (FindingKind.CATEGORY_NOT_IN_TRAIN, (bird,))
    assert "1 instance, but none in train" in finding.sentence


def test_category_that_only_train_has_is_told_as_not_validated(sound: Any) -> None:
    (bird,) = _add(sound, "bird")
    sound.add(rectangle(40, 10, 60, 30), bird, image=0)

    (finding,) = sound.findings()

    assert (finding.kind, finding.category_ids) == (FindingKind.CATEGORY_NOT_IN_VAL, (bird,))


def test_category_on_images_without_a_split_may_still_come_anywhere(sound: Any) -> None:
    (bird,) = _add(sound, "bird")
    sound.add(rectangle(40, 10, 60, 30), bird, image=0)
    sound.add(rectangle(40, 10, 60, 30), bird, image=1)
    sound.update(1, split=None)

    assert sound.kinds() == [FindingKind.IMAGES_WITHOUT_SPLIT]


def test_val_without_any_instances_is_not_told_category_by_category(sound: Any) -> None:
    sound.update(2, split=Split.TEST)
    sound.update(3, split=Split.TEST)

    assert sound.kinds() == [FindingKind.VAL_IS_EMPTY]
