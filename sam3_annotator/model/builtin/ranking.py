"""Predicts how good an answer a look leads to, so that the best of several looks is gone on from."""

from __future__ import annotations

import math

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from sam3_annotator.model.builtin.asked import Asked
from sam3_annotator.model.builtin.looks import Look
from sam3_annotator.model.builtin.zoom import Box, ViewWindow

TRAITS = 16
HIDDEN = 24

USUAL_SPAN = 200.0
"""Image pixels; spans of windows are told in parts of it."""


class RankingHead(nn.Module):
    """From a look's traits to the IoU of what going on from it ends in.

    Until it is fitted it says what the network predicts for the look's own mask.
    """

    def __init__(self) -> None:
        super().__init__()
        self.mlp = nn.Sequential(nn.Linear(TRAITS, HIDDEN), nn.ReLU(), nn.Linear(HIDDEN, 1))
        nn.init.zeros_(self.mlp[2].weight)  # type: ignore[arg-type]  # torch types parameters of a sequence as modules too
        nn.init.zeros_(self.mlp[2].bias)  # type: ignore[arg-type]

    def forward(self, traits: Tensor) -> Tensor:
        """`(N, 16)` -> logits of the IoU `(N,)`."""
        found: Tensor = traits[:, 0] + self.mlp(traits)[:, 0]
        return found

    def rank(self, looks: list[NDArray[np.float32]]) -> NDArray[np.float32]:
        """Give the IoU `(N,)` to be expected of looks, each described by its traits."""
        with torch.inference_mode():
            return np.asarray(self(torch.from_numpy(np.stack(looks))).sigmoid().numpy(), np.float32)


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
