"""Instances that cover the same are found, and others are left in peace."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from sam3_annotator.project import FindingKind, Polygon, Region, mask_to_region, rectangle, region_iou


def test_instances_of_one_category_that_cover_nearly_the_same_are_labelled_twice(sound: Any) -> None:
    first = sound.add(rectangle(30, 10, 50, 30))
    second = sound.add(rectangle(31, 10, 51, 30))

    (finding,) = sound.findings()

    assert finding.kind is FindingKind.LABELLED_TWICE
    assert (finding.image_id, finding.instance_ids) == (sound.images[0], (first, second))
    assert finding.box_xyxy == (30, 10, 51, 30)
    assert "IoU 0.90" in finding.sentence


def test_instances_of_two_categories_that_cover_nearly_the_same_are_told_with_both(sound: Any) -> None:
    first = sound.add(rectangle(30, 10, 50, 30))
    second = sound.add(rectangle(30, 11, 50, 30), sound.dog)

    (finding,) = sound.findings()

    assert finding.kind is FindingKind.TWO_CATEGORIES
    assert finding.category_ids == (sound.cat, sound.dog)
    assert f"instance {first} (cat) and instance {second} (dog)" in finding.sentence


@pytest.mark.parametrize(
    "other",
    [rectangle(34, 10, 54, 30), rectangle(50, 10, 60, 30), rectangle(30, 10, 45, 30).translated(-2, 0)],
    ids=["overlaps", "touches", "overlaps by a part"],
)
def test_neighbours_that_overlap_less_are_left_in_peace(sound: Any, other: Region) -> None:
    sound.add(rectangle(30, 10, 50, 30))
    sound.add(other)

    assert sound.findings() == []


def test_instances_of_different_images_have_nothing_to_do_with_each_other(sound: Any) -> None:
    sound.add(rectangle(30, 10, 50, 30), image=0)
    sound.add(rectangle(30, 10, 50, 30), image=1)

    assert sound.findings() == []


@pytest.mark.parametrize("is_first", [True, False])
def test_instance_inside_another_of_its_category_is_noted_whichever_came_first(sound: Any, is_first: bool) -> None:
    regions = [rectangle(30, 10, 60, 40), rectangle(35, 15, 42, 22)]
    ids = [sound.add(region) for region in (regions[::-1] if is_first else regions)]
    inner, outer = (ids[0], ids[1]) if is_first else (ids[1], ids[0])

    (finding,) = sound.findings()

    assert finding.kind is FindingKind.INSIDE_ANOTHER
    assert f"instance {inner} (cat) lies inside instance {outer} of the same category" in finding.sentence
    assert finding.instance_ids == (outer, inner)


def test_instance_inside_one_of_another_category_is_left_in_peace(sound: Any) -> None:
    sound.add(rectangle(30, 10, 60, 40))
    sound.add(rectangle(35, 15, 42, 22), sound.dog)

    assert sound.findings() == []


def test_instance_in_a_hole_of_another_is_left_in_peace(sound: Any) -> None:
    ring = [(30, 10), (60, 10), (60, 40), (30, 40)]
    hole = [(35, 15), (55, 15), (55, 35), (35, 35)]
    sound.add(Region((Polygon(ring, [hole]),)))
    sound.add(rectangle(35, 15, 55, 35))

    assert sound.findings() == []


@pytest.mark.parametrize("crowd", [0, 1])
def test_instance_inside_a_crowd_is_left_in_peace(sound: Any, crowd: int) -> None:
    for number, region in enumerate((rectangle(30, 10, 60, 40), rectangle(35, 15, 42, 22))):
        sound.add(region, is_crowd=number == crowd)

    assert sound.findings() == []


def test_of_many_copies_each_but_the_first_is_told_once(sound: Any) -> None:
    ids = [sound.add(rectangle(30, 10, 50, 30)) for _ in range(4)]

    findings = sound.findings()

    assert [finding.instance_ids for finding in findings] == [(ids[0], copy) for copy in ids[1:]]


def test_copies_are_found_among_more_instances_than_are_looked_at_together(sound: Any) -> None:
    with sound.store.edit("Fill") as edit:
        for number in range(300):
            x, y = 30 + 20 * (number % 20), 10 + 20 * (number // 20)
            edit.add_instance(sound.images[0], sound.cat, rectangle(x, y, x + 8, y + 8))
    last = sound.add(rectangle(30, 10, 38, 18))

    twice = [finding for finding in sound.findings() if finding.kind is FindingKind.LABELLED_TWICE]

    assert [finding.instance_ids for finding in twice] == [(9, last)]


def test_outline_that_crosses_itself_is_compared_by_what_it_covers(sound: Any) -> None:
    bow = Region((Polygon([(30, 10), (50, 30), (50, 10), (30, 30)]),))
    sound.add(bow)
    sound.add(bow)

    assert sound.kinds().count(FindingKind.LABELLED_TWICE) == 1


def test_copies_of_masks_with_holes_and_parts_are_found(sound: Any) -> None:
    mask = np.zeros((48, 64), dtype=bool)
    mask[10:30, 30:50] = True
    mask[15:25, 35:45] = False
    mask[32:40, 30:50] = True
    sound.add(mask_to_region(mask))
    mask[10, 30:50] = False
    sound.add(mask_to_region(mask))

    (finding,) = sound.findings()

    assert finding.kind is FindingKind.LABELLED_TWICE
    assert "IoU 0.96" in finding.sentence


def test_pairs_are_those_that_a_comparison_of_all_with_all_finds(sound: Any) -> None:
    rng = np.random.default_rng(5)
    regions = [rectangle(x, y, x + w, y + h) for x, y, w, h in rng.integers((30, 10, 8, 8), (35, 15, 14, 14), (60, 4))]
    ids = [sound.add(region) for region in regions]
    expected = set()
    for later, region in enumerate(regions):
        alike = [earlier for earlier in range(later) if region_iou(regions[earlier], region) >= 0.8]
        expected |= {(ids[alike[0]], ids[later])} if alike else set()

    found = {each.instance_ids for each in sound.findings() if each.kind is FindingKind.LABELLED_TWICE}

    assert len(expected) > 10
    assert found == expected
