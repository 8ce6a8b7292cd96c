"""Makes masks follow the edges of the image and agree with the clicks."""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

from sam3_annotator.model.builtin.prompt_maps import Point
from sam3_annotator.model.builtin.zoom import parts_with

Floats = NDArray[np.float32]


def follow_edges(chances: Floats, pixels: NDArray[np.uint8], *, radius: int = 4, smoothness: float = 1e-3) -> Floats:
    """Filter probabilities `(N, S, S)` guided by the colours of the view `(S, S, 3)`.

    Near every pixel the mask is fitted as a linear function of colour (He, Sun and Tang, Guided Image Filtering).
    """
    guide = np.asarray(pixels, np.float32) / np.float32(255)
    mean = _box(guide, radius)
    inverse = _inverse_covariance(guide, mean, radius, smoothness)
    filtered = np.empty_like(chances)
    for index, chance in enumerate(chances):
        mean_chance = _box(chance, radius)
        covariance = _box(guide * chance[..., None], radius) - mean * mean_chance[..., None]
        slope = np.einsum("hwij,hwj->hwi", inverse, covariance)
        offset = mean_chance - (slope * mean).sum(2)
        filtered[index] = (_box(slope, radius) * guide).sum(2) + _box(offset, radius)
    return np.clip(filtered, 0, 1)


def _box(values: Floats, radius: int) -> Floats:
    return np.asarray(cv2.blur(values, (2 * radius + 1, 2 * radius + 1)), np.float32)


def _inverse_covariance(guide: Floats, mean: Floats, radius: int, smoothness: float) -> Floats:
    """Inverses `(S, S, 3, 3)` of the covariance of colours around each pixel."""
    pairs = [(0, 0), (0, 1), (0, 2), (1, 1), (1, 2), (2, 2)]
    products = np.stack([guide[..., i] * guide[..., j] for i, j in pairs[:3]], 2)
    others = np.stack([guide[..., i] * guide[..., j] for i, j in pairs[3:]], 2)
    boxed = np.concatenate([_box(products, radius), _box(others, radius)], 2)
    rr, rg, rb, gg, gb, bb = (
        boxed[..., k] - mean[..., i] * mean[..., j] + (smoothness if i == j else 0) for k, (i, j) in enumerate(pairs)
    )
    adjugate = [gg * bb - gb * gb, gb * rb - rg * bb, rg * gb - gg * rb, rr * bb - rb * rb, rb * rg - rr * gb]
    adjugate.append(rr * gg - rg * rg)
    determinant = rr * adjugate[0] + rg * adjugate[1] + rb * adjugate[2]
    a, b, c, d, e, f = (entry / determinant for entry in adjugate)
    return np.stack([a, b, c, b, d, e, c, e, f], 2).reshape(*guide.shape[:2], 3, 3)


def obey_clicks(chance: Floats, points: Sequence[Point]) -> Floats:
    """Keep the parts of a mask that hold a positive click, and make every click true in a small disc.

    `chance` `(S, S)` is changed only where needed; the points are in its pixels.
    """
    on = (chance > 0.5).astype(np.uint8)
    positives = [(x, y) for x, y, positive in points if positive]
    if positives:
        chance = np.where((on > 0) & (parts_with(on, positives) == 0), np.float32(0.4), chance)
    side = chance.shape[0]
    for x, y, positive in points:
        column, row = int(x), int(y)
        if 0 <= column < side and 0 <= row < side and (chance[row, column] > 0.5) != positive:
            chance = np.ascontiguousarray(chance)
            cv2.circle(chance, (column, row), max(1, side // 64), 0.9 if positive else 0.1, cv2.FILLED)
    return chance
