"""Strokes of a brush added to regions and taken away."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings, strategies as st
from numpy.typing import NDArray

from sam3_annotator.project.geometry import difference, is_valid_region, union
from sam3_annotator.project.masks import mask_to_region, region_to_mask
from sam3_annotator.project.regions import Polygon, Region, rectangle
from sam3_annotator.project.strokes import brushed

WIDTH, HEIGHT = 60, 50
SIZE = WIDTH, HEIGHT
SQUARE = rectangle(10, 10, 40, 40)
DONUT = Region((Polygon([(10, 10), (40, 10), (40, 40), (10, 40)], [[(20, 20), (20, 30), (30, 30), (30, 20)]]),))

Mask = NDArray[np.bool_]
places = st.tuples(st.floats(-10, WIDTH + 10), st.floats(-10, HEIGHT + 10))
ways = st.lists(places, min_size=1, max_size=12)
masks = st.builds(
    lambda seed, share: np.random.default_rng(seed).random((HEIGHT // 5, WIDTH // 5)).repeat(5, 0).repeat(5, 1) < share,
    st.integers(0, 1000),
    st.sampled_from((0.0, 0.3, 0.6, 0.9)),
)


def distances(points: list[tuple[float, float]]) -> NDArray[np.float64]:
    """Give the distance of each pixel's centre from a way, `(H, W)`."""
    ys, xs = np.mgrid[:HEIGHT, :WIDTH] + 0.5
    nearest = np.full((HEIGHT, WIDTH), np.inf)
    for (ax, ay), (bx, by) in zip(points, points[1:] or points, strict=False):
        length = (bx - ax) ** 2 + (by - ay) ** 2
        along = np.clip(((xs - ax) * (bx - ax) + (ys - ay) * (by - ay)) / length, 0, 1) if length else 0.0
        nearest = np.minimum(nearest, np.hypot(xs - ax - along * (bx - ax), ys - ay - along * (by - ay)))
    return nearest


def rings_of(region: Region) -> list[list[list[float]]]:
    return [ring.tolist() for polygon in region.polygons for ring in polygon.rings]


@settings(max_examples=150, deadline=None)
@given(masks, ways, st.floats(1, 15), st.booleans())
def test_a_stroke_changes_what_the_brush_goes_over_and_nothing_else(
    before: Mask, points: list[tuple[float, float]], radius: float, adds: bool
) -> None:
    region = mask_to_region(before)

    after = brushed(region, points, radius, SIZE, adds=adds)

    assert is_valid_region(after)
    distance = distances(points)
    mask = region_to_mask(after, HEIGHT, WIDTH)
    assert (mask[distance < radius - 1] == adds).all()
    # Beside the stroke there are crumbs at most.
    beside = distance > radius + 3
    assert (mask[beside] == before[beside]).all()
    x0, y0, x1, y1 = after.box_xyxy
    assert min(x0, y0) >= 0
    assert x1 <= WIDTH
    assert y1 <= HEIGHT


def test_a_point_is_a_disc_of_the_radius() -> None:
    dab = brushed(Region(), [(30, 25)], 10, SIZE, adds=True)

    (polygon,) = dab.polygons
    reach = np.hypot(*(polygon.outer - (30, 25)).T)
    assert reach == pytest.approx(10, abs=0.01)
    assert dab.area == pytest.approx(np.pi * 100, rel=0.03)


def test_the_smallest_brush_covers_the_pixel_it_is_on() -> None:
    dab = brushed(Region(), [(30.2, 25.9)], 1, SIZE, adds=True)

    mask = region_to_mask(dab, HEIGHT, WIDTH)
    assert mask[25, 30]
    assert mask.sum() <= 4


@pytest.mark.parametrize("points", [[(30, 25), (30, 25)], [(30, 25), (30.1, 25), (30, 25)]])
def test_a_hand_that_stays_where_it_is_makes_a_dab(points: list[tuple[float, float]]) -> None:
    dab = brushed(Region(), points, 10, SIZE, adds=True)

    assert dab.area == pytest.approx(np.pi * 100, rel=0.04)


def test_a_small_turn_back_to_its_start_leaves_nothing_out() -> None:
    turn = [(20, 35), (29, 36), (26, 35), (22, 43), (23, 44), (20, 35)]

    stroke = brushed(Region(), turn, 10.7, (100, 100), adds=True)

    one_by_one = Region()
    for edge in pairwise(turn):
        one_by_one = brushed(one_by_one, edge, 10.7, (100, 100), adds=True)
    assert stroke.area == pytest.approx(one_by_one.area, rel=0.01)


def test_numbers_next_to_nothing_are_nothing() -> None:
    way = [(-0.0, 10), (-5e-324, 0.1), (-7, -1e-69), (0.1, 37), (-1e-132, 0), (-2, 50), (2e-311, 8), (0.1, 7)]

    assert is_valid_region(brushed(Region(), way, 1, SIZE, adds=True))


def test_a_stroke_without_points_is_an_error() -> None:
    with pytest.raises(ValueError, match="point"):
        brushed(SQUARE, np.empty((0, 2)), 5, SIZE, adds=True)


def test_a_hole_is_made_and_filled_and_the_outer_ring_stays_bit_for_bit() -> None:
    holed = brushed(SQUARE, [(25, 25)], 5, SIZE, adds=False)

    (polygon,) = holed.polygons
    assert len(polygon.holes) == 1
    assert np.array_equal(polygon.outer, SQUARE.polygons[0].outer)
    assert brushed(holed, [(25, 25)], 6, SIZE, adds=True) == SQUARE


