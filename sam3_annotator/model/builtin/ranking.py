"""Predicts how good an answer a look leads to, so that the best of several looks is gone on from."""

from __future__ import annotations

import math
from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from sam3_annotator.model.builtin.asked import Asked
from sam3_annotator.model.builtin.looks import Look
from sam3_annotator.model.builtin.zoom import Box, ViewWindow, to_chance

TRAITS = 16
HIDDEN = 24

USUAL_SPAN = 200.0
"""Image pixels; spans of windows are told in parts of it."""


class Ranking:
    """The ranking's weights, as `heads.RankingHead` learns them."""

    def __init__(self, weights: Mapping[str, NDArray[np.float32]]) -> None:
        """Take what is needed of all the network's weights."""
        self._first, self._first_bias = weights["ranking.mlp.0.weight"], weights["ranking.mlp.0.bias"]
        self._second, self._second_bias = weights["ranking.mlp.2.weight"], weights["ranking.mlp.2.bias"]

    def rank(self, looks: list[NDArray[np.float32]]) -> NDArray[np.float32]:
        """Give the IoU `(N,)` to be expected of looks, each described by its traits."""
        traits = np.stack(looks)
        hidden = np.maximum(traits @ self._first.T + self._first_bias, 0)
        return to_chance(traits[:, 0] + (hidden @ self._second.T + self._second_bias)[:, 0])


def describe(
    look: Look, asked: Asked, image_size: tuple[int, int], *, goes_on: bool, is_close: bool
) -> NDArray[np.float32]:
    """Describe a look by `TRAITS` numbers, float32.

    `goes_on` says that it started from an earlier answer, `is_close` that it is the last look, at the object's scale.
    """
    chance, window = look.chances[0], look.view.window
    side = len(chance)
    on = chance > 0.5
    total = float(chance.sum())
    count = int(np.count_nonzero(on))
    certain, possible = int(np.count_nonzero(chance > 0.7)), int(np.count_nonzero(chance > 0.3))
    sure = float(chance[on].sum())
    box = look.belief().box(asked.positives)
    points = asked.points_in(window, side)
    agreements = [
        (float(chance[min(int(y), side - 1), min(int(x), side - 1)]) - 0.5) * (1 if positive else -1)
        for x, y, positive in points
    ] or [0.0]
    traits = [
        _logit(float(look.scores[0])),
        _logit(float(look.scores[1:].max())),
        total / chance.size,
        # The IoU if the probabilities were right.
        sure / (count + total - sure + 1e-3),
        float((chance * (1 - chance)).sum()) / (total + 1.0),
        certain / max(possible, 1),
        math.log(window.span / max(image_size)),
        math.log(window.span / USUAL_SPAN),
        max(box[2] - box[0], box[3] - box[1]) / window.span if box is not None else 0.0,
        _touched_sides(box, window, image_size) if box is not None else 0,
        float(goes_on),
        min(agreements),
        sum(agreements) / len(agreements),
        len(asked.points) / 3,
        len(points) / max(len(asked.points), 1),
        float(is_close),
    ]
    return np.array(traits, np.float32)


def _logit(chance: float) -> float:
    chance = min(max(chance, 1e-3), 1 - 1e-3)
    return math.log(chance / (1 - chance))


def _touched_sides(box: Box, window: ViewWindow, image_size: tuple[int, int]) -> int:
    """Count the window's sides that cut the object: it reaches them, and the image goes on beyond."""
    height, width = image_size
    x0, y0, x1, y1 = window.area
    near = 0.015 * window.span
    return sum(
        (
            box[0] <= x0 + near and x0 > 1,
            box[1] <= y0 + near and y0 > 1,
            box[2] >= x1 - near and x1 < width - 1,
            box[3] >= y1 - near and y1 < height - 1,
        )
    )
