"""The map between image and canvas."""

from __future__ import annotations

import pytest
from hypothesis import assume, given, strategies as st

from sam3_annotator.ui.canvas.hit_test import BoxXyxy
from sam3_annotator.ui.canvas.view_transform import (
    FIT_MARGIN,
    KEPT_IN_VIEW,
    MAX_ZOOM,
    MIN_ZOOM,
    ViewTransform,
    closed_in,
    fitted,
    fitted_box,
    opened,
)

coordinates = st.floats(-1e5, 1e5)
zooms = st.floats(MIN_ZOOM, MAX_ZOOM)
views = st.builds(ViewTransform, zooms, coordinates, coordinates)
sizes = st.tuples(st.integers(1, 40_000).map(float), st.integers(1, 40_000).map(float))
canvases = st.tuples(st.integers(200, 4000).map(float), st.integers(200, 4000).map(float))


@given(views, coordinates, coordinates)
def test_mapping_to_the_canvas_and_back_gives_the_same_point(view: ViewTransform, x: float, y: float) -> None:
    back = view.to_image(*view.to_canvas(x, y))

    assert back == pytest.approx((x, y), abs=1e-6, rel=1e-9)


@given(views, coordinates, coordinates)
def test_mapping_to_the_image_and_back_gives_the_same_point(view: ViewTransform, x: float, y: float) -> None:
    back = view.to_canvas(*view.to_image(x, y))

    assert back == pytest.approx((x, y), abs=1e-6, rel=1e-9)


@given(views, st.floats(1e-4, 1e4), st.floats(0, 4000), st.floats(0, 4000))
def test_zooming_keeps_the_point_under_the_cursor(view: ViewTransform, zoom: float, x: float, y: float) -> None:
    before = view.to_image(x, y)

    zoomed = view.zoomed(zoom, x, y)

    assert zoomed.to_canvas(*before) == pytest.approx((x, y), abs=1e-5)
    assert MIN_ZOOM <= zoomed.zoom <= MAX_ZOOM


@given(views, sizes, canvases)
def test_a_piece_of_the_image_always_stays_on_the_canvas(
    view: ViewTransform, image: tuple[float, float], canvas: tuple[float, float]
) -> None:
    kept = view.kept_in_view(image, canvas)

    left, top, right, bottom = kept.box_to_canvas((0.0, 0.0, *image))
    for low, high, length, room in ((left, right, image[0], canvas[0]), (top, bottom, image[1], canvas[1])):
        piece = min(KEPT_IN_VIEW, length * view.zoom, room / 2)
        assert min(high, room) - max(low, 0) >= piece - 1e-6
    assert kept.kept_in_view(image, canvas) == kept


@pytest.mark.parametrize("offset", [(-320, 50), (720, 50), (100, -220), (100, 520), (100, 50)])
def test_an_image_of_which_a_piece_is_seen_stays_where_it_is(offset: tuple[float, float]) -> None:
    view = ViewTransform(1.0, *offset)

    assert view.kept_in_view((400.0, 300.0), (800.0, 600.0)) == view


@given(sizes, canvases)
def test_a_fitted_image_is_centred_and_as_large_as_fits(
    image: tuple[float, float], canvas: tuple[float, float]
) -> None:
    view = fitted(image, canvas)

    assert view.to_canvas(image[0] / 2, image[1] / 2) == pytest.approx((canvas[0] / 2, canvas[1] / 2), abs=1e-6)
    assume(view.zoom > MIN_ZOOM)
    width, height = image[0] * view.zoom, image[1] * view.zoom
    assert width <= canvas[0]
    assert height <= canvas[1]


@pytest.mark.parametrize(("size", "zoom"), [(32.0, (800 - 2 * FIT_MARGIN) / 32), (4.0, MAX_ZOOM)])
def test_a_tiny_image_is_fitted_like_any_other(size: float, zoom: float) -> None:
    assert fitted((size, size), (1000.0, 800.0)).zoom == zoom


def test_resizing_keeps_the_middle_in_the_middle() -> None:
    view = ViewTransform(2.0, -100.0, 50.0)

    resized = view.resized((800.0, 600.0), (1000.0, 400.0))

    assert resized.to_image(500.0, 200.0) == view.to_image(400.0, 300.0)


def test_a_box_is_shown_whole_with_its_margin() -> None:
    view = fitted_box((10.0, 20.0, 110.0, 70.0), (800.0, 600.0), margin=100.0)

    assert view.box_to_canvas((10.0, 20.0, 110.0, 70.0)) == pytest.approx((100.0, 150.0, 700.0, 450.0))


@pytest.mark.parametrize(
    ("image", "top"), [((100.0, 200.0), 60.0), ((200.0, 100.0), 112.0), ((100.0, 1000.0), 60.0), ((176.0, 130.0), 60.0)]
)
def test_a_fitted_image_keeps_clear_of_what_covers_the_canvas_and_in_the_middle_where_it_can(
    image: tuple[float, float], top: float
) -> None:
    canvas, covered = (800.0, 600.0), 60.0

    view = fitted(image, canvas, covered)

    x0, y0, x1, y1 = view.box_to_canvas((0.0, 0.0, *image))
    assert y0 == pytest.approx(max(covered, (canvas[1] - (y1 - y0)) / 2))
    assert y0 == pytest.approx(top)
    assert y1 <= canvas[1] - FIT_MARGIN + 1e-6
    assert x0 + x1 == pytest.approx(canvas[0])


@pytest.mark.parametrize("box", [(0.0, 0.0, 400.0, 300.0), (10.0, 5.0, 390.0, 290.0)])
def test_closing_in_on_what_fills_the_image_shows_it_no_smaller_than_the_whole_image(box: BoxXyxy) -> None:
    assert closed_in(box, (400.0, 300.0), (800.0, 600.0), 8.0) == fitted((400.0, 300.0), (800.0, 600.0))


@pytest.mark.parametrize(("size", "along"), [((20_000.0, 40.0), 0), ((40.0, 20_000.0), 1), ((20_000.0, 1.0), 0)])
def test_strip_opens_at_its_beginning_so_that_it_is_seen_across(size: tuple[float, float], along: int) -> None:
    view = opened(size, (1000.0, 700.0))

    assert view is not None
    begin, end = view.to_canvas(0, 0), view.to_canvas(*size)
    assert begin[along] == FIT_MARGIN
    assert end[1 - along] - begin[1 - along] >= 40
    assert begin[1 - along] >= FIT_MARGIN


@pytest.mark.parametrize("size", [(4000.0, 3000.0), (8.0, 8.0), (20_000.0, 400.0), (1.0, 1.0)])
def test_other_images_open_as_a_whole(size: tuple[float, float]) -> None:
    assert opened(size, (1000.0, 700.0)) is None
