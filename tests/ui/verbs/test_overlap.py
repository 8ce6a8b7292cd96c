"""Two regions are of the same thing if they overlap much, whatever their boxes do."""

from __future__ import annotations

import pytest

from sam3_annotator.project import Region, rectangle, region_iou
from sam3_annotator.ui.verbs.overlap import Placed

SQUARE = rectangle(0, 0, 10, 10)


@pytest.mark.parametrize(
    "other",
    [
        SQUARE,
        rectangle(0, 0, 10, 5),
        rectangle(0, 0, 10, 4),
        rectangle(5, 5, 15, 15),
        rectangle(20, 0, 30, 10),
        Region((*rectangle(0, 0, 10, 1).polygons, *rectangle(0, 9, 10, 10).polygons)),
    ],
)
def test_the_answer_is_that_of_the_iou(other: Region) -> None:
    expected = region_iou(SQUARE, other) >= 0.5

    assert Placed.of(SQUARE).overlaps(Placed.of(other), 0.5) is expected
    assert Placed.of(other).overlaps(Placed.of(SQUARE), 0.5) is expected


def test_an_empty_region_overlaps_with_nothing() -> None:
    assert not Placed.of(Region()).overlaps(Placed.of(SQUARE), 0.0)
    assert not Placed.of(Region()).overlaps(Placed.of(Region()), 0.0)
