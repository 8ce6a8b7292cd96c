"""Which instance that was read is which of the project."""

from __future__ import annotations

from sam3_annotator.project import rectangle
from sam3_annotator.project.formats.comparing.areas import pixels_of_region
from sam3_annotator.project.formats.comparing.held_instances import HeldInstance
from sam3_annotator.project.formats.comparing.pairs import pair_instances


def held(category: str, x0: float, y0: float, x1: float, y1: float) -> HeldInstance:
    return HeldInstance(category, pixels_of_region(rectangle(x0, y0, x1, y1), 50, 60))


def pairs(ours: list[HeldInstance], theirs: list[HeldInstance]) -> set[tuple[int | None, int | None]]:
    return set(pair_instances(ours, theirs))


def test_equal_instances_are_pairs_in_whatever_order() -> None:
    ours = [held("cat", 0, 0, 9, 9), held("cat", 10, 0, 20, 9), held("dog", 0, 0, 9, 9)]

    assert pairs(ours, [ours[2], ours[0], ours[1]]) == {(0, 1), (1, 2), (2, 0)}


def test_equal_twins_are_pairs_one_by_one() -> None:
    twin = held("cat", 0, 0, 9, 9)

    assert pairs([twin, twin, twin], [twin, twin]) == {(0, 0), (1, 1), (2, None)}


def test_neighbour_of_the_same_category_does_not_take_the_place_of_what_was_shifted() -> None:
    ours = [held("cat", 0, 0, 10, 10), held("cat", 5, 0, 15, 10)]
    theirs = [held("cat", 5, 0, 15, 10), held("cat", 1, 0, 11, 10)]

    assert pairs(ours, theirs) == {(0, 1), (1, 0)}


def test_overlapping_instances_of_swapped_categories_are_pairs_by_their_area() -> None:
    ours = [held("cat", 0, 0, 10, 10), held("dog", 8, 0, 18, 10)]
    theirs = [held("dog", 0, 0, 10, 10), held("cat", 8, 0, 18, 10)]

    assert pairs(ours, theirs) == {(0, 0), (1, 1)}


def test_what_lost_most_of_its_area_is_still_found() -> None:
    assert pairs([held("cat", 0, 0, 20, 20)], [held("cat", 0, 0, 5, 5)]) == {(0, 0)}


def test_what_is_elsewhere_is_missing_and_not_in_the_project() -> None:
    assert pairs([held("cat", 0, 0, 5, 5)], [held("cat", 30, 30, 35, 35)]) == {(0, None), (None, 0)}
