"""Region values and their code."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, strategies as st

from sam3_annotator.project.errors import NotAProject
from sam3_annotator.project.regions import Polygon, Region, decode_region, encode_region, rectangle

whole = st.integers(-(2**53), 2**53).map(float)
small = st.integers(-300, 300).map(float)
real = st.floats(allow_nan=False, allow_infinity=False)


def regions(coordinate: st.SearchStrategy[float]) -> st.SearchStrategy[Region]:
    ring = st.lists(st.tuples(coordinate, coordinate), min_size=3, max_size=9)
    polygon = st.builds(Polygon, ring, st.lists(ring, max_size=3))
    return st.lists(polygon, max_size=4).map(lambda polygons: Region(tuple(polygons)))


@given(st.one_of(regions(whole), regions(small), regions(real)))
def test_encoding_gives_back_the_equal_region(region: Region) -> None:
    assert decode_region(encode_region(region)) == region


@pytest.mark.parametrize(
    ("code", "region"),
    [
        (
            "0101785e636460606002621620660662740092030118cdc0c005e47dfb8f10d161bcf70fa202003e76041b",
            Region((Polygon([(0, 0), (10, 0), (10, 300), (0, 10)], [[(2, 2), (4, 2), (4, 4)]]),)),
        ),
        (
            "01ff785e636460606004626620868007f610fa02945671804b811930be9d0300622e037a",
            Region((Polygon([(0.5, 0.25), (10, 0), (10, 30)]),)),
        ),
    ],
    ids=["whole", "fractions"],
)
def test_regions_in_files_that_exist_stay_readable(code: str, region: Region) -> None:
    assert decode_region(bytes.fromhex(code)) == region


def test_pixel_edge_ring_takes_about_a_byte_per_vertex() -> None:
    steps = np.cumsum(np.random.default_rng(1).integers(-3, 4, (5000, 2)), axis=0) + 2000

    assert len(encode_region(Region((Polygon(steps),)))) < 2 * len(steps)


@pytest.mark.parametrize(
    "code", [b"", b"\x01", b"\x02\x00abc", b"\x01\x00abc", b"\x01\x09" + encode_region(Region())[2:]]
)
def test_damaged_code_is_told_in_a_sentence(code: bytes) -> None:
    with pytest.raises(NotAProject, match="damaged"):
        decode_region(code)


@given(regions(small), st.integers(2, 400))
def test_truncated_code_never_raises_anything_else(region: Region, length: int) -> None:
    code = encode_region(region)
    if length >= len(code):
        return

    with pytest.raises(NotAProject):
        decode_region(code[:length])


def test_area_subtracts_holes_and_ignores_the_direction_of_rings() -> None:
    outer = [(0, 0), (10, 0), (10, 10), (0, 10)]
    hole = [(2, 2), (4, 2), (4, 4), (2, 4)]

    for a in (outer, outer[::-1]):
        for b in (hole, hole[::-1]):
            region = Region((Polygon(a, [b]),))
            assert region.area == 96
            assert region.has_holes
            assert region.vertex_count == 8
            assert region.box_xyxy == (0, 0, 10, 10)


def test_empty_region_has_no_area_and_a_zero_box() -> None:
    assert Region().is_empty
    assert Region().area == 0
    assert Region().box_xyxy == (0, 0, 0, 0)


def test_translated_moves_holes_too() -> None:
    region = Region((Polygon([(0, 0), (9, 0), (9, 9)], [[(6, 1), (8, 1), (8, 3)]]),))

    moved = region.translated(2.5, -1)

    assert moved.box_xyxy == (2.5, -1, 11.5, 8)
    assert moved.translated(-2.5, 1) == region


def test_equal_regions_hash_equal_even_with_negative_zero() -> None:
    a, b = rectangle(0.0, 0.0, 1, 1), rectangle(-0.0, -0.0, 1, 1)

    assert a == b
    assert hash(a) == hash(b)


@pytest.mark.parametrize("ring", [[(0, 0), (1, 1)], [(0, 0, 0)] * 3, [(0, 0), (1, 0), (float("nan"), 1)], []])
def test_ring_that_is_none_is_refused(ring: list[tuple[float, ...]]) -> None:
    with pytest.raises(ValueError, match="ring"):
        Polygon(ring)


def test_rectangle_without_area_is_empty() -> None:
    assert rectangle(3, 3, 3, 9).is_empty
    assert rectangle(3, 3, 5, 9).area == 12
