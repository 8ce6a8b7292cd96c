"""Regions combined, measured and repaired."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings, strategies as st
from hypothesis.extra.numpy import arrays
from numpy.typing import NDArray

from sam3_annotator.project.geometry import (
    clip_region,
    difference,
    intersection,
    is_valid_region,
    region_iou,
    repair_region,
    shapes_of,
    union,
    valid_shape,
)
from sam3_annotator.project.masks import mask_to_region, region_to_mask
from sam3_annotator.project.regions import Polygon, Region, rectangle

Mask = NDArray[np.bool_]
pairs = arrays(np.bool_, (2, 12, 15))


@settings(max_examples=80)
@given(pairs)
def test_set_operations_on_regions_are_those_on_masks(pair: NDArray[np.bool_]) -> None:
    a, b = pair
    region_a, region_b = mask_to_region(a), mask_to_region(b)
    expected = {union: a | b, difference: a & ~b, intersection: a & b}

    for operation, mask in expected.items():
        result = operation(region_a, region_b)
        assert is_valid_region(result)
        assert np.array_equal(region_to_mask(result, 12, 15), mask)
    either = (a | b).sum()
    assert region_iou(region_a, region_b) == pytest.approx((a & b).sum() / either if either else 1.0)


def test_difference_may_open_a_hole_and_union_close_it() -> None:
    outer, inner = rectangle(0, 0, 10, 10), rectangle(3, 3, 6, 6)

    ring = difference(outer, inner)

    assert ring.has_holes
    assert ring.area == 91
    assert not union(ring, inner).has_holes


def test_clip_cuts_at_the_image_and_leaves_regions_inside_alone() -> None:
    for inside in (rectangle(0, 0, 10, 10), rectangle(1, 2, 8, 9)):
        assert clip_region(inside, 10, 10) is inside
    assert clip_region(rectangle(-5, 5, 20, 8), 10, 10).box_xyxy == (0, 5, 10, 8)
    assert clip_region(rectangle(20, 20, 30, 30), 10, 10).is_empty


@pytest.mark.parametrize(
    ("box", "expected"),
    [
        ((-1, 2, 5, 6), (0, 2, 5, 6)),
        ((3, -1, 5, 6), (3, 0, 5, 6)),
        ((3, 2, 11, 6), (3, 2, 10, 6)),
        ((3, 2, 5, 9), (3, 2, 5, 8)),
    ],
)
def test_clip_cuts_at_each_border(box: tuple[float, ...], expected: tuple[float, ...]) -> None:
    assert clip_region(rectangle(*box), 10, 8).box_xyxy == expected


def test_clip_of_a_region_that_only_touches_the_image_is_empty() -> None:
    assert clip_region(rectangle(10, 0, 20, 10), 10, 10).is_empty


def test_bow_tie_becomes_two_triangles() -> None:
    bow_tie = Region((Polygon([(0, 0), (10, 10), (10, 0), (0, 10)]),))

    repaired = repair_region(bow_tie)

    assert not is_valid_region(bow_tie)
    assert is_valid_region(repaired)
    assert repaired.area == pytest.approx(50)
    assert len(repaired.polygons) == 2


def test_overlapping_polygons_become_one() -> None:
    repaired = repair_region(Region((*rectangle(0, 0, 6, 6).polygons, *rectangle(3, 3, 9, 9).polygons)))

    assert len(repaired.polygons) == 1
    assert repaired.area == 63


def test_hole_that_leaves_its_polygon_becomes_a_notch() -> None:
    repaired = repair_region(
        Region((Polygon([(0, 0), (10, 0), (10, 10), (0, 10)], [[(8, 4), (12, 4), (12, 6), (8, 6)]]),))
    )

    assert is_valid_region(repaired)
    assert repaired.area == 96


def test_repair_leaves_valid_regions_alone() -> None:
    region = difference(rectangle(0, 0, 10, 10), rectangle(3, 3, 6, 6))

    assert repair_region(region) is region


def test_repair_of_a_line_is_empty() -> None:
    assert repair_region(Region((Polygon([(0, 0), (5, 5), (10, 10)]),))).is_empty


corners = st.lists(st.tuples(st.integers(0, 12), st.integers(0, 12)), min_size=3, max_size=9)


@settings(max_examples=150)
@given(st.lists(st.builds(Polygon, corners, st.lists(corners, max_size=2)), max_size=3))
def test_repair_always_gives_a_valid_region(polygons: list[Polygon]) -> None:
    repaired = repair_region(Region(tuple(polygons)))

    assert is_valid_region(repaired)
    assert repair_region(repaired) is repaired


def test_empty_regions_have_an_iou_of_one() -> None:
    assert region_iou(Region(), Region()) == 1.0
    assert region_iou(Region(), rectangle(0, 0, 1, 1)) == 0.0


@settings(max_examples=40)
@given(arrays(np.bool_, (4, 9, 11)))
def test_shapes_of_many_regions_are_those_of_each(masks: NDArray[np.bool_]) -> None:
    regions = [mask_to_region(mask) for mask in masks]

    shapes = shapes_of(regions)

    assert len(shapes) == 4
    assert all(shape.equals_exact(valid_shape(region)) for shape, region in zip(shapes, regions, strict=True))


def test_shapes_of_no_and_of_empty_regions_are_none_and_empty() -> None:
    assert len(shapes_of([])) == 0
    assert [shape.is_empty for shape in shapes_of([Region(), rectangle(0, 0, 1, 1), Region()])] == [True, False, True]
