"""Scenes of two images: a textured ground, and a textured thing on it that moved in between."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

SIZE = 300, 400
"""Height and width."""

Pixels = NDArray[np.uint8]
Mask = NDArray[np.bool_]


@dataclass(frozen=True)
class Scene:
    """Two images `(H, W, 3)`, and the mask of the thing in both; empty where it is gone."""

    before: Pixels
    after: Pixels
    mask_before: Mask
    mask_after: Mask


def texture(seed: int, size: tuple[int, int] = SIZE, grain: float = 3.0) -> Pixels:
    """Make smooth noise in all colours."""
    noise = np.random.default_rng(seed).normal(0, 1, (*size, 3)).astype(np.float32)
    smooth = cv2.GaussianBlur(noise, (0, 0), grain)
    return np.asarray(np.clip(128 + 45 * smooth / smooth.std(), 0, 255), np.uint8)


def bean(size: tuple[int, int] = SIZE, centre: tuple[int, int] = (150, 140)) -> Mask:
    """Draw something longish with a bay, whose turn shows; `centre` is x, y."""
    drawn = np.zeros(size, np.uint8)
    x, y = centre
    cv2.ellipse(drawn, (x, y), (40, 24), 20, 0, 360, 1, -1)
    cv2.circle(drawn, (x + 8, y - 24), 14, 0, -1)
    return drawn.astype(np.bool_)


def moved(pixels: NDArray[np.float32], move: NDArray[np.float64], size: tuple[int, int] = SIZE) -> NDArray[np.float32]:
    """Warp an image by a `(2, 3)` matrix."""
    return np.asarray(cv2.warpAffine(pixels, move, size[::-1], borderMode=cv2.BORDER_REFLECT_101), np.float32)


def turn(
    degrees: float, scale: float, dx: float, dy: float, centre: tuple[int, int] = (150, 140)
) -> NDArray[np.float64]:
    """Give the `(2, 3)` matrix of a thing that turns and grows around its `centre`, and moves."""
    matrix = np.asarray(cv2.getRotationMatrix2D(centre, degrees, scale), np.float64)
    matrix[:, 2] += dx, dy
    return matrix


def scene(
    thing: NDArray[np.float64], camera: NDArray[np.float64] | None = None, *, gone: bool = False, noise: float = 3.0
) -> Scene:
    """Make a scene in which the thing moves by `thing`, and all of it, afterwards, by `camera`."""
    camera = turn(0, 1, 0, 0) if camera is None else camera
    ground, skin, mask = texture(1).astype(np.float32), texture(2, grain=2.0).astype(np.float32), bean()
    before = np.where(mask[..., None], skin, ground)
    path = (np.vstack([camera, (0, 0, 1)]) @ np.vstack([thing, (0, 0, 1)]))[:2]
    shape = moved(mask.astype(np.float32), path) > 0.5
    shape &= not gone
    after = np.where(shape[..., None], moved(skin, path), moved(ground, camera))
    after = after * 1.04 - 4 + np.random.default_rng(3).normal(0, noise, after.shape)
    return Scene(before.astype(np.uint8), np.clip(after, 0, 255).astype(np.uint8), mask, shape)
