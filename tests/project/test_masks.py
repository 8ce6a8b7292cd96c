"""Masks to regions and back."""

from __future__ import annotations

import numpy as np
import pytest
import shapely
from hypothesis import example, given, settings, strategies as st
from hypothesis.extra.numpy import array_shapes, arrays
from numpy.typing import NDArray

from sam3_annotator.project.masks import mask_to_region, region_pixel_area, region_to_mask
from sam3_annotator.project.regions import Polygon, Region, rectangle, signed_ring_area
from sam3_annotator.project.runs import pixel_iou, runs_by_value, runs_of_mask

Mask = NDArray[np.bool_]
masks = arrays(np.bool_, array_shapes(min_dims=2, max_dims=2, min_side=1, max_side=14))


@st.composite
def ragged_masks(draw: st.DrawFn) -> Mask:
    """Masks as large as some hundred pixels, at any density: many holes, parts and corners that touch."""
    shape = draw(st.tuples(st.integers(1, 120), st.integers(1, 120)))
    seed = draw(st.integers(0, 2**32 - 1))
    noise = np.random.default_rng(seed).random(shape)
    return noise < draw(st.floats(0, 1))


def shapes_of(region: Region) -> list[shapely.Polygon]:
    return [shapely.Polygon(polygon.outer, polygon.holes) for polygon in region.polygons]


def draw_mask(text: str) -> Mask:
    return np.array([[c == "#" for c in row] for row in text.split()])


DIAMOND = draw_mask("""
    #####
    ##.##
    #.#.#
    ##.##
    #####
""")
OPEN_NOTCH = draw_mask("""
    ###
    #.#
    ##.
""")


@settings(max_examples=100)
@given(st.one_of(masks, ragged_masks()))
@example(DIAMOND)
@example(OPEN_NOTCH)
@example(np.zeros((5, 7), dtype=np.bool_))
@example(np.ones((1, 1), dtype=np.bool_))
def test_region_of_a_mask_gives_the_mask_back(mask: Mask) -> None:
    region = mask_to_region(mask)

    assert np.array_equal(region_to_mask(region, *mask.shape), mask)
    assert region.area == mask.sum() == region_pixel_area(region, *mask.shape)


@settings(max_examples=100)
@given(st.one_of(masks, ragged_masks()))
@example(DIAMOND)
@example(OPEN_NOTCH)
def test_region_of_a_mask_is_valid_and_its_parts_four_connected(mask: Mask) -> None:
    import cv2

    region = mask_to_region(mask)

    shapes = shapes_of(region)
    assert shapely.MultiPolygon(shapes).is_valid
    parts, _ = cv2.connectedComponents(mask.astype(np.uint8), connectivity=4)
    assert len(region.polygons) == parts - 1
    for polygon in region.polygons:
        assert signed_ring_area(polygon.outer) > 0
        assert all(signed_ring_area(hole) < 0 for hole in polygon.holes)
        assert all(len(np.unique(ring, axis=0)) == len(ring) for ring in polygon.rings)


def test_pixel_spans_from_its_index_to_the_next() -> None:
    mask = np.zeros((4, 6), dtype=np.bool_)
    mask[1, 2] = True

    assert mask_to_region(mask).box_xyxy == (2, 1, 3, 2)


def test_hole_that_opens_over_a_corner_only_stays_a_hole() -> None:
    region = mask_to_region(OPEN_NOTCH)

    assert [len(polygon.holes) for polygon in region.polygons] == [1]


def test_only_corners_become_vertices() -> None:
    assert mask_to_region(np.ones((50, 70), dtype=np.bool_)).vertex_count == 4


def test_mask_in_column_order_and_views_are_taken() -> None:
    mask = np.random.default_rng(4).random((60, 80)) < 0.6

    assert mask_to_region(np.asfortranarray(mask)) == mask_to_region(mask)
    assert mask_to_region(mask[::-1, ::2]) == mask_to_region(mask[::-1, ::2].copy())


def test_mask_of_another_dimension_is_refused() -> None:
    with pytest.raises(ValueError, match="height, width"):
        mask_to_region(np.zeros((1, 4, 4), dtype=np.bool_))


