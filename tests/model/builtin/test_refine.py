"""Refinement: borders move to edges, clicks come true."""

from __future__ import annotations

import numpy as np
from hypothesis import given, strategies as st
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

from sam3_annotator.model.builtin.asked import Asked
from sam3_annotator.model.builtin.refine import follow_edges, obey, obey_box, obey_clicks
from sam3_annotator.model.builtin.zoom import ViewWindow


def test_a_border_next_to_an_edge_moves_onto_it() -> None:
    pixels = np.zeros((64, 64, 3), np.uint8)
    pixels[:, 30:] = (200, 150, 90)
    chance = np.zeros((1, 64, 64), np.float32)
    chance[:, :, 31:] = 1  # a pixel too far to the right

    refined = follow_edges(chance, pixels)[0] > 0.5

    assert refined[32].tolist() == [column >= 30 for column in range(64)]


def test_without_edges_a_mask_stays_where_it_is() -> None:
    pixels = np.full((64, 64, 3), 90, np.uint8)
    chance = np.zeros((1, 64, 64), np.float32)
    chance[:, :, 32:] = 1

    refined = follow_edges(chance, pixels)[0] > 0.5

    assert (refined == (chance[0] > 0.5)).mean() > 0.98


def mean_near(plane: NDArray[np.float64], radius: int) -> NDArray[np.float64]:
    padded = np.pad(plane, [(radius, radius)] * 2 + [(0, 0)] * (plane.ndim - 2), mode="reflect")
    windows = sliding_window_view(padded, (2 * radius + 1, 2 * radius + 1), (0, 1))
    return np.asarray(windows.mean((-2, -1)))


def test_near_every_pixel_a_mask_is_fitted_as_a_linear_function_of_colour() -> None:
    rng = np.random.default_rng(0)
    pixels, chance = rng.integers(0, 256, (14, 14, 3)).astype(np.uint8), rng.random((14, 14))
    colour = pixels / 255

    found = follow_edges(chance[None].astype(np.float32), pixels, radius=2, smoothness=1e-3)[0]

    mean = mean_near(colour, 2)
    products = mean_near(colour[..., :, None] * colour[..., None, :], 2) - mean[..., :, None] * mean[..., None, :]
    covariance = mean_near(colour * chance[..., None], 2) - mean * mean_near(chance, 2)[..., None]
    slope = np.linalg.solve(products + 1e-3 * np.eye(3), covariance[..., None])[..., 0]
    offset = mean_near(chance, 2) - (slope * mean).sum(-1)
    expected = (mean_near(slope, 2) * colour).sum(-1) + mean_near(offset, 2)
    np.testing.assert_allclose(found, expected.clip(0, 1), atol=1e-4)


@given(
    points=st.lists(
        st.tuples(st.floats(0, 63.9), st.floats(0, 63.9), st.booleans()),
        max_size=4,
        unique_by=lambda point: (int(point[0] // 8), int(point[1] // 8)),
    )
)
def test_every_click_on_a_plain_mask_is_obeyed(points: list[tuple[float, float, bool]]) -> None:
    chance = np.zeros((64, 64), np.float32)
    chance[16:48, 16:48] = 0.8
    spread = [(8 * (x // 8) + 4, 8 * (y // 8) + 4, positive) for x, y, positive in points]

    obedient = obey_clicks(chance, spread) > 0.5

    assert all(obedient[int(y), int(x)] == positive for x, y, positive in spread)


def test_parts_that_nobody_clicked_go() -> None:
    chance = np.zeros((64, 64), np.float32)
    chance[5:20, 5:20] = chance[40:60, 40:60] = 0.9

    obedient = obey_clicks(chance, [(10, 10, True)]) > 0.5

    assert obedient[10, 10]
    assert not obedient[50, 50]


def test_nothing_far_outside_a_box_stays_and_all_inside_does() -> None:
    chance = np.ones((64, 64), np.float32)

    kept = obey_box(chance, (20.0, 10.0, 40.0, 30.0)) > 0.5

    assert kept[10:30, 20:40].all()
    assert not kept[:, :17].any()
    assert not kept[34:].any()


def test_a_mask_obeys_box_and_clicks_where_the_window_shows_them() -> None:
    window = ViewWindow(100, 200, 128)  # two pixels of the image for one of the view
    asked = Asked(((150.0, 230.0, False), (200.0, 300.0, True)), (120.0, 220.0, 160.0, 260.0), None)

    obedient = obey(np.full((64, 64), 0.9, np.float32), window, asked) > 0.5

    # The box, widened to the click on the object beyond it, and by a tenth: 10..50 across and down in the view.
    rows, columns = np.flatnonzero(obedient.any(1)), np.flatnonzero(obedient.any(0))
    assert (columns[0], columns[-1], rows[0], rows[-1]) == (6, 53, 6, 53)
    assert not obedient[15, 25]
    assert obedient[50, 50]


def test_without_a_box_only_clicks_are_obeyed() -> None:
    asked = Asked(((110.0, 210.0, True),), None, None)

    obedient = obey(np.full((64, 64), 0.9, np.float32), ViewWindow(100, 200, 128), asked)

    assert (obedient > 0.5).all()
