"""Rings joined into one and taken apart."""

from __future__ import annotations

import numpy as np
import pytest
import shapely
from hypothesis import example, given, settings, strategies as st
from hypothesis.extra.numpy import array_shapes, arrays
from numpy.typing import NDArray

from sam3_annotator.project.formats.rings.bridges import join_rings, keyhole, split_at_bridges
from sam3_annotator.project.masks import mask_to_region, region_to_mask
from sam3_annotator.project.regions import Polygon, Region, Ring, rectangle, signed_ring_area
from sam3_annotator.project.simplification import simplify_region

Mask = NDArray[np.bool_]
masks = arrays(np.bool_, array_shapes(min_dims=2, max_dims=2, min_side=3, max_side=16))


@st.composite
def ragged_masks(draw: st.DrawFn) -> Mask:
    seed, size, density = draw(st.integers(0, 10**6)), draw(st.integers(5, 40)), draw(st.floats(0.3, 0.97))
    return np.random.default_rng(seed).random((size, size)) < density


def filled(ring: Ring, mask: Mask) -> Mask:
    return region_to_mask(Region((Polygon(ring),)), *mask.shape)


@settings(max_examples=80)
@given(st.one_of(masks, ragged_masks()))
@example(~np.pad(np.ones((1, 1), dtype=np.bool_), 2))
def test_keyholed_polygon_fills_the_same_pixels(mask: Mask) -> None:
    for polygon in mask_to_region(mask).polygons:
        ring = keyhole(polygon)

        assert np.array_equal(filled(ring, mask), region_to_mask(Region((polygon,)), *mask.shape))
        assert not (ring == np.roll(ring, 1, axis=0)).all(axis=1).any()


@settings(max_examples=60)
@given(ragged_masks())
def test_keyholes_of_slanted_outlines_change_no_pixel_but_on_the_edge(mask: Mask) -> None:
    y, x = np.indices(mask.shape) + 0.5
    for polygon in simplify_region(mask_to_region(mask), 1.2).region.polygons:
        expected = region_to_mask(Region((polygon,)), *mask.shape)

        differs = filled(keyhole(polygon), mask) != expected

        # A bridge ends between two vertices, so a centre exactly on that edge may change sides.
        border = shapely.Polygon(polygon.outer, polygon.holes).boundary
        assert (shapely.distance(border, shapely.points(x[differs], y[differs])) < 1e-9).all()


@settings(max_examples=60)
@given(st.one_of(masks, ragged_masks()))
def test_joined_parts_fill_the_same_pixels(mask: Mask) -> None:
    region = mask_to_region(mask)
    if region.is_empty:
        return

    ring = join_rings([keyhole(polygon) for polygon in region.polygons])

    assert np.array_equal(filled(ring, mask), mask)


@settings(max_examples=60)
@given(masks)
def test_taking_a_keyholed_ring_apart_gives_outer_ring_and_holes_back(mask: Mask) -> None:
    for polygon in mask_to_region(mask).polygons:
        loops = split_at_bridges(keyhole(polygon))

        assert np.array_equal(
            np.bitwise_xor.reduce([filled(loop, mask) for loop in loops]),
            region_to_mask(Region((polygon,)), *mask.shape),
        )
        areas = sorted(abs(signed_ring_area(ring)) for ring in polygon.rings)
        assert sorted(abs(signed_ring_area(loop)) for loop in loops) == areas


def test_hole_that_touches_the_outer_ring_needs_no_bridge() -> None:
    polygon = Polygon([(0, 0), (6, 0), (6, 6), (0, 6)], [[(0, 3), (2, 2), (2, 4)]])

    ring = keyhole(polygon)

    assert len(ring) == 4 + 3 + 1
    assert len(split_at_bridges(ring)) == 2


def test_bridge_of_a_hole_stays_inside_the_polygon() -> None:
    """A second hole lies between the first and the left side: the bridge ends there."""
    polygon = Polygon(
        [(0, 0), (20, 0), (20, 10), (0, 10)],
        [[(12, 4), (14, 4), (14, 6), (12, 6)], [(4, 2), (8, 2), (8, 8), (4, 8)]],
    )

    ring = keyhole(polygon).tolist()

    sides = [(tuple(a), tuple(b)) for a, b in zip(ring, [*ring[1:], ring[0]], strict=True)]
    walked_back = {side for side in sides if side[::-1] in sides}
    assert sorted(sorted({a[0], b[0]}) for a, b in walked_back) == [[0, 4], [0, 4], [8, 12], [8, 12]]


def test_parts_are_joined_where_they_are_closest() -> None:
    rings = [rectangle(*box).polygons[0].outer for box in ((0, 0, 10, 10), (30, 0, 40, 10), (12, 0, 20, 10))]

    ring = join_rings(rings)

    steps = np.abs(np.diff(ring, axis=0, append=ring[:1])).sum(axis=1)
    assert sorted(steps.tolist()) == pytest.approx([2, 2, 8, 8, *[10] * 12])


def test_ring_without_bridges_is_returned_as_it_is() -> None:
    ring = rectangle(0, 0, 5, 5).polygons[0].outer

    assert split_at_bridges(ring)[0] is ring
    assert keyhole(Polygon(ring)) is not None
    assert join_rings([ring]) is ring


def test_ring_that_is_all_bridge_has_no_loops() -> None:
    assert split_at_bridges(np.array([(0, 0), (5, 0), (9, 9), (5, 0)], dtype=np.float64)) == []
