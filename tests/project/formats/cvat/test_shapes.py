"""The shapes of CVAT become regions, whatever their kind."""

from __future__ import annotations

from typing import Any
from xml.etree.ElementTree import Element

import numpy as np
import pytest

from sam3_annotator.project import Polygon, Region, mask_to_region, rectangle, region_to_mask
from sam3_annotator.project.formats.cvat.shapes import mask_attributes, region_of_element
from sam3_annotator.project.formats.rings.parts import join_regions
from sam3_annotator.project.runs import runs_of_mask, runs_of_region


def region_of(tag: str, **attributes: Any) -> Region:
    return region_of_element(Element(tag, {name: str(value) for name, value in attributes.items()}), 16, 12)


def mask_of(tag: str, **attributes: Any) -> np.ndarray:
    return region_to_mask(region_of(tag, **attributes), 12, 16)


def test_box_is_a_rectangle() -> None:
    assert region_of("box", xtl="1.50", ytl="2.00", xbr="5.25", ybr="7.00") == rectangle(1.5, 2, 5.25, 7)


def test_corners_of_a_box_may_be_the_other_way_round() -> None:
    assert region_of("box", xtl=5, ytl=7, xbr=1, ybr=2) == rectangle(1, 2, 5, 7)


@pytest.mark.parametrize("rotation", ["0", "0.00", "360", ""])
def test_box_that_is_not_turned_keeps_its_corners(rotation: str) -> None:
    assert region_of("box", xtl=1.1, ytl=2, xbr=5.3, ybr=7, rotation=rotation) == rectangle(1.1, 2, 5.3, 7)


def test_box_is_turned_clockwise_around_its_centre() -> None:
    quarter = region_of("box", xtl=2, ytl=5, xbr=10, ybr=7, rotation=90)
    little = region_of("box", xtl=2, ytl=5, xbr=10, ybr=7, rotation=10)

    assert quarter.polygons[0].outer.tolist() == [[7, 2], [7, 10], [5, 10], [5, 2]]
    first, second = little.polygons[0].outer[:2]
    assert second[1] > first[1]  # the upper edge sinks to the right
    assert little.area == pytest.approx(16)
    assert little.polygons[0].outer.mean(axis=0) == pytest.approx([6, 6])


def test_polygon_keeps_its_vertices() -> None:
    region = region_of("polygon", points="1.25,2.50;9.75,2.125;7.5,9.0625")

    assert region == Region((Polygon([(1.25, 2.5), (9.75, 2.125), (7.5, 9.0625)]),))


def test_polygon_may_end_as_it_begins_and_with_a_semicolon() -> None:
    assert region_of("polygon", points="2,2;10,2;10,10;2,10;2,2;") == rectangle(2, 2, 10, 10)


def test_keyholed_polygon_has_a_hole_and_a_crossed_one_two_parts() -> None:
    ring = "0,4;0,0;10,0;10,10;0,10;0,4;4,4;4,6;6,6;6,4;4,4"

    keyholed, crossed = region_of("polygon", points=ring), region_of("polygon", points="0,0;10,10;10,0;0,10")

    assert (keyholed.area, keyholed.has_holes) == (96, True)
    assert (crossed.area, len(crossed.polygons)) == (50, 2)


def test_mask_is_read_row_by_row_in_its_box() -> None:
    mask = mask_of("mask", rle="0, 4, 1, 2, 1, 4", left=1, top=2, width=4, height=3)

    expected = np.zeros((12, 16), dtype=bool)
    expected[2:5, 1:5] = [[1, 1, 1, 1], [0, 1, 1, 0], [1, 1, 1, 1]]
    assert np.array_equal(mask, expected)


@pytest.mark.parametrize("seed", range(5))
def test_mask_is_read_to_the_bit_and_written_the_same(seed: int) -> None:
    mask = np.random.default_rng(seed).random((12, 16)) < (0.1, 0.3, 0.5, 0.9, 1)[seed]

    attributes = mask_attributes(runs_of_mask(mask))

    assert np.array_equal(mask_of("mask", **attributes), mask)
    assert region_of("mask", **attributes) == mask_to_region(mask)
    columns, rows = np.flatnonzero(mask.any(axis=0)), np.flatnonzero(mask.any(axis=1))
    box = [int(attributes[name]) for name in ("left", "top", "width", "height")]
    assert box == [columns[0], rows[0], columns[-1] - columns[0] + 1, rows[-1] - rows[0] + 1]
    assert sum(map(int, attributes["rle"].split(","))) == box[2] * box[3]


def test_box_of_a_mask_is_tight_though_the_region_leaves_room() -> None:
    runs = runs_of_region(Region((Polygon([(1.6, 1.6), (9.4, 1.6), (9.4, 4.4), (1.6, 4.4)]),)), 12, 16)

    assert mask_attributes(runs) == {"rle": "0, 14", "left": "2", "top": "2", "width": "7", "height": "2"}


