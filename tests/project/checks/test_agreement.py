"""Which outlines a model does not agree with: what is compared, how, and what is told of it."""

from __future__ import annotations

import math

import numpy as np
import pytest

from sam3_annotator.project import (
    Agreement,
    FindingKind,
    ImageUnreadable,
    Polygon,
    Region,
    agreement_with,
    check_project,
    compare_outlines,
    find_disagreements,
    find_undecodable,
    least_agreement,
    outlined_instances,
    rectangle,
)

RING = Region((Polygon([(2, 2), (12, 2), (12, 12), (2, 12)], [[(5, 5), (9, 5), (9, 9), (5, 9)]]),))


def filled(x0: int, y0: int, x1: int, y1: int) -> np.ndarray:
    """Make a mask of 64 x 48 pixels with a filled box."""
    mask = np.zeros((48, 64), dtype=np.bool_)
    mask[y0:y1, x0:x1] = True
    return mask


@pytest.mark.parametrize(
    ("region", "mask", "iou"),
    [
        (rectangle(5, 5, 15, 15), filled(5, 5, 15, 15), 1.0),
        (rectangle(5, 5, 15, 15), filled(10, 5, 20, 15), 50 / 150),
        (rectangle(5, 5, 15, 15), filled(30, 30, 40, 40), 0.0),
        (rectangle(-10, 5, 10, 15), filled(0, 5, 10, 15), 1.0),  # what is beyond the image is no pixel
        (RING, filled(2, 2, 12, 12), 84 / 100),
        (Region(()), filled(0, 0, 0, 0), 1.0),
        (Region(()), filled(0, 0, 9, 9), 0.0),
    ],
)
def test_agreement_is_the_iou_of_the_pixels(region: Region, mask: np.ndarray, iou: float) -> None:
    assert agreement_with(region, mask) == pytest.approx(iou)


def outlined(sound) -> tuple:
    image = sound.store.image(sound.images[0])
    return outlined_instances(sound.store, image, image.facts.height, image.facts.width)


def test_parts_of_an_instance_are_in_one_box_that_is_cut_at_the_image(sound) -> None:
    image = sound.store.image(sound.images[0])
    parts = rectangle(40, 10, 44, 14).polygons + rectangle(50, 30, 999, 36).polygons
    added = sound.add(Region(parts))

    (found,) = [each.instance for each in outlined(sound) if each.instance.id == added]

    assert found.box_xyxy == (40, 10, image.facts.width, 36)
    assert (found.image_path, found.category_name) == (image.path, "cat")


def test_crowds_and_what_has_no_pixel_on_the_image_are_not_compared(sound) -> None:
    before = [each.instance.id for each in outlined(sound)]
    sound.add(rectangle(40, 10, 50, 20), is_crowd=True)
    sound.add(rectangle(4000, 10, 4010, 20))
    sound.add(rectangle(40.6, 10.6, 41.4, 11.4))

    assert [each.instance.id for each in outlined(sound)] == before


def test_the_model_is_asked_by_the_box_one_instance_after_the_other(sound) -> None:
    asked = []

    def draw(box):
        asked.append(box)
        return filled(*map(int, box))

    agreements = list(compare_outlines(outlined(sound), draw))

    assert asked == [each.instance.box_xyxy for each in outlined(sound)]
    assert [each.iou for each in agreements] == [1.0] * len(asked)


@pytest.fixture
def agreements(sound) -> list[Agreement]:
    """Give six cats that agree to 90 % and one dog, without a median of its own, that agrees to 71 %."""
    for left in range(31, 56, 5):
        sound.add(rectangle(left, 5, left + 4, 9))
    ious = {"cat": 0.9, "dog": 0.71}
    return [Agreement(each.instance, ious[each.instance.category_name]) for each in outlined(sound)]


def with_iou(agreements: list[Agreement], at: int, iou: float) -> list[Agreement]:
    return [Agreement(each.instance, iou if number == at else each.iou) for number, each in enumerate(agreements)]


def test_what_agrees_less_than_is_usual_is_told_with_the_agreement(sound, agreements) -> None:
    lower = with_iou(agreements, len(agreements) - 1, 0.43)
    instance = lower[-1].instance

    found, dog = find_disagreements(lower)

    assert found.kind is FindingKind.OUTLINE_DISAGREES
    assert found.sentence == (
        f"{instance.image_path}: instance {instance.id} (cat) agrees to 43 % with the model, where 90 % is usual; "
        "correct its outline, unless the model is wrong."
    )
    assert (found.image_id, found.instance_ids) == (instance.image_id, (instance.id,))
    assert (found.category_ids, found.box_xyxy) == ((sound.cat,), instance.box_xyxy)
    assert (dog.category_ids, dog.agreement) == ((sound.dog,), 0.71)  # there is but one dog: by what all agree


def test_an_outline_alone_is_not_compared_with_itself(agreements) -> None:
    (found,) = find_disagreements(with_iou(agreements, 0, 0.3)[:1])

    assert found.sentence.endswith("agrees to 30 % with the model; correct its outline, unless the model is wrong.")


def test_nothing_is_told_where_all_agree_alike(agreements) -> None:
    assert find_disagreements(with_iou(agreements, 1, 0.9)) == []
    assert find_disagreements([]) == []


def test_a_limit_that_is_given_counts_in_place_of_what_is_usual(agreements) -> None:
    assert [each.agreement for each in find_disagreements(agreements, 0.95)] == [0.71, *[0.9] * 6]
    assert find_disagreements(agreements, 0.71) == []


def test_where_all_is_bad_the_worst_is_told_all_the_same() -> None:
    assert least_agreement([0.9, 0.8, 0.1]) == pytest.approx(0.64)
    assert least_agreement([0.2, 0.2, 0.2]) == pytest.approx(0.4)


def test_agreement_stands_in_json_and_only_where_there_is_one(sound, agreements) -> None:
    low = find_disagreements(with_iou(agreements, 0, 0.25))[0]
    sound.file(1).unlink()
    other = next(iter(check_project(sound.store)))

    assert math.isclose(low.as_dict()["agreement"], 0.25)
    assert other.as_dict()["agreement"] is None


def test_unreadable_images_are_told_once_with_the_reason(sound) -> None:
    first, second = (sound.store.image(each) for each in sound.images[:2])
    sound.file(1).unlink()
    known = list(check_project(sound.store))
    name = sound.file(0).name
    unreadable = [(first, ImageUnreadable(f"“{name}” is cut off; copy it anew.")), (second, ImageUnreadable("gone"))]

    (found,) = find_undecodable(sound.store, unreadable, known)

    assert (found.kind, found.image_id) == (FindingKind.UNREADABLE_FILE, first.id)
    assert found.sentence == f"{first.path}: the file is cut off; copy it anew."
