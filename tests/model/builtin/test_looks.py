"""A look gives what is seen, each thing as the mean of the masks that show it."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from sam3_annotator.model.builtin.looks import Look, StemArrays, View
from sam3_annotator.model.builtin.zoom import ViewWindow

SIDE = 64
NOTHING = StemArrays(np.zeros((1, 16, 1, 1), np.float32), np.zeros((1, 24, 1, 1), np.float32))
VIEW = View(ViewWindow(32.0, 32.0, 64.0), np.zeros((SIDE, SIDE, 3), np.uint8), NOTHING)


def look(*columns: tuple[int, int], sure: tuple[float, ...] = (0.9, 0.9, 0.9, 0.9)) -> Look:
    """Make a look of four masks, each on some columns, with so much probability there."""
    chances = np.full((4, SIDE, SIDE), 0.1, np.float32)
    for chance, (first, last), value in zip(chances, columns, sure, strict=True):
        chance[:, first:last] = value
    return Look(VIEW, chances, np.array([0.8, 0.4, 0.6, 0.2], np.float32))


def values(chance: NDArray[np.float32]) -> list[float]:
    """Give the probability at each column."""
    return [float(value) for value in chance[0]]


def test_masks_that_show_the_same_thing_are_one_guess_which_is_their_mean() -> None:
    one, other = look((0, 40), (0, 40), (0, 34), (50, 60), sure=(0.9, 0.6, 0.9, 0.9)).guesses()

    assert (one.index, other.index) == (0, 3)
    assert values(one.chance)[0] == pytest.approx((0.8 * 0.9 + 0.4 * 0.6 + 0.6 * 0.9) / 1.8)
    assert values(one.chance)[36] == pytest.approx((0.8 * 0.9 + 0.4 * 0.6 + 0.6 * 0.1) / 1.8)
    assert values(other.chance)[50] == pytest.approx(0.9)
    assert values(other.chance)[0] == pytest.approx(0.1)
    assert one.chance.dtype == np.float32


def test_a_part_and_the_whole_stay_apart() -> None:
    whole, part, *_ = look((0, 40), (0, 20), (50, 60), (50, 60)).guesses()

    assert values(whole.chance)[30] == pytest.approx(0.9)
    assert values(part.chance)[30] == pytest.approx(0.1)


def test_of_an_empty_look_the_merged_mask_is_given() -> None:
    (only,) = look((0, 0), (0, 0), (0, 0), (0, 0)).guesses()

    assert only.index == 0
    assert float(only.chance.max()) < 0.5