def test_numbers_that_are_no_mask_are_refused() -> None:
    with pytest.raises(ValueError, match=r"mask > 0\.5"):
        mask_to_region(np.full((3, 4), 0.2, np.float32))

    assert mask_to_region(DIAMOND.astype(np.uint8) * 255) == mask_to_region(DIAMOND)


def test_parts_outside_the_image_are_cut() -> None:
    region = Region((*rectangle(-5, -5, 3, 2).polygons, *rectangle(8, 3, 1e9, 1e9).polygons))

    mask = region_to_mask(region, 6, 10)

    expected = np.zeros((6, 10), dtype=np.bool_)
    expected[:2, :3] = True
    expected[3:, 8:] = True
    assert np.array_equal(mask, expected)


@pytest.mark.parametrize(("dx", "dy"), [(100, 0), (-100, 0), (0, 100), (0, -100)])
def test_region_outside_the_image_gives_an_empty_mask(dx: float, dy: float) -> None:
    assert not region_to_mask(rectangle(1, 1, 5, 5).translated(dx, dy), 10, 10).any()


def test_empty_region_and_empty_image() -> None:
    assert not region_to_mask(Region(), 3, 4).any()
    assert region_to_mask(rectangle(0, 0, 5, 5), 0, 0).shape == (0, 0)
    assert mask_to_region(np.zeros((0, 9), dtype=np.bool_)).is_empty


def test_centre_on_an_edge_belongs_to_one_neighbour_only() -> None:
    left, right = rectangle(0, 0, 2.5, 4.5), rectangle(2.5, 0, 6, 4.5)
    below = rectangle(0, 4.5, 6, 8)

    total = sum(region_to_mask(region, 8, 6).astype(int) for region in (left, right, below))

    assert np.array_equal(total, np.ones((8, 6)))


coordinates = st.floats(-5, 25, allow_nan=False).map(lambda v: round(v, 3))


@settings(max_examples=100)
@given(st.lists(st.tuples(coordinates, coordinates), min_size=3, max_size=8))
def test_pixels_are_inside_when_their_centres_are(ring: list[tuple[float, float]]) -> None:
    shape = shapely.Polygon(ring)
    if not shape.is_valid:
        return
    height, width = 16, 20
    y, x = np.mgrid[:height, :width] + 0.5
    centres = shapely.points(x.ravel(), y.ravel())

    mask = region_to_mask(Region((Polygon(ring),)), height, width).ravel()

    clear = shapely.distance(shape.exterior, centres) > 1e-9
    assert np.array_equal(mask[clear], shapely.contains(shape, centres)[clear])


@settings(max_examples=100)
@given(st.lists(st.tuples(coordinates, coordinates), min_size=3, max_size=3), st.tuples(coordinates, coordinates))
def test_neighbours_along_a_slanted_edge_neither_overlap_nor_leave_a_gap(
    ring: list[tuple[float, float]], middle: tuple[float, float]
) -> None:
    pieces = [Region((Polygon([ring[i], ring[(i + 1) % 3], middle]),)) for i in range(3)]

    total = np.bitwise_xor.reduce([region_to_mask(piece, 20, 20) for piece in pieces])

    assert np.array_equal(total, region_to_mask(Region((Polygon(ring),)), 20, 20))


def test_pixel_iou_counts_pixels_also_outside_any_image() -> None:
    a, b = rectangle(-4, -4, 0, 0), rectangle(-2, -4, 2, 0)

    assert pixel_iou(a, b) == pytest.approx(8 / 24)
    assert pixel_iou(a, a) == 1.0
    assert pixel_iou(a, Region()) == 0.0
    assert pixel_iou(Region(), Region()) == 1.0


@given(arrays(np.uint8, array_shapes(min_dims=2, max_dims=2, min_side=0, max_side=14), elements=st.integers(0, 3)))
def test_runs_of_values_are_those_of_the_masks_of_each(values: NDArray[np.uint8]) -> None:
    found = runs_by_value(values)

    assert list(found) == [value for value in np.unique(values).tolist() if value]
    for value, runs in found.items():
        expected = runs_of_mask(values == value)
        assert (runs.x0, runs.y0, runs.width, runs.height) == (
            expected.x0,
            expected.y0,
            expected.width,
            expected.height,
        )
        assert runs.ends.tolist() == expected.ends.tolist()
