"""How much two pictures of an object look the same."""

from __future__ import annotations

import numpy as np
import pytest

from sam3_annotator.model.propagation.likeness import likeness
from tests.model.propagation.scenes import texture

SIDE = 60, 60
ALL = np.ones(SIDE)


def test_the_same_is_the_same() -> None:
    assert likeness(texture(1, SIDE), texture(1, SIDE), ALL) == pytest.approx(1)


def test_another_light_and_noise_take_little() -> None:
    picture = texture(1, SIDE)
    other = np.clip(picture * 1.1 + 8 + np.random.default_rng(0).normal(0, 5, picture.shape), 0, 255).astype(np.uint8)

    assert likeness(picture, other, ALL) > 0.9


def test_something_else_is_not_the_same() -> None:
    assert likeness(texture(1, SIDE), texture(2, SIDE), ALL) < 0.15


def test_plain_things_are_told_by_their_colour() -> None:
    grey, brighter, red = (np.full((*SIDE, 3), color, np.uint8) for color in ((90,) * 3, (96,) * 3, (200, 40, 40)))

    assert likeness(grey, brighter, ALL) > 0.95
    assert likeness(grey, red, ALL) < 0.8


def test_only_what_has_weight_counts() -> None:
    one, other = texture(1, SIDE), texture(2, SIDE)
    other[:30] = one[:30]
    upper = ALL.copy()
    upper[30:] = 0

    assert likeness(one, other, upper) == pytest.approx(1)
    assert likeness(one, other, ALL) < 0.7
