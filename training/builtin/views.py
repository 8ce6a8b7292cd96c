"""Cuts views around regions out of pictures, warped at random, and changes their colours."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from training.builtin.pictures import Picture, Target, find_targets

GREY = (127, 127, 127)

CUT_SIDES = np.array([0.2, 0.12, 0.2, 0.6])
"""How often a frame cuts a region on the left, the top, the right and the bottom: people are cut below, mostly."""

SMALLEST_CUT = 48
"""Pixels that a picture keeps along each side."""

LEAST_KEPT = 0.12
"""The least part of a region's area that a frame leaves."""

Bytes = NDArray[np.uint8]


@dataclass(frozen=True, slots=True, eq=False)
class View:
    """`pixels` `(S, S, 3)` uint8 RGB and `mask` `(S, S)` uint8, 255 on the target."""

    pixels: Bytes
    mask: Bytes


def cut_by_frame(picture: Picture, target: Target, rng: np.random.Generator) -> tuple[Picture, Target]:
    """Cut a picture smaller, so that its frame cuts the target as it does a portrait.

    Gives what is left of it, with no other region than the target; both as they were where too little is left.
    """
    height, width = picture.pixels.shape[:2]
    x0, y0, x1, y1 = target.box_xyxy
    size = np.array([x1 - x0, y1 - y0, x1 - x0, y1 - y0])
    cuts = rng.random(4) < CUT_SIDES
    cuts[rng.choice(4, p=CUT_SIDES / CUT_SIDES.sum())] = True
    outwards = np.where(cuts, -rng.uniform(0.1, 0.75, 4), rng.uniform(0.03, 0.6, 4)) * size
    left, top = np.maximum(np.array([x0, y0]) - outwards[:2], 0).astype(int)
    right, bottom = np.minimum(np.array([x1, y1]) + outwards[2:], [width, height]).astype(int)
    if min(right - left, bottom - top) < SMALLEST_CUT:
        return picture, target
    labels = picture.maps[target.map_index][top:bottom, left:right]
    kept = find_targets([np.where(labels == target.number, labels, np.uint16(0))])
    if not kept or kept[0].area < LEAST_KEPT * target.area:
        return picture, target
    return Picture(picture.pixels[top:bottom, left:right], (labels,), kept), kept[0]


def cut_view(
    picture: Picture, target: Target, side: int, rng: np.random.Generator, *, fraction: float | None, warp: bool = True
) -> View:
    """Cut a view in which the target spans `fraction` of the side; the whole picture if None."""
    height, width = picture.pixels.shape[:2]
    x0, y0, x1, y1 = target.box_xyxy
    longest = max(height, width)
    if fraction is None:
        span, centre = longest * rng.uniform(1.0, 1.1), np.array([width / 2, height / 2])
    else:
        span = float(np.clip(max(x1 - x0, y1 - y0) / fraction, 48, 1.3 * longest))
        slack = max(span - max(x1 - x0, y1 - y0), 0) / 2 + 0.1 * span
        centre = np.array([(x0 + x1) / 2, (y0 + y1) / 2]) + rng.uniform(-slack, slack, 2) * (0.7 if warp else 0.3)
        centre = _keep_inside(centre, span, width, height)
    matrix = _warp_matrix(centre, span, side, rng, warp)
    scale = span / side
    pixels, mask = picture.pixels, picture.mask(target)
    while scale > 1.5:
        # Warping alone would skip pixels.
        pixels = np.asarray(cv2.resize(pixels, None, fx=0.5, fy=0.5, interpolation=cv2.INTER_AREA), np.uint8)
        size = pixels.shape[1], pixels.shape[0]
        mask = np.asarray(cv2.resize(mask, size, interpolation=cv2.INTER_AREA), np.uint8)
        matrix, scale = matrix / 2, scale / 2
    flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    shifted = matrix.copy()
    shifted[:, 2] += matrix[:, :2].sum(1) / 2 - 0.5  # OpenCV's pixel centres lie at whole numbers
    warped = cv2.warpAffine(pixels, shifted, (side, side), flags=flags, borderValue=GREY)
    soft = cv2.warpAffine(mask, shifted, (side, side), flags=flags, borderValue=0)
    return View(np.asarray(warped, np.uint8), np.asarray(soft, np.uint8))


