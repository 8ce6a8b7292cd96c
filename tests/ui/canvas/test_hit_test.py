"""What is under the cursor."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, strategies as st

from sam3_annotator.project import Polygon, Region, rectangle, region_to_mask
from sam3_annotator.ui.canvas.hit_test import (
    EdgeHit,
    VertexHit,
    contains,
    edge_at,
    region_contains,
    rows_at,
    rows_inside,
    vertex_at,
)
from sam3_annotator.ui.canvas.outlines import Outlines

SQUARE = [(0, 0), (10, 0), (10, 10), (0, 10)]
RING = Region((Polygon(SQUARE, [[(3, 3), (7, 3), (7, 7), (3, 7)]]),))


def everything(outlines: Outlines) -> np.ndarray:
    return np.ones(len(outlines), dtype=bool)


def test_the_smallest_instance_comes_first() -> None:
    outlines = Outlines.of([rectangle(0, 0, 100, 100), rectangle(40, 40, 50, 50), rectangle(30, 30, 60, 60)])

    assert rows_at(outlines, everything(outlines), 45, 45, 2) == [1, 2, 0]
    assert rows_at(outlines, everything(outlines), 35, 35, 2) == [2, 0]
    assert rows_at(outlines, everything(outlines), 200, 200, 2) == []


def test_what_is_only_touched_comes_after_what_is_under_the_cursor() -> None:
    outlines = Outlines.of([rectangle(0, 0, 5, 5), rectangle(6, 0, 100, 100)])

    assert rows_at(outlines, everything(outlines), 6.5, 2, 2) == [1, 0]
    assert rows_at(outlines, everything(outlines), 6.5, 2, 1) == [1]


@pytest.mark.parametrize("point", [(-1.9, 3), (6.9, 3), (3, -1.9), (3, 6.9), (6.4, 6.4)])
def test_an_instance_is_touched_from_all_sides(point: tuple[float, float]) -> None:
    outlines = Outlines.of([rectangle(0, 0, 5, 5)])

    assert rows_at(outlines, everything(outlines), *point, 2) == [0]


def test_an_instance_beyond_reach_is_not_touched() -> None:
    outlines = Outlines.of([rectangle(0, 0, 5, 5)])

    for point in ((-2.1, 3), (7.1, 3), (3, -2.1), (3, 7.1), (6.5, 6.5)):
        assert rows_at(outlines, everything(outlines), *point, 2) == []


def test_of_what_is_only_touched_the_smallest_comes_first() -> None:
    outlines = Outlines.of([rectangle(0, 0, 50, 50), rectangle(0, 51, 50, 60)])

    assert rows_at(outlines, everything(outlines), 20, 50.5, 2) == [1, 0]


def test_a_point_of_a_region_is_inside_and_not_in_a_hole() -> None:
    parts = Region((*RING.polygons, *rectangle(20, 0, 30, 10).polygons))

    found = [region_contains(parts, x, 5) for x in (-1, 1, 5, 8, 15, 25, 31)]

    assert found == [False, True, False, True, False, True, False]
    assert not region_contains(Region(), 0, 0)


def test_a_hole_is_not_the_instance() -> None:
    outlines = Outlines.of([RING])

    assert rows_at(outlines, everything(outlines), 5, 5, 1) == []
    assert rows_at(outlines, everything(outlines), 1, 5, 1) == [0]


def test_rows_left_out_are_not_found() -> None:
    outlines = Outlines.of([rectangle(0, 0, 10, 10), rectangle(0, 0, 20, 20)])

    assert rows_at(outlines, np.array([False, True]), 5, 5, 1) == [1]


def test_a_band_takes_what_lies_wholly_in_it() -> None:
    outlines = Outlines.of([rectangle(0, 0, 10, 10), rectangle(5, 5, 25, 15)])

    assert rows_inside(outlines, everything(outlines), (0, 0, 20, 20)) == [0]
    assert rows_inside(outlines, everything(outlines), (0, 0, 25, 20)) == [0, 1]
    for narrower in ((6, 5, 25, 15), (5, 6, 25, 15), (5, 5, 24, 15), (5, 5, 25, 14)):
        assert rows_inside(outlines, everything(outlines), narrower) == []


@given(st.lists(st.tuples(st.integers(0, 12), st.integers(0, 12)), min_size=3, max_size=9))
def test_inside_is_what_the_mask_says(corners: list[tuple[int, int]]) -> None:
    ring = np.array(corners, dtype=float)
    mask = region_to_mask(Region((Polygon(ring),)), 12, 12)
    ends = np.roll(ring, -1, axis=0)

    # A little off the middle of the pixel, where an edge between whole numbers rarely passes exactly.
    found = [[contains(ring, ends, x + 0.5, y + 0.5) for x in range(12)] for y in range(12)]

    differing = np.argwhere(np.array(found) != mask)
    assert all(edge_at(Region((Polygon(ring),)), x + 0.5, y + 0.5, 1e-9) for y, x in differing)


def test_the_nearest_vertex_within_reach_is_found() -> None:
    assert vertex_at(RING, 9.5, 0.8, 2) == VertexHit(0, 0, 1, 10.0, 0.0)
    assert vertex_at(RING, 6.5, 6.5, 2) == VertexHit(0, 1, 2, 7.0, 7.0)
    assert vertex_at(RING, 5, 1.5, 2) is None


def test_the_nearest_point_of_an_edge_is_found() -> None:
    assert edge_at(RING, 4, -1, 2) == EdgeHit(0, 0, 0, 4.0, 0.0)
    assert edge_at(RING, 0.5, 6, 2) == EdgeHit(0, 0, 3, 0.0, 6.0)
    assert edge_at(RING, 7.4, 5, 2) == EdgeHit(0, 1, 1, 7.0, 5.0)
    assert edge_at(RING, 15, 5, 2) is None
    assert edge_at(RING, 5, -2.9, 3) is not None
    assert edge_at(RING, 5, -3.1, 3) is None


def test_parts_are_told_apart() -> None:
    parts = Region((Polygon(SQUARE), Polygon([(20, 20), (30, 20), (20, 30)])))

    assert vertex_at(parts, 30.5, 20, 2) == VertexHit(1, 0, 1, 30.0, 20.0)
    assert edge_at(parts, 25, 19, 2) == EdgeHit(1, 0, 0, pytest.approx(25.0), pytest.approx(20.0))


def test_an_edge_of_no_length_does_no_harm() -> None:
    doubled = Region((Polygon([(0, 0), (0, 0), (10, 0), (10, 10)]),))

    assert edge_at(doubled, 0, -1, 2) is not None
