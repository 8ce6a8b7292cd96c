"""Rings in flat arrays, whole and simplified."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, strategies as st

from sam3_annotator.project import Polygon, Region, rectangle
from sam3_annotator.ui.canvas.outlines import (
    DEVIATION,
    MAX_LEVEL,
    Outlines,
    level_for_scale,
    tolerance_of_level,
)


def blob(seed: int, vertex_count: int = 300, radius: float = 100.0) -> Region:
    rng = np.random.default_rng(seed)
    angles = np.linspace(0, 2 * np.pi, vertex_count, endpoint=False)
    radii = radius * (1 + 0.2 * np.sin(3 * angles + rng.uniform(0, 6))) + rng.uniform(-0.3, 0.3, vertex_count)
    return Region((Polygon(200 + radii[:, None] * np.stack((np.cos(angles), np.sin(angles)), axis=1)),))


def signed_area(ring: np.ndarray) -> float:
    x, y = ring[:, 0], ring[:, 1]
    return float((x * np.roll(y, -1) - y * np.roll(x, -1)).sum() / 2)


def distance_to_ring(point: np.ndarray, ring: np.ndarray) -> float:
    starts, edges = ring, np.roll(ring, -1, axis=0) - ring
    along = ((point - starts) * edges).sum(axis=1) / np.maximum((edges * edges).sum(axis=1), 1e-12)
    nearest = starts + np.clip(along, 0, 1)[:, None] * edges
    return float(np.hypot(*(nearest - point).T).min())


SQUARE = [(0, 0), (10, 0), (10, 10), (0, 10)]
HOLE = [(2, 2), (4, 2), (4, 4), (2, 4)]


def test_boxes_and_areas_are_those_of_the_regions() -> None:
    two_parts = Region((Polygon(SQUARE, [HOLE]), Polygon([(20, 20), (30, 20), (20, 40)])))
    regions = [two_parts, blob(1), rectangle(5, 6, 7, 9)]

    outlines = Outlines.of(regions)

    assert outlines.boxes_xyxy == pytest.approx(np.array([region.box_xyxy for region in regions]))
    assert outlines.areas == pytest.approx([region.area for region in regions])


@pytest.mark.parametrize("outer", [SQUARE, SQUARE[::-1]])
@pytest.mark.parametrize("hole", [HOLE, HOLE[::-1]])
def test_outer_rings_and_holes_are_wound_against_each_other(outer: list, hole: list) -> None:
    outlines = Outlines.of([Region((Polygon(outer, [hole]),))])

    vertices, starts = outlines.rings.taken(np.array([0]))
    areas = [signed_area(vertices[start:end]) for start, end in pairwise(starts)]
    assert areas == [100.0, -4.0]


def test_rows_are_taken_in_the_order_asked_for() -> None:
    regions = [rectangle(n, n, n + 2, n + 1) for n in range(5)]
    outlines = Outlines.of(regions)

    vertices, starts = outlines.rings.taken(np.array([3, 0]))

    assert starts.tolist() == [0, 4, 8]
    assert vertices[0].tolist() == [3.0, 3.0]
    assert vertices[4].tolist() == [0.0, 0.0]


def test_no_regions_and_empty_regions_make_empty_rows() -> None:
    assert len(Outlines.of([])) == 0

    outlines = Outlines.of([Region(), rectangle(0, 0, 20, 20)])

    assert outlines.areas.tolist() == [0.0, 400.0]
    assert outlines.at_level(3).taken(np.array([0, 1]))[1].tolist() == [0, 4]


@pytest.mark.parametrize("level", [1, 2, 3, 4])
def test_simplified_outlines_stay_near_and_get_shorter(level: int) -> None:
    region = blob(2, vertex_count=1000)
    outlines = Outlines.of([region])

    simplified = outlines.at_level(level).vertices.astype(float)

    assert len(simplified) < 1000 / 2
    worst = max(distance_to_ring(vertex, simplified) for vertex in region.polygons[0].outer)
    assert worst <= 2 * tolerance_of_level(level)


def test_simplified_rings_keep_three_vertices_each() -> None:
    outlines = Outlines.of([Region((Polygon(SQUARE, [HOLE]),)), blob(3, radius=2.0)])

    starts = outlines.at_level(MAX_LEVEL).ring_starts

    assert (np.diff(starts) >= 3).all()


def test_a_spike_is_not_simplified_away() -> None:
    spike = Region((Polygon([(0, 0), (50, 0), (50, 1), (90, 1.2), (50, 1.4), (50, 40), (0, 40)]),))

    vertices = Outlines.of([spike]).at_level(3).vertices

    assert vertices[:, 0].max() == 90.0


def test_appended_rows_follow_at_every_level() -> None:
    first, second = [blob(1), rectangle(0, 0, 5, 5)], [blob(4)]
    outlines = Outlines.of(first)
    outlines.at_level(2)

    appended = outlines.appended(Outlines.of(second))

    expected = Outlines.of(first + second)
    taken, starts = appended.rings.taken(np.array([2, 1]))
    assert taken.tolist() == expected.rings.taken(np.array([2, 1]))[0].tolist()
    assert starts.tolist() == [0, 300, 304]
    simplified, _ = appended.at_level(2).taken(np.array([2]))
    assert all(distance_to_ring(vertex, simplified) <= 2 for vertex in blob(4).polygons[0].outer)
    assert appended.areas == pytest.approx(expected.areas)
    assert len(outlines) == 2


@given(st.floats(1e-3, 200.0))
def test_the_level_for_a_scale_deviates_less_than_can_be_seen(scale: float) -> None:
    level = level_for_scale(scale)

    assert 0 <= level <= MAX_LEVEL
    if level > 0:
        assert tolerance_of_level(level) * scale <= DEVIATION + 1e-9
    if 0 < level < MAX_LEVEL:
        assert tolerance_of_level(level + 1) * scale > DEVIATION


def test_boxes_that_touch_are_found() -> None:
    outlines = Outlines.of([rectangle(0, 0, 10, 10), rectangle(20, 0, 30, 10), rectangle(0, 20, 10, 30)])

    assert outlines.rows_in_box((10, 10, 20, 12)).tolist() == [True, True, False]
