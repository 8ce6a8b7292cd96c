"""Dense optical flow (DIS, Kroeger et al. 2016), there and back, and what it tells of a part of the picture."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

import cv2
import numpy as np
from numpy.typing import NDArray

from sam3_annotator.model.propagation.similarity import Matrix, Points, fit

if TYPE_CHECKING:
    from cv2.typing import MatLike

ASTRAY = 2.0
"""Who comes back so many pixels from where they began has met something else."""

LEAST_POINTS = 12


class Flow:
    """The flow from one grey picture `(h, w)` uint8 to another of its size, and back."""

    def __init__(self, before: NDArray[np.uint8], after: NDArray[np.uint8]) -> None:
        search = cv2.DISOpticalFlow.create(cv2.DISOPTICAL_FLOW_PRESET_MEDIUM)
        nothing_known = cast("MatLike", None)  # an array would be taken for where to begin
        self._there = np.asarray(search.calc(before, after, nothing_known), np.float32)
        self._back = np.asarray(search.calc(after, before, nothing_known), np.float32)

    def movement(self, mask: NDArray[np.bool_]) -> tuple[Matrix | None, float]:
        """Give how what is in a mask `(h, w)` moved, None if that cannot be told, and the part that comes back."""
        rows, columns = np.nonzero(mask)
        starts = np.stack([columns, rows], axis=1).astype(np.float32)
        moved = starts + self._there[rows, columns]
        returned = moved + self._sample_back(moved)
        comes_back = np.linalg.norm(returned - starts, axis=1) < ASTRAY
        reliable = int(np.count_nonzero(comes_back))
        if reliable < LEAST_POINTS:
            return None, 0.0
        matrix, _ = fit(starts[comes_back] + 0.5, moved[comes_back] + 0.5, ASTRAY)
        return matrix, reliable / len(starts)

    def _sample_back(self, places: Points) -> NDArray[np.float32]:
        height, width = self._back.shape[:2]
        columns = np.clip(np.rint(places[:, 0]), 0, width - 1).astype(int)
        rows = np.clip(np.rint(places[:, 1]), 0, height - 1).astype(int)
        return np.asarray(self._back[rows, columns], np.float32)
