"""Tells how much a mask is like an exemplar's, by what is in it and around it, its size and its shape."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sam3_annotator.model.builtin.zoom import to_chance

Floats = NDArray[np.float32]

MOST_ALIKE = 1.2
"""More contrast than this over the exemplar's makes a mask no more alike."""

TRAITS = 6

UNFITTED = (4.9, -2.1, -1.7, -1.9, 2.4, -2.4)
UNFITTED_BIAS = 1.7
"""What a likeness that nobody fitted makes of the traits."""


@dataclass(frozen=True, slots=True, eq=False)
class Portrait:
    """What a mask is known by: features inside and their contrast to the surroundings, colour, size, elongation."""

    inside: Floats
    contrast: Floats
    colour: Floats
    log_area: float
    elongation: float


def compare(found: Portrait, wanted: Portrait) -> list[float]:
    """Measure how two masks agree: in contrast to the surroundings, colour, size, and elongation."""
    alike = float(found.contrast @ wanted.contrast / (wanted.contrast @ wanted.contrast + 1e-6))
    return [
        min(alike, MOST_ALIKE),
        float(np.sqrt(np.linalg.norm(found.colour - wanted.colour))),
        abs(found.log_area - wanted.log_area),
        abs(found.elongation - wanted.elongation),
    ]


def describe(found: Portrait, wanted: Sequence[Portrait], predicted_iou: float, doubt: float) -> Floats:
    """Give a mask's traits beside each example `(N, 6)`; `doubt` is the share of it that could as well be off."""
    return np.array([[*compare(found, one), predicted_iou, doubt] for one in wanted], np.float32)


class Likeness:
    """A logistic regression with the weights that `heads.LikenessHead` learns."""

    def __init__(self, weights: Mapping[str, Floats]) -> None:
        """Take what is needed of all the network's weights."""
        self._weight, self._bias = weights["likeness.linear.weight"], weights["likeness.linear.bias"]

    def score(self, traits: Floats) -> Floats:
        """Give the chances `(N,)` that masks with traits `(N, 6)` are instances."""
        return to_chance((traits @ self._weight.T + self._bias)[:, 0])
