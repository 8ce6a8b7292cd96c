"""Similarity transforms between images: how something moved, turned and grew, as `(3, 3)` matrices.

They act on continuous coordinates `x, y, 1` in pixels, where pixel *i* spans *i..i+1*.
"""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

Matrix = NDArray[np.float64]
Points = NDArray[np.float32]

MOST_POINTS = 1000
"""More do not tell better how something moved."""

LEAST_GROWTH = 0.01
"""What becomes smaller than this has not moved, but was lost."""

OPENCV_ORIGIN = np.array([[1.0, 0.0, 0.5], [0.0, 1.0, 0.5], [0.0, 0.0, 1.0]])
"""From OpenCV's coordinates, in which pixel *i* is centred at *i*."""


def scaling(factor: float) -> Matrix:
    """Give the transform that enlarges by a factor around the corner of the image."""
    return np.diag([factor, factor, 1.0])


def moving(x: float, y: float) -> Matrix:
    """Give the transform that moves by `x` to the right and `y` down."""
    return np.array([[1.0, 0.0, x], [0.0, 1.0, y], [0.0, 0.0, 1.0]])


def growth(matrix: Matrix) -> float:
    """Tell how many times larger things become."""
    return float(np.sqrt(abs(np.linalg.det(matrix[:2, :2]))))


def inverse(matrix: Matrix) -> Matrix:
    """Give the transform back."""
    return np.asarray(np.linalg.inv(matrix), np.float64)


def place(matrix: Matrix, x: float, y: float) -> tuple[float, float]:
    """Tell where a point comes to."""
    moved = matrix @ (x, y, 1.0)
    return float(moved[0]), float(moved[1])


def fit(sources: Points, targets: Points, tolerance: float) -> tuple[Matrix | None, int]:
    """Find what brings most of the `sources` `(N, 2)` within `tolerance` of their `targets`; also how many it brings.

    None where there are too few to tell.
    """
    every = max(1, len(sources) // MOST_POINTS)
    sources, targets = np.ascontiguousarray(sources[::every]), np.ascontiguousarray(targets[::every])
    if len(sources) < 6:
        return None, 0
    rows, brought = cv2.estimateAffinePartial2D(sources, targets, ransacReprojThreshold=tolerance)
    if rows is None or not np.isfinite(rows).all():
        return None, 0
    matrix = np.vstack([np.asarray(rows, np.float64), (0.0, 0.0, 1.0)])
    return (matrix, int(np.count_nonzero(brought))) if growth(matrix) > LEAST_GROWTH else (None, 0)


def for_opencv(matrix: Matrix) -> Matrix:
    """Give the `(2, 3)` matrix that `cv2.warpAffine` takes for a transform."""
    return np.asarray((inverse(OPENCV_ORIGIN) @ matrix @ OPENCV_ORIGIN)[:2])
