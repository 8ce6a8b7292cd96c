"""Two regions are of the same thing if they overlap much, whatever their boxes do."""

from __future__ import annotations

import pytest
from hypothesis import given, strategies as st

from sam3_annotator.project import Placed, Polygon, Region, near_each, rectangle, region_iou

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


RING = Region((Polygon([(0, 0), (10, 0), (10, 10), (0, 10)], [[(2, 2), (8, 2), (8, 8), (2, 8)]]),))


@pytest.mark.parametrize(
    ("others", "share"),
    [
        ([], 0.0),
        ([rectangle(20, 0, 30, 10)], 0.0),
        ([rectangle(0, 0, 6, 10)], 0.6),
        ([rectangle(-5, -5, 50, 50)], 1.0),
        ([rectangle(0, 0, 5, 10), rectangle(5, 0, 10, 10)], 1.0),
        ([rectangle(0, 0, 6, 10), rectangle(0, 0, 6, 10)], 0.6),  # twice the same covers no more
        ([RING], 0.64),
    ],
)
def test_what_lies_in_others_is_counted_in_all_of_them_together(others: list[Region], share: float) -> None:
    placed = [Placed.of(other) for other in others]

    assert Placed.of(SQUARE).lies_in(placed, share - 0.01) is (share > 0)
    assert not Placed.of(SQUARE).lies_in(placed, share + 0.01)


def test_an_empty_region_lies_nowhere() -> None:
    assert not Placed.of(Region()).lies_in([Placed.of(SQUARE)], 0.0)


PLACES = st.lists(
    st.builds(
        lambda x, y, size: Placed.of(rectangle(x, y, x + size, y + size)), *[st.integers(0, 30)] * 2, st.integers(1, 20)
    )
)


@given(these=PLACES, those=PLACES)
def test_none_that_overlaps_is_missing_among_the_near(these: list[Placed], those: list[Placed]) -> None:
    near = near_each(these, those)

    for this, places in zip(these, near, strict=True):
        assert places == sorted(set(places))
        assert {place for place, that in enumerate(those) if this.overlaps(that, 0.01)} <= set(places)


def test_what_is_far_away_need_not_be_asked() -> None:
    row = [Placed.of(rectangle(x, 0, x + 8, 8)) for x in range(0, 1000, 10)]

    assert near_each(row, [*row, Placed.of(Region())]) == [[0, 100], *([place] for place in range(1, 100))]
