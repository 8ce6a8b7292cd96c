"""Candidates: which are offered, in which order, and where they are painted."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, strategies as st
from numpy.typing import NDArray

from sam3_annotator.model.builtin.candidates import Candidate, choose_candidates, drop_alike, paint
from sam3_annotator.model.builtin.zoom import ViewWindow

WINDOW = ViewWindow(0, 0, 64)


def squares(*sizes: int) -> list[NDArray[np.float32]]:
    chances = []
    for size in sizes:
        chance = np.zeros((64, 64), np.float32)
        chance[32 - size : 32 + size, 32 - size : 32 + size] = 0.9
        chances.append(chance)
    return chances


def widths(candidates: list[Candidate]) -> list[int]:
    return [int((one.chance > 0.5).any(0).sum()) // 2 for one in candidates]


def test_the_masks_of_one_look_come_best_first() -> None:
    scores = np.array([0.6, 0.3, 0.9, 0.5], np.float32)

    chosen = choose_candidates(squares(10, 5, 15, 20), scores, WINDOW)

    assert widths(chosen) == [15, 10, 20, 5]
    assert [one.predicted_iou for one in chosen] == pytest.approx([0.9, 0.6, 0.5, 0.3])


def test_masks_that_look_the_same_are_offered_once() -> None:
    scores = np.array([0.6, 0.7, 0.5, 0.4], np.float32)

    assert widths(choose_candidates(squares(30, 30, 10, 10), scores, WINDOW)) == [30, 10]


def test_an_empty_mask_is_offered_only_if_all_are_empty() -> None:
    scores = np.array([0.9, 0.5], np.float32)

    assert widths(choose_candidates(squares(0, 10), scores, WINDOW)) == [10]
    assert widths(choose_candidates(squares(0, 0), scores, WINDOW)) == [0]


def square(width: float, predicted: float, window: ViewWindow) -> Candidate:
    """Make a square around the middle of a window, `width` in pixels of the image."""
    (chance,) = squares(round(width / window.span * 64 / 2))
    return Candidate(chance, predicted, window)


def test_what_two_windows_show_alike_is_offered_once() -> None:
    near, wide = ViewWindow(192, 192, 128), ViewWindow(0, 0, 512)

    offered = drop_alike([square(64, 0.8, near), square(64, 0.7, wide), square(32, 0.6, near)])

    assert [(one.window, one.predicted_iou) for one in offered] == [(near, 0.8), (near, 0.6)]


def test_what_another_window_shows_is_offered_too_unless_it_is_the_same() -> None:
    wide, near = ViewWindow(0, 0, 512), ViewWindow(192, 192, 128)  # of the same middle
    chosen = [square(64, 0.8, near), square(32, 0.5, near)]

    offered = drop_alike(chosen, [square(64, 0.9, wide), square(256, 0.7, wide), square(16, 0.3, near)])

    assert [round(one.area()[2] - one.area()[0]) for one in offered] == [64, 256, 32, 16]
    assert [one.window for one in offered] == [near, wide, near, near]


def test_no_more_are_offered_than_people_cycle_through() -> None:
    window = ViewWindow(0, 0, 512)
    sizes = [256 - 28 * number for number in range(8)]

    offered = drop_alike([square(size, 0.9 - 0.1 * number, window) for number, size in enumerate(sizes)])

    assert [one.predicted_iou for one in offered] == [0.9 - 0.1 * number for number in range(6)]


def test_what_another_window_shows_never_comes_first() -> None:
    near, wide = ViewWindow(192, 192, 128), ViewWindow(0, 0, 512)

    offered = drop_alike([square(64, 0.6, near)], [square(256, 0.9, wide)])

    assert [one.predicted_iou for one in offered] == [0.6, 0.6]
    assert offered[0].window == near


def test_where_nothing_is_seen_through_any_window_one_empty_mask_is_offered() -> None:
    near, wide = ViewWindow(192, 192, 128), ViewWindow(0, 0, 512)

    offered = drop_alike([square(0, 0.6, near)], [square(0, 0.9, wide)])

    assert [one.window for one in offered] == [near]


@given(
    x0=st.floats(-40, 300), y0=st.floats(-40, 200), span=st.floats(48, 400), height=st.integers(5, 300),
    width=st.integers(5, 400),
)  # fmt: skip
def test_a_mask_is_painted_where_the_window_lies(x0: float, y0: float, span: float, height: int, width: int) -> None:
    (chance,) = squares(16)  # the middle half of the view

    found = paint([Candidate(chance, 0.5, ViewWindow(x0, y0, span))], (height, width))

    rows, columns = np.mgrid[:height, :width] + 0.5
    cell = span / 64
    across = np.abs(columns - x0 - span / 2) - span / 4
    down = np.abs(rows - y0 - span / 2) - span / 4
    inside, outside = (across < -cell) & (down < -cell), (across > cell) | (down > cell)
    assert found.masks[0][inside].all()
    assert not found.masks[0][outside].any()


def test_a_mask_that_fills_the_view_ends_where_the_view_ends() -> None:
    full = np.ones((64, 64), np.float32)

    found = paint([Candidate(full, 0.5, ViewWindow(10, 20, 64))], (300, 300))

    rows, columns = np.nonzero(found.masks[0])
    assert (rows.min(), columns.min()) == pytest.approx((20, 10), abs=1)
    assert (rows.max(), columns.max()) == pytest.approx((83, 73), abs=1)


def test_logits_agree_with_the_mask() -> None:
    (chance,) = squares(16)

    found = paint([Candidate(chance, 0.5, ViewWindow(0, 0, 128))], (128, 128))

    assert found.low_res_logits.shape == (1, 128, 128)
    assert ((found.low_res_logits[0] > 0) == found.masks[0]).mean() > 0.99


def test_the_area_of_a_candidate_is_where_anything_is_on() -> None:
    chance = np.zeros((64, 64), np.float32)
    chance[10:20, 30:50] = 0.9

    assert Candidate(chance, 0.5, ViewWindow(100, 200, 128)).area() == (160, 220, 200, 240)
    assert Candidate(np.zeros_like(chance), 0.5, ViewWindow(100, 200, 128)).area() == (164, 264, 164, 264)


def test_logits_of_a_large_image_are_small_and_of_its_proportions() -> None:
    found = paint([Candidate(*squares(16), 0.5, ViewWindow(0, 0, 600))], (300, 600))

    assert found.low_res_logits.shape == (1, 128, 256)
