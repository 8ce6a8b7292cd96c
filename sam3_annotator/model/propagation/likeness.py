"""How much two pictures of an object look the same."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

LIGHT_FLOOR, CONTRAST_FLOOR = 585.0, 150.0
"""Differences of brightness and of contrast below these (squared grey values) are noise."""

UNLIKE, ALIKE = 0.2, 1.0
"""What other things have in common, and what is the same: the ends of the scale."""


def likeness(first: NDArray[np.uint8], second: NDArray[np.uint8], weights: NDArray[np.float64]) -> float:
    """Compare two pictures `(h, w, 3)` where `weights` `(h, w)` says so; 0..1, 1 being the same.

    The structural similarity (Wang et al. 2004) of the object as a whole, in all colours at once.
    """
    weights = (weights / weights.sum())[..., None]
    first, second = first.astype(np.float64), second.astype(np.float64)
    mean_first, mean_second = (first * weights).sum((0, 1)), (second * weights).sum((0, 1))
    aside_first, aside_second = first - mean_first, second - mean_second
    spread = ((aside_first**2 + aside_second**2) * weights).sum() + 3 * CONTRAST_FLOOR
    structure = (2 * (aside_first * aside_second * weights).sum() + 3 * CONTRAST_FLOOR) / spread
    brightness = (2 * mean_first * mean_second + LIGHT_FLOOR) / (mean_first**2 + mean_second**2 + LIGHT_FLOOR)
    similarity = float(structure * brightness.mean())
    return min(max((similarity - UNLIKE) / (ALIKE - UNLIKE), 0.0), 1.0)
