"""Regions with fewer vertices."""

from __future__ import annotations

import numpy as np
import pytest
import shapely
from hypothesis import given, settings, strategies as st
from numpy.typing import NDArray

from sam3_annotator.project.geometry import is_valid_region, valid_shape
from sam3_annotator.project.masks import mask_to_region
from sam3_annotator.project.regions import Polygon, Region, rectangle
from sam3_annotator.project.runs import pixel_iou
from sam3_annotator.project.simplification import outline_mask, simplify_line, simplify_region


def blob(seed: int, size: int, smoothness: float, level: float) -> NDArray[np.bool_]:
    """Make a mask with round parts, holes, necks and parts that touch at corners."""
    import cv2

    noise = np.random.default_rng(seed).standard_normal((size, size)).astype(np.float32)
    smooth = cv2.GaussianBlur(noise, (0, 0), smoothness)
    return np.asarray(smooth > level * smooth.std())


blobs = st.builds(blob, st.integers(0, 10**6), st.integers(4, 90), st.floats(0.3, 8), st.floats(-1.5, 1.5))


@settings(max_examples=150)
@given(blobs, st.floats(0, 6), st.floats(0, 40))
def test_simplified_region_is_valid_and_its_losses_are_told(
    mask: NDArray[np.bool_], tolerance: float, min_area: float
) -> None:
    region = mask_to_region(mask)

    simplified = simplify_region(region, tolerance, min_area)

    assert is_valid_region(simplified.region)
    assert simplified.iou == pytest.approx(pixel_iou(region, simplified.region))
    small_parts = sum(polygon.area < min_area for polygon in region.polygons)
    assert simplified.dropped_parts >= small_parts
    assert simplified.region.vertex_count <= region.vertex_count or not is_valid_region(region)
    assert (simplified.dropped_parts == len(region.polygons)) == simplified.region.is_empty or region.is_empty


@settings(max_examples=60)
@given(blobs, st.floats(0, 3), st.integers(0, 30), st.integers(0, 30))
def test_a_mask_of_a_part_of_the_image_has_the_outline_of_the_whole(
    part: NDArray[np.bool_], tolerance: float, left: int, top: int
) -> None:
    whole = np.pad(part, ((top, 5), (left, 5)))

    assert outline_mask(part, tolerance, left, top) == outline_mask(whole, tolerance)


@settings(max_examples=60)
@given(st.integers(0, 10**6), st.floats(0.5, 3))
def test_outline_stays_within_the_tolerance(seed: int, tolerance: float) -> None:
    region = mask_to_region(blob(seed, 80, 8, 0.5))
    if region.is_empty:
        return

    simplified = simplify_region(region, tolerance)

    before, after = valid_shape(region).boundary, valid_shape(simplified.region).boundary
    assert shapely.hausdorff_distance(before, after, densify=0.5) <= 2 * tolerance
    assert simplified.dropped_parts == simplified.dropped_holes == 0


def test_disc_keeps_its_area_with_few_vertices() -> None:
    y, x = np.mgrid[:400, :400]
    region = mask_to_region((x - 200) ** 2 + (y - 200) ** 2 < 180**2)

    simplified = simplify_region(region, 1.4)

    assert simplified.region.vertex_count < 60
    assert simplified.iou > 0.99
    assert not simplified.region.has_holes


def test_parts_and_holes_below_the_minimum_area_are_dropped_and_counted() -> None:
    mask = np.zeros((60, 60), dtype=np.bool_)
    mask[5:40, 5:40] = True
    mask[10:13, 10:13] = False
    mask[20:30, 20:30] = False
    mask[50:53, 50:53] = True

    simplified = simplify_region(mask_to_region(mask), 1.4, min_area=16)

    assert (simplified.dropped_parts, simplified.dropped_holes) == (1, 1)
    assert [len(polygon.holes) for polygon in simplified.region.polygons] == [1]


