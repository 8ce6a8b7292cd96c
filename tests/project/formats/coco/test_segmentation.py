"""The area of a COCO annotation becomes a region, in whatever way it is written."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

from sam3_annotator.project import Polygon, Region, rectangle, region_to_mask
from sam3_annotator.project.formats.coco.segmentation import region_of_annotation
from sam3_annotator.project.formats.rings.bridges import join_rings
from sam3_annotator.project.rle import mask_to_rle

MASK = np.random.default_rng(5).random((12, 16)) < 0.6
SQUARE = [[2, 2, 10, 2, 10, 10, 2, 10]]


def region_of(**annotation: Any) -> Region:
    return region_of_annotation(annotation, 16, 12)


@pytest.mark.parametrize("segmentation", [[], None, [[]], [[], []], {}, "absent"])
def test_box_without_segmentation_becomes_a_rectangle(segmentation: Any) -> None:
    values = {} if segmentation == "absent" else {"segmentation": segmentation}

    assert region_of(bbox=[1.5, 2, 4, 5.25], **values) == rectangle(1.5, 2, 5.5, 7.25)


def test_area_and_box_may_be_missing() -> None:
    assert region_of(segmentation=SQUARE) == rectangle(2, 2, 10, 10)


def test_ring_of_two_corners_is_read_by_the_box() -> None:
    """Some programs write the corners of a box where a ring belongs."""
    assert region_of(segmentation=[[2, 2, 10, 10]], bbox=[2, 2, 8, 8]) == rectangle(2, 2, 10, 10)


def test_points_and_lines_beside_a_ring_do_not_cost_the_instance() -> None:
    """Programs that trace masks write them for specks of one or two pixels."""
    assert region_of(segmentation=[[12, 1], *SQUARE, [11, 1, 12, 1], []]) == rectangle(2, 2, 10, 10)


def test_ring_that_is_not_nested_in_a_list_is_read() -> None:
    assert region_of(segmentation=SQUARE[0]) == rectangle(2, 2, 10, 10)


def test_ring_that_repeats_its_first_vertex_is_read_once() -> None:
    assert region_of(segmentation=[[2, 2, 2, 2, 10, 2, 10, 10, 2, 10, 2, 2]]) == rectangle(2, 2, 10, 10)


def test_keyholed_ring_becomes_a_polygon_with_a_hole() -> None:
    ring = [0, 4, 0, 0, 10, 0, 10, 10, 0, 10, 0, 4, 4, 4, 4, 6, 6, 6, 6, 4, 4, 4]

    region = region_of(segmentation=[ring])

    assert region.area == 96
    assert [len(polygon.holes) for polygon in region.polygons] == [1]


def test_several_rings_add_up_and_an_inner_one_is_no_hole() -> None:
    apart = [[0, 0, 4, 0, 4, 4, 0, 4], [8, 0, 12, 0, 12, 4, 8, 4]]
    inside = [[0, 0, 10, 0, 10, 10, 0, 10], [2, 2, 4, 2, 4, 4, 2, 4]]

    two, one = region_of(segmentation=apart), region_of(segmentation=inside)

    assert len(two.polygons) == 2
    assert (one.area, one.has_holes) == (100, False)


def test_parts_joined_by_a_bridge_become_parts() -> None:
    ring = [0, 0, 4, 0, 8, 0, 12, 0, 12, 4, 8, 4, 8, 0, 4, 0, 4, 4, 0, 4]

    region = region_of(segmentation=[ring])

    assert (region.area, len(region.polygons)) == (32, 2)


def test_part_inside_a_hole_of_one_ring_is_a_part_with_its_own_hole() -> None:
    squares = [rectangle(edge, edge, 40 - edge, 40 - edge).polygons[0] for edge in (0, 5, 10, 15)]
    nested = Region((Polygon(squares[0].outer, [squares[1].outer]), Polygon(squares[2].outer, [squares[3].outer])))

    region = region_of(segmentation=[join_rings([square.outer for square in squares]).ravel().tolist()])

    assert [len(polygon.holes) for polygon in region.polygons] == [1, 1]
    assert np.array_equal(region_to_mask(region, 40, 40), region_to_mask(nested, 40, 40))


def test_ring_that_crosses_itself_is_filled_even_odd() -> None:
    star = [value for i in (0, 2, 4, 1, 3) for value in (6 + 5 * math.sin(1.2566 * i), 6 - 5 * math.cos(1.2566 * i))]

    bow_tie = region_of(segmentation=[[0, 0, 10, 10, 10, 0, 0, 10]])
    pentagram = region_of(segmentation=[star])

    assert bow_tie.area == pytest.approx(50)
    assert not region_to_mask(pentagram, 12, 12)[6, 6]
    assert len(pentagram.polygons) == 5


def test_region_of_a_crowd_in_the_code_of_coco_itself_is_exact() -> None:
    code = mask_to_rle(MASK)
    segmentation = {"size": [12, 16], "counts": code.counts.tolist()}

    region = region_of_annotation({"segmentation": segmentation}, 16, 12)

    assert np.array_equal(region_to_mask(region, 12, 16), MASK)


def test_polygon_vertices_are_taken_as_they_are() -> None:
    ring = [1.25, 2.5, 9.75, 2.125, 7.5, 9.0625]

    region = region_of_annotation({"segmentation": [ring]}, 0, 0)

    assert region == Region((Polygon(np.reshape(ring, (-1, 2))),))


def test_run_lengths_of_a_large_image_are_read() -> None:
    counts = [20_000_000 - 1000, 1000]  # more than any coordinate may be

    region = region_of_annotation({"segmentation": {"size": [4000, 5000], "counts": counts}}, 5000, 4000)

    assert (region.box_xyxy, region.area) == ((4999, 3000, 5000, 4000), 1000)
