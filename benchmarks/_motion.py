"""Makes the next image of a sequence from a single one with a label map: some regions move over it, then the camera."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

SMALLEST_SHARE, LARGEST_SHARE = 0.002, 0.25
"""Of the image, for a region to move."""

MOST_REGIONS = 4
GONE = 0.2
"""Such a part of the regions has left the scene."""

TURN_OF_CAMERA, TURN_OF_OBJECTS, GROWTH_OF_OBJECTS = 60.0, 40.0, 0.3
"""Degrees, and part of the size, where a motion is 1."""

BENDS_ACROSS = 0.5
"""Bent things are displaced anew after so much of their size."""

FILLED_SIDE = 320
"""Holes are filled in so many pixels along the longer side: what was behind is unknown anyway, and takes long."""

HOLE_RIM, SOFTNESS = 5, 0.7
"""Pixels around a region that are filled, too; the standard deviation of what blurs its border."""

CONTRAST, BRIGHTNESS, NOISE = 0.07, 6.0, 3.0
"""Largest changes of contrast and brightness; standard deviation of the noise, in grey values."""

Pixels = NDArray[np.uint8]
Floats = NDArray[np.float32]
Mask = NDArray[np.bool_]
Matrix = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Motion:
    """How much moves at most: the `camera` in parts of the image, `objects` and their `bend` in parts of their size."""

    name: str
    camera: float
    objects: float
    bend: float = 0.0


@dataclass(frozen=True, slots=True, eq=False)
class MovedRegion:
    """A region's mask in both images; in the second what is seen of it, which others or the border may leave little of.

    One that `is_gone` has left the scene.
    """

    before: Mask
    after: Mask
    is_gone: bool


@dataclass(frozen=True, slots=True, eq=False)
class MovedPair:
    """Two images `(H, W, 3)`, and the regions that moved in between."""

    before: Pixels
    after: Pixels
    regions: tuple[MovedRegion, ...]


def move(image: Pixels, labels: NDArray[np.uint16], motion: Motion, rng: np.random.Generator) -> MovedPair | None:
    """Move up to four regions of an image, and all of it with the camera; None if it has none of a fitting size."""
    height, width = labels.shape
    areas = np.bincount(labels.ravel())
    fitting = [n for n in range(1, len(areas)) if SMALLEST_SHARE < areas[n] / labels.size < LARGEST_SHARE]
    if not fitting:
        return None
    chosen = [labels == n for n in rng.choice(fitting, min(MOST_REGIONS, len(fitting)), replace=False)]
    camera = _similarity(
        (width / 2, height / 2),
        rng.uniform(-1, 1) * motion.camera * TURN_OF_CAMERA,
        1 + rng.uniform(-1, 1) * motion.camera,
        rng.uniform(-1, 1, 2) * motion.camera * max(width, height),
    )
    scene = _seen_along(_fill(image, np.logical_or.reduce(chosen)), *_places_before(labels.shape, camera))
    stays = [bool(rng.uniform() >= GONE) for _ in chosen]
    seen = [np.zeros_like(mask) for mask in chosen]
    for index in np.flatnonzero(stays):
        columns, rows = _places_before(labels.shape, camera @ _own_movement(chosen[index], motion, rng))
        size = float(np.sqrt(np.count_nonzero(chosen[index])))
        if motion.bend:
            columns += _bend(labels.shape, size, motion.bend, rng)
            rows += _bend(labels.shape, size, motion.bend, rng)
        soft = cv2.GaussianBlur(chosen[index].astype(np.float32), (0, 0), SOFTNESS)
        share = np.asarray(cv2.remap(soft, columns, rows, cv2.INTER_LINEAR), np.float32)
        scene = _seen_along(image, columns, rows) * share[..., None] + scene * (1 - share[..., None])
        for covered in seen:
            covered &= share <= 0.5
        seen[index] = share > 0.5
    regions = [MovedRegion(*each) for each in zip(chosen, seen, (not one for one in stays), strict=True)]
    return MovedPair(image, _expose(scene, rng), tuple(regions))


def _expose(scene: Floats, rng: np.random.Generator) -> Pixels:
    """Change contrast and brightness, and add noise."""
    exposed = scene * rng.uniform(1 - CONTRAST, 1 + CONTRAST) + rng.uniform(-BRIGHTNESS, BRIGHTNESS)
    return np.clip(exposed + rng.normal(0, NOISE, scene.shape), 0, 255).astype(np.uint8)


def _own_movement(shape: Mask, motion: Motion, rng: np.random.Generator) -> Matrix:
    """Draw how a region turns and grows around its middle, and how far it moves."""
    rows, columns = np.nonzero(shape)
    way, direction = rng.uniform() * motion.objects * np.sqrt(len(rows)), rng.uniform(0, 2 * np.pi)
    return _similarity(
        (float(columns.mean()), float(rows.mean())),
        rng.uniform(-1, 1) * motion.objects * TURN_OF_OBJECTS,
        1 + rng.uniform(-1, 1) * motion.objects * GROWTH_OF_OBJECTS,
        np.array([way * np.cos(direction), way * np.sin(direction)]),
    )


def _similarity(centre: tuple[float, float], degrees: float, scale: float, by: NDArray[np.float64]) -> Matrix:
    matrix = np.vstack([cv2.getRotationMatrix2D(centre, degrees, scale), (0.0, 0.0, 1.0)])
    matrix[:2, 2] += by
    return matrix


def _places_before(size: tuple[int, ...], movement: Matrix) -> tuple[Floats, Floats]:
    """Give the column and the row of the image before, for each pixel of the one after."""
    back = np.linalg.inv(movement)
    rows, columns = np.mgrid[: size[0], : size[1]]
    x, y = (back[i, 0] * columns + back[i, 1] * rows + back[i, 2] for i in (0, 1))
    return x.astype(np.float32), y.astype(np.float32)


def _bend(size: tuple[int, ...], thing: float, bend: float, rng: np.random.Generator) -> Floats:
    """Draw smooth displacements, in pixels, for a thing of such a size."""
    grid = [max(2, round(side / (BENDS_ACROSS * thing))) for side in size[:2]]
    drawn = rng.normal(0, bend * thing, grid).astype(np.float32)
    return np.asarray(cv2.resize(drawn, (size[1], size[0]), interpolation=cv2.INTER_CUBIC), np.float32)


def _seen_along(image: Pixels, columns: Floats, rows: Floats) -> Floats:
    seen = cv2.remap(image, columns, rows, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REFLECT_101)
    return np.asarray(seen, np.float32)


def _fill(image: Pixels, hole: Mask) -> Pixels:
    """Guess what is behind a hole."""
    height, width = hole.shape
    scale = min(1.0, FILLED_SIDE / max(height, width))
    wide = cv2.dilate(hole.astype(np.uint8), np.ones((HOLE_RIM, HOLE_RIM), np.uint8))
    small = cv2.resize(image, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    small_hole = cv2.resize(wide, (small.shape[1], small.shape[0]), interpolation=cv2.INTER_NEAREST)
    filled = cv2.resize(cv2.inpaint(small, small_hole, 3, cv2.INPAINT_TELEA), (width, height))
    return np.where(wide[..., None] > 0, filled, image)
