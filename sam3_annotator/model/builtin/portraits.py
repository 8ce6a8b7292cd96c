"""Lays masks on the feature map's grid, and describes them by what is in and around them, their size and shape."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from sam3_annotator.model.builtin.candidates import Candidate
from sam3_annotator.model.builtin.feature_map import GRID_PER_CELL, FeatureMap
from sam3_annotator.model.builtin.likeness import Portrait
from sam3_annotator.model.builtin.zoom import view_to_grid

Floats = NDArray[np.float32]

RING = 5
"""Steps of the grid around a mask that are its surroundings."""


@dataclass(frozen=True, slots=True, eq=False)
class GridMask:
    """A mask `(h, w)` bool on the map's grid from `row`, `column` on; they and its sides are whole cells."""

    row: int
    column: int
    on: NDArray[np.bool_]

    @property
    def count(self) -> int:
        """How many steps are on."""
        return int(np.count_nonzero(self.on))

    def overlap(self, other: GridMask) -> int:
        """How many steps two masks share."""
        top, left = max(self.row, other.row), max(self.column, other.column)
        bottom = min(self.row + self.on.shape[0], other.row + other.on.shape[0])
        right = min(self.column + self.on.shape[1], other.column + other.on.shape[1])
        if top >= bottom or left >= right:
            return 0
        first = self.on[top - self.row : bottom - self.row, left - self.column : right - self.column]
        second = other.on[top - other.row : bottom - other.row, left - other.column : right - other.column]
        return int(np.count_nonzero(first & second))

    def holds(self, row: int, column: int) -> bool:
        """Whether a step of the grid is on."""
        down, across = row - self.row, column - self.column
        return 0 <= down < self.on.shape[0] and 0 <= across < self.on.shape[1] and bool(self.on[down, across])


def lay_on_grid(candidate: Candidate, features: FeatureMap) -> GridMask:
    """Bring a candidate's mask to the grid, as far as the grid reaches."""
    ends = []
    window = candidate.window
    for start, size in zip((window.y0, window.x0), features.grid_shape, strict=True):
        first = max(0, int(start * features.steps) // GRID_PER_CELL * GRID_PER_CELL)
        last = -(-int((start + window.span) * features.steps + 1) // GRID_PER_CELL) * GRID_PER_CELL
        ends.append((first, min(max(last, first + GRID_PER_CELL), size)))
    (top, bottom), (left, right) = ends
    shape = (bottom - top, right - left)
    matrix = view_to_grid(window, len(candidate.chance), features.area(top, left, shape), shape)
    # Steps can be finer or coarser than the view's pixels; the masks are smooth enough for either.
    on = cv2.warpAffine(candidate.chance, matrix, shape[::-1], flags=cv2.INTER_LINEAR) > 0.5
    return GridMask(top, left, np.asarray(on, np.bool_))


def portray(mask: GridMask, features: FeatureMap) -> Portrait:
    """Describe a mask; an empty one, which is less than a step of the grid, as a point."""
    on = mask.on.astype(np.uint8)
    reach = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * RING + 1, 2 * RING + 1))
    wide = np.asarray(cv2.dilate(on, reach), np.uint8)
    rows = slice(mask.row // GRID_PER_CELL, (mask.row + on.shape[0]) // GRID_PER_CELL)
    columns = slice(mask.column // GRID_PER_CELL, (mask.column + on.shape[1]) // GRID_PER_CELL)
    under, colours = features.features[rows, columns], features.colours[rows, columns]
    core, ring = _by_cell(on) ** 2, _by_cell(wide - on)
    inside = _mean(under, core)
    outside = _mean(under, ring) if ring.sum() > 1 else np.zeros_like(inside)
    return Portrait(inside, inside - outside, _mean(colours, core), float(np.log(max(mask.count, 1))), _elongation(on))


def _by_cell(steps: NDArray[np.uint8]) -> Floats:
    height, width = steps.shape[0] // GRID_PER_CELL, steps.shape[1] // GRID_PER_CELL
    blocks = steps.reshape(height, GRID_PER_CELL, width, GRID_PER_CELL)
    return np.asarray(blocks.mean((1, 3)), np.float32)


def _mean(values: Floats, weights: Floats) -> Floats:
    return np.asarray(np.tensordot(weights, values, 2) / (weights.sum() + 1e-6), np.float32)


def _elongation(on: NDArray[np.uint8]) -> float:
    """Give the logarithm of the ratio of the axes."""
    moments = cv2.moments(on, binaryImage=True)
    count = max(moments["m00"], 1.0)
    down, across, mixed = moments["mu02"] / count + 1 / 12, moments["mu20"] / count + 1 / 12, moments["mu11"] / count
    middle, apart = (down + across) / 2, float(np.hypot((down - across) / 2, mixed))
    return float(np.log((middle + apart) / (middle - apart)) / 2)