def test_run_over_a_whole_large_mask_takes_no_memory_for_its_pixels() -> None:
    shape = Element("mask", {"rle": "0,1600000000", "left": "0", "top": "0", "width": "800000", "height": "2000"})

    region = region_of_element(shape, 0, 0)

    assert (region.box_xyxy, region.area) == ((0, 0, 800_000, 2000), 1_600_000_000)


@pytest.mark.parametrize("rotation", [0, 30, 90])
def test_ellipse_is_a_ring_near_its_curve(rotation: float) -> None:
    region = region_of("ellipse", cx=300, cy=200, rx=120, ry=40, rotation=rotation)

    x, y = (region.polygons[0].outer - (300, 200)).T
    turn = np.radians(rotation)
    along, across = x * np.cos(turn) + y * np.sin(turn), y * np.cos(turn) - x * np.sin(turn)
    assert np.allclose((along / 120) ** 2 + (across / 40) ** 2, 1, atol=1e-5)
    assert region.area == pytest.approx(np.pi * 120 * 40, rel=0.002)


def test_small_ellipse_is_round() -> None:
    assert len(region_of("ellipse", cx=5, cy=5, rx=0.01, ry=0.01).polygons[0].outer) == 16


def test_regions_that_do_not_overlap_are_joined_without_a_change() -> None:
    one, two = rectangle(0, 0, 4, 4), Region((Polygon([(6, 0), (12, 0), (9, 5)]),))

    assert join_regions([one, two]) == Region((*one.polygons, *two.polygons))
    assert join_regions([one, rectangle(2, 0, 6, 4)]).area == 24


BAD = {
    "no corner": ("box", {"xtl": 1, "ytl": 1, "xbr": 5}, "has no ybr"),
    "word": ("box", {"xtl": "left", "ytl": 1, "xbr": 5, "ybr": 5}, "“left” as its xtl"),
    "not a number": ("box", {"xtl": "nan", "ytl": 1, "xbr": 5, "ybr": 5}, "no number of pixels"),
    "far": ("box", {"xtl": "1e300", "ytl": 1, "xbr": 5, "ybr": 5}, "no number of pixels"),
    "flat box": ("box", {"xtl": 1, "ytl": 1, "xbr": 1, "ybr": 5}, "no area"),
    "bad angle": ("box", {"xtl": 1, "ytl": 1, "xbr": 4, "ybr": 5, "rotation": "left"}, "rotation"),
    "no points": ("polygon", {}, "less than 3"),
    "two points": ("polygon", {"points": "1,1;2,2"}, "less than 3"),
    "three numbers": ("polygon", {"points": "1,1;2,2,2;3,3"}, "no pairs of numbers"),
    "words": ("polygon", {"points": "a,b;c,d;e,f"}, "no pairs of numbers"),
    "infinite": ("polygon", {"points": "1,1;inf,2;3,3"}, "not finite"),
    "flat polygon": ("polygon", {"points": "1,1;5,5;9,9"}, "no area"),
    "no runs": ("mask", {"left": 0, "top": 0, "width": 2, "height": 2}, "no numbers"),
    "short runs": ("mask", {"rle": "1,2", "left": 0, "top": 0, "width": 2, "height": 2}, "3 pixels, but 2 x 2"),
    "negative runs": ("mask", {"rle": "5,-1", "left": 0, "top": 0, "width": 2, "height": 2}, "whole numbers"),
    "half runs": ("mask", {"rle": "1.5,2.5", "left": 0, "top": 0, "width": 2, "height": 2}, "whole numbers"),
    "vast runs": ("mask", {"rle": "9" * 500, "left": 0, "top": 0, "width": 2, "height": 2}, "whole numbers"),
    "empty mask": ("mask", {"rle": "4", "left": 0, "top": 0, "width": 2, "height": 2}, "no area"),
    "half a pixel": ("mask", {"rle": "0,4", "left": 0.5, "top": 0, "width": 2, "height": 2}, "no whole number"),
    "larger than the image": ("mask", {"rle": "0,9", "left": 0, "top": 0, "width": 99, "height": 9}, "99 x 9"),
    "no size": ("mask", {"rle": "0", "left": 0, "top": 0, "width": 0, "height": 2}, "0 x 2"),
    "no radius": ("ellipse", {"cx": 1, "cy": 1, "rx": 0, "ry": 1}, "no area"),
}


@pytest.mark.parametrize("case", BAD)
def test_shape_without_an_area_is_told(case: str) -> None:
    tag, attributes, sentence = BAD[case]

    with pytest.raises(ValueError, match=sentence):
        region_of(tag, **attributes)
