"""Makes masks follow the edges of the image and agree with the clicks."""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

from sam3_annotator.model.builtin.asked import Asked
from sam3_annotator.model.builtin.prompt_maps import Point
from sam3_annotator.model.builtin.zoom import Box, ViewWindow, parts_with

Floats = NDArray[np.float32]


def follow_edges(chances: Floats, pixels: NDArray[np.uint8], *, radius: int = 4, smoothness: float = 1e-3) -> Floats:
    """Filter probabilities `(N, S, S)` guided by the colours of the view `(S, S, 3)`.

    Near every pixel the mask is fitted as a linear function of colour (He, Sun and Tang, Guided Image Filtering).
    Planes are handled one by one: NumPy takes several times as long over interleaved colours.
    """
    guide = [np.ascontiguousarray(plane, np.float32) / np.float32(255) for plane in np.moveaxis(pixels, 2, 0)]
    means = [_mean_near(plane, radius) for plane in guide]
    inverse = _inverse_covariance(guide, means, radius, np.float32(smoothness))
    filtered = np.empty_like(chances)
    for index, chance in enumerate(chances):
        mean_chance = _mean_near(chance, radius)
        covariance = [
            _mean_near(plane * chance, radius) - mean * mean_chance for plane, mean in zip(guide, means, strict=True)
        ]
        offset = mean_chance
        fitted = np.zeros_like(chance)
        for row, plane, mean in zip(inverse, guide, means, strict=True):
            slope = row[0] * covariance[0] + row[1] * covariance[1] + row[2] * covariance[2]
            offset = offset - slope * mean
            fitted += _mean_near(slope, radius) * plane
        filtered[index] = fitted + _mean_near(offset, radius)
    return np.clip(filtered, 0, 1, out=filtered)


def _mean_near(plane: Floats, radius: int) -> Floats:
    return np.asarray(cv2.blur(plane, (2 * radius + 1, 2 * radius + 1)), np.float32)


def _inverse_covariance(
    guide: list[Floats], means: list[Floats], radius: int, smoothness: np.float32
) -> list[list[Floats]]:
    """Invert the 3 x 3 covariance of colours around each pixel: planes by row and column."""

    def covariance(i: int, j: int) -> Floats:
        plane = _mean_near(guide[i] * guide[j], radius) - means[i] * means[j]
        return plane + smoothness if i == j else plane

    rr, rg, rb = covariance(0, 0), covariance(0, 1), covariance(0, 2)
    gg, gb, bb = covariance(1, 1), covariance(1, 2), covariance(2, 2)
    a, b, c = gg * bb - gb * gb, gb * rb - rg * bb, rg * gb - gg * rb
    d, e, f = rr * bb - rb * rb, rb * rg - rr * gb, rr * gg - rg * rg
    scale = 1 / (rr * a + rg * b + rb * c)
    a, b, c, d, e, f = a * scale, b * scale, c * scale, d * scale, e * scale, f * scale
    return [[a, b, c], [b, d, e], [c, e, f]]


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
            cv2.circle(chance, (column, row), max(1, side // 64), 0.9 if positive else 0.1, cv2.FILLED)
    return chance


def obey_box(chance: Floats, box: Box, slack: float = 0.1) -> Floats:
    """Drop what lies outside a box, in pixels of the view, widened by `slack` of its sides: people draw loosely."""
    margin_x, margin_y = slack * (box[2] - box[0]), slack * (box[3] - box[1])
    rows, columns = np.arange(chance.shape[0]) + 0.5, np.arange(chance.shape[1]) + 0.5
    is_in_row = (rows >= box[1] - margin_y) & (rows <= box[3] + margin_y)
    is_in_column = (columns >= box[0] - margin_x) & (columns <= box[2] + margin_x)
    return np.where(is_in_row[:, None] & is_in_column, chance, np.float32(0.0))


def obey(chance: Floats, window: ViewWindow, asked: Asked) -> Floats:
    """Make a mask seen through a window obey the box and the clicks that were asked for."""
    side = len(chance)
    inside = asked.widened(None) if asked.box is not None else None
    if inside is not None:
        chance = obey_box(chance, window.place_box(inside, side))
    return obey_clicks(chance, asked.points_in(window, side))
