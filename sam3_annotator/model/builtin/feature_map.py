"""Describes every place of an image by the encoder's features, at a scale where objects of one size say most."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from sam3_annotator.model.builtin.runtime import Runtime
from sam3_annotator.model.builtin.zoom import GREY, Box, Pyramid
from sam3_annotator.model.session import Check

Floats = NDArray[np.float32]

OBJECT_SIDE = 48
"""Pixels that the object's longer side has in the image that is encoded."""

LEAST_SIDE, MOST_SIDE = 224, 1536
"""The longer side of the image that is encoded, whatever the object's size."""

CELL = 8
"""Pixels of the encoded image to a cell of features."""

GRID_PER_CELL = 4
"""Steps of the mask grid to a cell: masks are compared on this grid, much coarser than a large image."""

TILE, OVERLAP = 384, 64
"""The image is encoded in tiles of so many pixels, each with some of its surroundings."""

RIDGE = 0.1
"""How much of the mean variance is added to each direction: those that hardly vary would be all noise."""


@dataclass(frozen=True, slots=True, eq=False)
class FeatureMap:
    """Whitened features `(h, w, C)` float32 by cell, colours `(h, w, 3)` in their own deviations, steps per pixel."""

    features: Floats
    colours: Floats
    steps: float

    @property
    def grid_shape(self) -> tuple[int, int]:
        """Height and width of the mask grid."""
        return self.features.shape[0] * GRID_PER_CELL, self.features.shape[1] * GRID_PER_CELL

    def area(self, row: int, column: int, shape: tuple[int, int]) -> Box:
        """Give the part of the image under `shape` steps of the grid from `row`, `column` on."""
        corners = (column, row, column + shape[1], row + shape[0])
        x0, y0, x1, y1 = (value / self.steps for value in corners)
        return x0, y0, x1, y1


def map_features(runtime: Runtime, pyramid: Pyramid, object_side: float, check: Check) -> FeatureMap:
    """Encode an image whose objects have `object_side` pixels on their longer side, nothing being asked of it."""
    height, width = pyramid.image_size
    longest = min(max(OBJECT_SIDE / object_side * max(height, width), LEAST_SIDE), MOST_SIDE)
    scale = longest / max(height, width)
    level = next((one for one in reversed(pyramid.levels) if max(one.shape[:2]) >= longest), pyramid.levels[0])
    size = (max(1, round(width * scale)), max(1, round(height * scale)))
    pixels = cv2.resize(level, size, interpolation=cv2.INTER_AREA if max(level.shape) > longest else cv2.INTER_LINEAR)
    rows, columns = -(-size[1] // CELL), -(-size[0] // CELL)
    raw = _encode_tiles(runtime, np.asarray(pixels, np.uint8), rows, columns, check)
    colours = cv2.resize(pixels, (columns, rows), interpolation=cv2.INTER_AREA).astype(np.float32)
    colours /= colours.std((0, 1)).mean() + 4
    return FeatureMap(_whiten(raw), colours, scale * GRID_PER_CELL / CELL)


def _encode_tiles(runtime: Runtime, pixels: NDArray[np.uint8], rows: int, columns: int, check: Check) -> Floats:
    below, right = -(-rows * CELL // 16) * 16, -(-columns * CELL // 16) * 16
    padded = np.full((below + 2 * OVERLAP, right + 2 * OVERLAP, 3), GREY, np.uint8)
    padded[OVERLAP : OVERLAP + pixels.shape[0], OVERLAP : OVERLAP + pixels.shape[1]] = pixels
    found: Floats | None = None
    for y in range(0, below, TILE):
        for x in range(0, right, TILE):
            check()
            high, wide = min(TILE, below - y), min(TILE, right - x)
            tile = runtime.describe(padded[y : y + high + 2 * OVERLAP, x : x + wide + 2 * OVERLAP])
            if found is None:
                found = np.empty((below // CELL, right // CELL, tile.shape[2]), np.float32)
            margin = OVERLAP // CELL
            inner = tile[margin : margin + high // CELL, margin : margin + wide // CELL]
            found[y // CELL : (y + high) // CELL, x // CELL : (x + wide) // CELL] = inner
    assert found is not None  # an image has pixels
    return found[:rows, :columns]


def _whiten(raw: Floats) -> Floats:
    """Turn features so that what is everywhere in the image counts little, and what is rare much."""
    flat = raw.reshape(-1, raw.shape[2])
    flat = (flat - flat.mean(0)) / (flat.std(0) + 1e-4)
    values, directions = np.linalg.eigh(flat.T @ flat / len(flat))
    turned = flat @ (directions / np.sqrt(np.maximum(values, 0) + RIDGE))
    return np.asarray(turned.reshape(raw.shape), np.float32)
