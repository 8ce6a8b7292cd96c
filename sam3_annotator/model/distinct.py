"""Tells which of several masks a user would take for one another."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

SAME_ABOVE = 0.92
"""Two masks with this IoU are one to the user."""


def choose_distinct(masks: Iterable[NDArray[np.bool_]]) -> list[int]:
    """Give the indices of masks, best first, that are not empty and not like an earlier one."""
    kept: dict[int, NDArray[np.bool_]] = {}
    for index, mask in enumerate(masks):
        if mask.any() and all(overlap(mask, earlier) < SAME_ABOVE for earlier in kept.values()):
            kept[index] = mask
    return list(kept)


def overlap(first: NDArray[np.bool_], second: NDArray[np.bool_]) -> float:
    """Give the IoU of two masks, 0 if both are empty."""
    both, either = int(np.count_nonzero(first & second)), int(np.count_nonzero(first | second))
    return both / max(either, 1)
