"""Regions merged, cut and taken apart keep to the pixel."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings, strategies as st

from sam3_annotator.project import (
    Polygon,
    Region,
    cut_out,
    difference,
    is_valid_region,
    merge_regions,
    parts_of,
    rectangle,
    region_to_mask,
    repair_region,
    union,
    without_holes,
)

SIDE = 40
whole = st.integers(0, SIDE)
# Edges of whole coordinates run through centres of pixels often: there rounding shows.
outlines = st.lists(st.tuples(whole, whole), min_size=3, max_size=8)
frame = Polygon([(2, 2), (30, 2), (30, 30), (2, 30)], [[(8, 8), (8, 24), (24, 24), (24, 8)]])
island = Polygon([(12, 12), (20, 12), (20, 20), (12, 20)])


def region_of(*rings: list[tuple[int, int]]) -> Region:
    return repair_region(Region(tuple(Polygon(ring) for ring in rings)))


def mask(region: Region) -> np.ndarray:
    return region_to_mask(region, SIDE, SIDE)


@settings(max_examples=60)
@given(st.lists(outlines, min_size=2, max_size=4))
def test_merged_regions_have_exactly_the_pixels_of_all(rings: list[list[tuple[int, int]]]) -> None:
    regions = [region for ring in rings if not (region := region_of(ring)).is_empty]
    if not regions:
        return

    merged = merge_regions(regions)

    assert is_valid_region(merged)
    assert np.array_equal(mask(merged), np.any([mask(region) for region in regions], axis=0))


@settings(max_examples=60)
@given(outlines, st.lists(outlines, max_size=3))
def test_what_is_cut_out_leaves_no_pixel_in_both_and_none_in_neither(
    ring: list[tuple[int, int]], other_rings: list[list[tuple[int, int]]]
) -> None:
    region, others = region_of(ring), [region_of(other_ring) for other_ring in other_rings]

    rest = cut_out(region, others)

    assert is_valid_region(rest)
    assert np.array_equal(mask(rest), mask(region) & ~np.any([mask(Region()), *map(mask, others)], axis=0))
    assert cut_out(rest, others) is rest


def test_set_operations_alone_would_lose_a_pixel() -> None:
    """The reason for mending: should shapely stop rounding here, it may go."""
    rng = np.random.default_rng(0)
    pairs = [tuple(region_of(rng.integers(0, SIDE, (6, 2)).tolist()) for _ in range(2)) for _ in range(300)]

    off = [not np.array_equal(mask(difference(a, b)), mask(a) & ~mask(b)) for a, b in pairs]
    off += [not np.array_equal(mask(union(a, b)), mask(a) | mask(b)) for a, b in pairs]

    assert any(off)


def test_merging_closes_a_gap_without_pixels_but_keeps_a_hole_and_far_parts() -> None:
    left = Region((frame,))
    right = Region(
        (Polygon([(29.8, 2), (36, 2), (36, 30), (29.8, 30), (30.2, 16)]), Polygon([(0, 36), (3, 36), (3, 39)]))
    )

    merged = merge_regions([left, right])

    assert sorted(len(polygon.holes) for polygon in merged.polygons) == [0, 1]


def test_a_region_that_shares_no_pixel_is_not_cut() -> None:
    region = rectangle(0, 0, 10, 10)

    assert cut_out(region, [rectangle(10, 0, 20, 10)]) is region
    assert cut_out(region, [rectangle(9.8, 0, 20, 10)]) is region  # an area, but no centre of a pixel
    assert cut_out(region, [rectangle(30, 30, 35, 35)]) is region


def test_cutting_may_open_a_hole_split_a_part_and_leave_nothing() -> None:
    assert cut_out(rectangle(0, 0, 20, 20), [rectangle(5, 5, 9, 9)]).has_holes
    assert len(cut_out(rectangle(0, 0, 20, 20), [rectangle(5, -1, 9, 21)]).polygons) == 2
    assert cut_out(rectangle(5, 5, 9, 9), [rectangle(0, 0, 20, 20)]).is_empty
    assert cut_out(rectangle(5, 5, 9, 9), [rectangle(5.4, 4, 20, 20)]).is_empty  # a strip without any pixel is left


def test_parts_keep_their_holes_and_the_largest_comes_first() -> None:
    region = Region((island, frame))

    assert parts_of(region) == (Region((frame,)), Region((island,)))


@pytest.mark.parametrize("polygons", [(frame,), (frame, island)])
def test_filling_holes_takes_in_what_lay_in_them(polygons: tuple[Polygon, ...]) -> None:
    filled = without_holes(Region(polygons))

    assert is_valid_region(filled)
    assert np.array_equal(mask(filled), mask(rectangle(2, 2, 30, 30)))
    assert without_holes(filled) is filled