@pytest.mark.parametrize("tolerance", [1.4, 5.0, 50.0])
def test_small_and_thin_parts_survive_any_tolerance(tolerance: float) -> None:
    mask = np.zeros((50, 50), dtype=np.bool_)
    mask[2, 3] = True
    mask[10, 5:45] = True
    mask[np.arange(20, 45), np.arange(20, 45)] = True
    mask[np.arange(20, 45), np.arange(21, 46)] = True

    simplified = simplify_region(mask_to_region(mask), tolerance)

    assert simplified.dropped_parts == 0
    assert simplified.iou > 0.7


def test_a_strip_thinner_than_the_tolerance_stays_one_strip() -> None:
    y, x = np.mgrid[:200, :200] - 100
    radius = np.hypot(x, y)
    region = mask_to_region((radius < 83) & (radius >= 80) & ((x <= 0) | (abs(y) >= 15)))

    simplified = simplify_region(region, 5.0)

    assert len(simplified.region.polygons) == 1
    assert simplified.region.vertex_count < 100
    assert simplified.iou > 0.75


@pytest.mark.parametrize("is_reversed", [False, True])
def test_a_vertex_that_two_parts_share_stays_in_both(is_reversed: bool) -> None:
    shared = (20, 21)
    lower = Polygon([(0, 0), (40, 0), (40, 20), shared, (0, 20)])
    upper = Polygon([(0, 20.5), shared, (40, 20.5), (40, 40), (0, 40)])
    parts = (upper, lower) if is_reversed else (lower, upper)

    simplified = simplify_region(Region(parts), 3.0)

    assert len(simplified.region.polygons) == 2
    assert all([*shared] in polygon.outer.tolist() for polygon in simplified.region.polygons)


def test_ring_around_a_hole_stays_a_ring() -> None:
    y, x = np.mgrid[:200, :200]
    squared = (x - 100) ** 2 + (y - 100) ** 2
    region = mask_to_region((squared < 80**2) & (squared >= 76**2))

    simplified = simplify_region(region, 1.4)

    assert [len(polygon.holes) for polygon in simplified.region.polygons] == [1]
    assert simplified.iou > 0.8


def test_without_tolerance_and_minimum_nothing_changes() -> None:
    region = mask_to_region(blob(3, 60, 2, 0.2))

    simplified = simplify_region(region, 0)

    assert simplified.region == region
    assert simplified.iou == 1.0


def test_empty_region_stays_empty() -> None:
    simplified = simplify_region(Region(), 1.4)

    assert simplified.region.is_empty
    assert simplified.iou == 1.0


def test_hand_drawn_coordinates_are_kept_where_vertices_are() -> None:
    region = Region((Polygon([(0.25, 0.5), (50.125, 0.5), (50.125, 30.75), (25.0, 30.8), (0.25, 30.75)]),))

    simplified = simplify_region(region, 1.4)

    assert simplified.region.vertex_count == 4
    assert simplified.region.box_xyxy == (0.25, 0.5, 50.125, 30.75)


def test_rectangle_keeps_its_corners() -> None:
    assert simplify_region(rectangle(1, 2, 30, 40), 3).region.area == 29 * 38


# Shapely cannot measure distances from lines of 1e-285 pixels.
places = st.floats(-50, 50, width=16)
lines = st.lists(st.tuples(places, places), min_size=1, max_size=60).map(np.array)


@given(lines, st.floats(0, 10))
def test_simplified_line_keeps_its_ends_and_stays_within_the_tolerance(
    line: NDArray[np.float64], tolerance: float
) -> None:
    simpler = simplify_line(line, tolerance)

    assert (simpler[0] == line[0]).all()
    assert (simpler[-1] == line[-1]).all()
    assert {tuple(vertex) for vertex in simpler.tolist()} <= {tuple(vertex) for vertex in line.tolist()}
    if len(simpler) > 1:
        far = shapely.distance(shapely.points(line), shapely.LineString(simpler))
        assert far.max() <= tolerance + 1e-9


def test_a_straight_line_keeps_two_vertices() -> None:
    line = np.stack((np.arange(50.0), np.full(50, 3.0)), axis=1)

    assert simplify_line(line, 0.5).tolist() == [[0, 3], [49, 3]]
