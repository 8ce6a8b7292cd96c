"""Windows: where things are, there and back, and what is seen."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, strategies as st

from sam3_annotator.model.builtin.zoom import Belief, Box, Pyramid, ViewWindow, parts_with

sizes = st.tuples(st.integers(8, 3000), st.integers(8, 3000))


@given(size=sizes)
def test_the_whole_window_holds_every_corner(size: tuple[int, int]) -> None:
    height, width = size

    window = ViewWindow.whole(size)

    for x, y in ((0, 0), (width, height)):
        u, v = window.place(x, y, 100)
        assert -1e-6 <= u <= 100 + 1e-6
        assert -1e-6 <= v <= 100 + 1e-6


@given(size=sizes, data=st.data(), margin=st.floats(1.2, 3))
def test_a_window_around_a_box_holds_the_box(size: tuple[int, int], data: st.DataObject, margin: float) -> None:
    height, width = size
    x0, x1 = sorted(data.draw(st.tuples(st.floats(0, width), st.floats(0, width))))
    y0, y1 = sorted(data.draw(st.tuples(st.floats(0, height), st.floats(0, height))))

    window = ViewWindow.around((x0, y0, x1, y1), margin, size)

    u0, v0, u1, v1 = window.place_box((x0, y0, x1, y1), 100)
    assert min(u0, v0) >= -0.01
    assert max(u1, v1) <= 100.01


def test_a_window_stays_inside_an_image_that_is_large_enough() -> None:
    window = ViewWindow.around((0, 0, 100, 100), 2.0, (1000, 1000))

    assert (window.x0, window.y0, window.span) == (0, 0, 200)


@pytest.mark.parametrize(
    ("box", "margin", "size", "window"),
    [
        pytest.param((400, 300, 500, 320), 2.0, (1000, 1000), (350, 210, 200), id="its middle is the box's"),
        pytest.param((900, 950, 1000, 1000), 2.0, (1000, 1000), (800, 800, 200), id="moved in from right and bottom"),
        pytest.param((10, 20, 60, 30), 3.0, (100, 400), (0, -25, 150), id="centred where it does not fit"),
        pytest.param((500, 500, 502, 503), 2.0, (1000, 1000), (477, 477.5, 48), id="not too close"),
        pytest.param((0, 0, 1000, 500), 3.0, (500, 1000), (-25, -275, 1050), id="hardly larger than the image"),
    ],
)
def test_a_window_lies_around_its_box(
    box: Box, margin: float, size: tuple[int, int], window: tuple[float, float, float]
) -> None:
    assert ViewWindow.around(box, margin, size) == ViewWindow(*window)


def test_a_window_shows_a_box_with_some_room_at_about_the_ideal_size() -> None:
    window, ideal = ViewWindow(100, 200, 100), ViewWindow(0, 0, 100)

    assert window.shows((106, 206, 194, 294), ideal)
    for box in ((105, 206, 194, 294), (106, 205, 194, 294), (106, 206, 195, 294), (106, 206, 194, 295)):
        assert not window.shows(box, ideal)
        assert window.shows(box, window)  # there is none better
    spans = [span for span in (79, 81, 119, 121) if window.shows((120, 220, 180, 280), ViewWindow(0, 0, span))]
    assert spans == [81, 119]


@pytest.mark.parametrize("size", [(64, 64), (300, 500), (1500, 2000)])
def test_a_cut_shows_each_place_where_it_is(size: tuple[int, int]) -> None:
    height, width = size
    rows, columns = np.mgrid[:height, :width]
    ramp = np.stack([columns * 255 / width, rows * 255 / height, np.zeros(size)], 2).astype(np.uint8)
    window = ViewWindow.around((width * 0.3, height * 0.3, width * 0.6, height * 0.6), 1.5, size)

    view = Pyramid(ramp, 64).cut(window, 64)

    for u, v in ((10, 20), (32, 32), (55, 40)):
        x, y = window.x0 + (u + 0.5) * window.span / 64, window.y0 + (v + 0.5) * window.span / 64
        assert view[v, u, 0] == pytest.approx(x * 255 / width, abs=3)
        assert view[v, u, 1] == pytest.approx(y * 255 / height, abs=3)


def test_beyond_the_image_a_cut_is_grey() -> None:
    view = Pyramid(np.full((20, 100, 3), 255, np.uint8), 64).cut(ViewWindow.whole((20, 100)), 64)

    assert (view[:20] == 127).all()
    assert (view[30:34] == 255).all()


def test_a_pyramid_ends_near_the_size_of_a_view() -> None:
    pyramid = Pyramid(np.zeros((3000, 4000, 3), np.uint8), 224)

    assert max(pyramid.levels[-1].shape) <= 2 * 224
    assert pyramid.nbytes < 1.4 * pyramid.levels[0].nbytes


def test_a_belief_from_a_mask_is_seen_where_the_mask_is() -> None:
    mask = np.zeros((300, 400), np.bool_)
    mask[100:200, 150:300] = True

    belief = Belief.from_mask(mask, 64)

    assert belief is not None
    assert belief.box() == pytest.approx((150, 100, 300, 200), abs=4)
    seen = belief.seen_through(ViewWindow.whole((300, 400)), 100) > 0.5
    assert seen.mean() == pytest.approx(150 * 100 / 400**2, abs=0.01)
    assert belief.from_mask(np.zeros((9, 9), np.bool_), 64) is None


def test_a_belief_from_a_small_mask_bounds_just_its_pixels() -> None:
    mask = np.zeros((100, 100), np.bool_)
    mask[10:20, 30:50] = True

    belief = Belief.from_mask(mask, 64)

    assert belief is not None
    assert belief.box() == (30, 10, 50, 20)


def test_a_belief_from_logits_lies_over_the_whole_image() -> None:
    logits = np.full((3, 4), -2, np.float32)
    logits[1, 2] = 2

    belief = Belief.from_logits(logits, (30, 80))

    assert belief.box() == (40, 10, 60, 20)
    assert belief.chance[1, 2] == pytest.approx(1 / (1 + np.exp(-2)))


def test_a_belief_bounds_only_the_part_that_was_clicked() -> None:
    chance = np.zeros((10, 10), np.float32)
    chance[1:3, 1:3] = chance[6:9, 6:9] = 1
    belief = Belief(chance, (0, 0, 100, 100))

    assert belief.box([(15, 15)]) == (10, 10, 30, 30)
    assert belief.box([(50, 50)]) == (10, 10, 90, 90)


def test_parts_without_a_point_go() -> None:
    on = np.array([[1, 0, 1]], np.uint8)

    assert parts_with(on, [(2.5, 0.5)]).tolist() == [[0, 0, 1]]
    assert parts_with(on, [(1.5, 0.5)]).tolist() == [[1, 0, 1]]
    assert parts_with(on, [(9.0, 0.5)]).tolist() == [[1, 0, 1]]


def test_a_belief_agrees_with_clicks_that_it_puts_on_the_right_side() -> None:
    chance = np.zeros((10, 10), np.float32)
    chance[:, :5] = 0.9
    belief = Belief(chance, (100.0, 100.0, 200.0, 200.0))
    left, right, outside = (120.0, 150.0), (180.0, 150.0), (50.0, 150.0)

    assert belief.agrees([(*left, True), (*right, False), (*outside, False)])
    assert not belief.agrees([(*left, False)])
    assert not belief.agrees([(*right, True)])
    assert not belief.agrees([(*outside, True)])
