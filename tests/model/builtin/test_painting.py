"""Painting: every pixel of the image says what the view, interpolated, says there."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, strategies as st
from numpy.typing import NDArray

from sam3_annotator.model.builtin.painting import paint_mask
from sam3_annotator.model.builtin.zoom import ViewWindow

TOO_CLOSE = 1e-4
"""Probabilities so near to a half may fall on either side."""


def interpolate(
    chance: NDArray[np.float32], across: NDArray[np.float64], down: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Give probabilities at places `(W,)` and `(H,)` in pixels of the view; beyond it they are 0."""
    last = len(chance) - 1
    x, y = (np.clip(place - 0.5, 0, last) for place in (across, down))
    left, top = (np.minimum(place.astype(int), last - 1) for place in (x, y))
    rows = chance[top] + (chance[top + 1] - chance[top]) * (y - top)[:, None]
    values = rows[:, left] + (rows[:, left + 1] - rows[:, left]) * (x - left)
    seen_across, seen_down = ((place >= 0) & (place <= last + 1) for place in (across, down))
    return np.where(seen_down[:, None] & seen_across, values, 0.0)


@given(
    seed=st.integers(0, 10**6), side=st.sampled_from([2, 7, 32]), height=st.integers(1, 90), width=st.integers(1, 90),
    x0=st.floats(-60, 80), y0=st.floats(-60, 80), span=st.floats(1, 150),
)  # fmt: skip
def test_a_pixel_is_on_where_the_interpolated_view_is(
    seed: int, side: int, height: int, width: int, x0: float, y0: float, span: float
) -> None:
    chance = np.random.default_rng(seed).random((side, side)).astype(np.float32)
    mask = np.zeros((height, width), np.bool_)

    paint_mask(mask, chance, ViewWindow(x0, y0, span))

    across, down = ((np.arange(size) + 0.5 - start) * side / span for size, start in ((width, x0), (height, y0)))
    expected = interpolate(chance, across, down)
    at_the_rim = [np.minimum(abs(place), abs(place - side)) < TOO_CLOSE for place in (down, across)]
    clear = (abs(expected - 0.5) > TOO_CLOSE) & ~at_the_rim[0][:, None] & ~at_the_rim[1]
    np.testing.assert_array_equal(mask[clear], expected[clear] > 0.5)


def test_what_was_on_before_stays_on() -> None:
    mask = np.zeros((8, 8), np.bool_)
    mask[0, 0] = True

    paint_mask(mask, np.eye(4, dtype=np.float32), ViewWindow(0, 0, 8))

    assert mask[0, 0]
    assert mask[7, 7]


def test_nothing_is_painted_of_a_view_in_which_nothing_is_on() -> None:
    mask = np.zeros((8, 8), np.bool_)

    paint_mask(mask, np.full((4, 4), 0.4, np.float32), ViewWindow(0, 0, 8))

    assert not mask.any()


@pytest.mark.parametrize("across", [True, False], ids=["row", "column"])
@pytest.mark.parametrize("span", [5.0, 40.0, 330.0])
def test_a_thin_line_is_painted_wherever_it_lies(across: bool, span: float) -> None:
    chance = np.zeros((20, 20), np.float32)
    chance[13, 2:18] = 0.95
    chance = chance if across else chance.T.copy()
    window, mask = ViewWindow(7.3, -4.6, span), np.zeros((300, 280), np.bool_)

    paint_mask(mask, chance, window)

    down, right = (np.arange(size) + 0.5 for size in mask.shape)
    expected = interpolate(chance, (right - window.x0) * 20 / span, (down - window.y0) * 20 / span)
    np.testing.assert_array_equal(mask, expected > 0.5)