def _keep_inside(centre: NDArray[np.float64], span: float, width: int, height: int) -> NDArray[np.float64]:
    """Move a view into the picture where it fits, else centre it."""
    size = np.array([width, height])
    return np.where(size > span, np.clip(centre, span / 2, np.maximum(size - span / 2, span / 2)), size / 2)


def _warp_matrix(
    centre: NDArray[np.float64], span: float, side: int, rng: np.random.Generator, warp: bool
) -> NDArray[np.float64]:
    """`(2, 3)`: view coordinates -> picture coordinates."""
    scale = span / side
    linear = np.eye(2) * scale
    if warp:
        squeeze = np.exp(rng.uniform(-0.15, 0.15))
        linear = np.diag([scale * squeeze * rng.choice([-1, 1]), scale / squeeze])
        angle = rng.normal(0, 0.25) if rng.random() < 0.4 else 0.0
        angle += rng.choice([0, np.pi / 2, np.pi, -np.pi / 2], p=[0.85, 0.05, 0.05, 0.05])
        cos, sin = np.cos(angle), np.sin(angle)
        linear = np.array([[cos, -sin], [sin, cos]]) @ linear
    return np.column_stack([linear, centre - linear @ [side / 2, side / 2]])


def change_colours(pixels: Bytes, rng: np.random.Generator) -> Bytes:
    """Vary brightness, contrast, saturation, hue, sharpness, noise and compression."""
    matrix, shift = np.eye(3), np.zeros(3)
    grey = np.full((3, 3), 1 / 3)
    if rng.random() < 0.8:
        contrast, saturation = np.exp(rng.normal(0, 0.25)), np.exp(rng.normal(0, 0.35))
        gains = np.exp(rng.normal(0, 0.08, 3))
        matrix = gains[:, None] * (grey + (np.eye(3) - grey) * saturation) * contrast
        shift = gains * (127 * (1 - contrast) + rng.normal(0, 22))
    if rng.random() < 0.08:
        matrix, shift = grey @ matrix, grey @ shift
    matrix = np.column_stack([matrix, shift]).astype(np.float32)
    out = np.asarray(cv2.transform(pixels.astype(np.float32), matrix), np.float32)
    if rng.random() < 0.15:
        out = np.asarray(cv2.GaussianBlur(out, (0, 0), rng.uniform(0.5, 1.5)), np.float32)
    if rng.random() < 0.2:
        out += rng.standard_normal(out.shape, np.float32) * np.float32(rng.uniform(2, 12))
    changed = np.clip(out, 0, 255).astype(np.uint8)
    if rng.random() < 0.04:
        changed = 255 - changed
    if rng.random() < 0.05:
        changed = np.ascontiguousarray(changed[..., rng.permutation(3)])
    if rng.random() < 0.15:
        _, data = cv2.imencode(".jpg", changed, [cv2.IMWRITE_JPEG_QUALITY, int(rng.integers(25, 80))])
        changed = np.asarray(cv2.imdecode(data, cv2.IMREAD_COLOR), np.uint8)
    return changed


def mirror(pixels: Bytes, mask: Bytes, rng: np.random.Generator) -> tuple[Bytes, Bytes]:
    """Exchange left and right half of the time."""
    if rng.random() < 0.5:
        return pixels, mask
    return np.ascontiguousarray(pixels[:, ::-1]), np.ascontiguousarray(mask[:, ::-1])


def paste(background: View, pasted: View) -> tuple[Bytes, Bytes]:
    """Lay the pasted target over the background; gives the pixels and the pasted coverage `(S, S)` uint8."""
    alpha = cv2.GaussianBlur(pasted.mask, (0, 0), 0.7).astype(np.float32)[..., None] / 255
    mixed = background.pixels * (1 - alpha) + pasted.pixels * alpha
    return mixed.astype(np.uint8), pasted.mask