def test_parts_are_parted_and_joined() -> None:
    parted = brushed(SQUARE, [(5, 25), (45, 25)], 5, SIZE, adds=False)
    joined = brushed(parted, [(25, 15), (25, 35)], 4, SIZE, adds=True)

    assert len(parted.polygons) == 2
    assert len(joined.polygons) == 1


def test_vertices_away_from_the_stroke_stay_bit_for_bit() -> None:
    angles = np.linspace(0, 2 * np.pi, 5000, endpoint=False)
    ring = np.stack((30 + 20 * np.cos(angles), 25 + 20 * np.sin(angles)), axis=1) * 1.1
    region = Region((Polygon(ring),))
    away = {tuple(vertex) for vertex in ring.tolist() if np.hypot(vertex[0] - 55, vertex[1] - 27.5) > 6.5}

    for adds in (True, False):
        after = brushed(region, [(55, 27.5)], 6, (100, 100), adds=adds)

        assert away <= {tuple(vertex) for vertex in rings_of(after)[0]}


def test_rings_and_parts_the_stroke_does_not_touch_stay_as_they_are_and_in_order() -> None:
    far = rectangle(50, 5, 55, 9).polygons[0]
    region = Region((far, *DONUT.polygons, rectangle(50, 20, 55, 29).polygons[0]))

    for adds in (True, False):
        after = brushed(region, [(10, 10)], 4, SIZE, adds=adds)

        assert [rings_of(after)[place] for place in (0, 2, 3)] == [rings_of(region)[place] for place in (0, 2, 3)]


@pytest.mark.parametrize(
    ("points", "adds"),
    [
        ([(15, 15)], True),  # inside
        ([(55, 5)], False),  # outside
        ([(25, 25)], False),  # in the hole
        ([(-20, -20), (-20, 80)], True),  # off the image
        ([(-4, 25)], True),  # at its border
    ],
)
def test_a_stroke_that_changes_nothing_gives_the_region_itself(points: list[tuple[float, float]], adds: bool) -> None:
    assert brushed(DONUT, points, 4, SIZE, adds=adds) is DONUT


def test_everything_can_be_erased() -> None:
    assert brushed(DONUT, [(25, 25)], 40, SIZE, adds=False).is_empty


def test_what_lies_beyond_the_border_is_erased_too_but_not_cut_by_painting() -> None:
    over = rectangle(-5, 10, 20, 30)

    assert brushed(over, [(0, 20)], 8, SIZE, adds=True) is over
    assert brushed(over, [(0, 10), (0, 30)], 9, SIZE, adds=False).box_xyxy[0] > 5


def test_crumbs_at_the_edge_of_the_stroke_go() -> None:
    rim = brushed(rectangle(20, 20, 40, 30.5), [(20, 20), (40, 20)], 10, SIZE, adds=False)
    slit = union(rectangle(10, 10, 24.6, 40), union(rectangle(10, 10, 50, 12), rectangle(10, 38, 50, 40)))

    filled = brushed(slit, [(30, 10), (30, 40)], 5, SIZE, adds=True)

    assert rim.is_empty
    assert not filled.has_holes


def test_a_thin_thing_is_only_erased_where_the_brush_was() -> None:
    rope = rectangle(0, 24, 60, 25.5)

    after = brushed(rope, [(30, 24)], 12, SIZE, adds=False)

    assert len(after.polygons) == 2
    assert after.area == pytest.approx((60 - 24) * 1.5, rel=0.03)


def test_crumbs_that_were_there_before_stay() -> None:
    speck, pinhole = rectangle(30.5, 24, 31.5, 26), rectangle(24.2, 24.7, 24.5, 25)
    holed = difference(SQUARE, pinhole)

    assert brushed(speck, [(20, 25)], 10, SIZE, adds=False) is speck
    assert brushed(holed, [(30, 25), (50, 25)], 5.2, SIZE, adds=True).has_holes


def test_a_filled_crumb_takes_in_the_part_that_lay_in_it() -> None:
    holed = difference(SQUARE, rectangle(24, 24, 27, 27))
    islanded = Region((*holed.polygons, rectangle(24.1, 24.1, 24.2, 24.2).polygons[0]))

    after = brushed(islanded, [(27, 13), (27, 37)], 2.7, SIZE, adds=True)

    assert is_valid_region(after)
    assert len(after.polygons) == 1
    assert not after.has_holes


def test_a_region_that_crosses_itself_is_made_valid_where_it_is_painted() -> None:
    bow = Region((Polygon([(10, 10), (40, 40), (40, 10), (10, 40)]),))

    after = brushed(bow, [(25, 25)], 5, SIZE, adds=True)

    assert is_valid_region(after)
    assert region_to_mask(after, HEIGHT, WIDTH)[25, [12, 25, 38]].tolist() == [True, True, True]


def test_a_scribble_of_a_thousand_points_gets_a_sane_number_of_vertices() -> None:
    turn = np.linspace(0, 40, 1000)
    way = np.stack((500 + 300 * np.sin(3 * turn), 500 + 300 * np.cos(2 * turn)), axis=1)

    after = brushed(Region(), way, 50, (1000, 1000), adds=True)

    assert after.vertex_count < 400
