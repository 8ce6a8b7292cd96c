"""Chooses which masks to offer, in which order, and paints them at image size."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from sam3_annotator.model.builtin.zoom import ViewWindow, view_to_grid
from sam3_annotator.model.outputs import Segmentation

SAME_ABOVE = 0.92
"""Two masks with this IoU are one to the user."""

LOGITS_SIDE = 256


@dataclass(frozen=True, slots=True, eq=False)
class Candidate:
    """Probabilities `(S, S)` of a view and the IoU that the network predicts for them."""

    chance: NDArray[np.float32]
    predicted_iou: float


def choose_candidates(chances: Sequence[NDArray[np.float32]], scores: NDArray[np.float32]) -> list[Candidate]:
    """Offer the merged mask and those that differ from the ones before, best first; empty ones only if all are."""
    ranked = sorted(zip(chances, scores, strict=True), key=lambda pair: -float(pair[1]))
    kept: list[Candidate] = []
    for chance, score in ranked:
        on = chance > 0.5
        if on.any() and all(_iou(on, other.chance > 0.5) < SAME_ABOVE for other in kept):
            kept.append(Candidate(chance, float(score)))
    return kept or [Candidate(chances[0], float(scores[0]))]


def _iou(first: NDArray[np.bool_], second: NDArray[np.bool_]) -> float:
    both, either = int(np.count_nonzero(first & second)), int(np.count_nonzero(first | second))
    return both / max(either, 1)


def paint(candidates: Sequence[Candidate], window: ViewWindow, image_size: tuple[int, int]) -> Segmentation:
    """Bring candidates to image size, as masks and as logits of the whole image."""
    height, width = image_size
    x0, y0 = max(0, int(window.x0)), max(0, int(window.y0))
    x1, y1 = min(width, int(window.x0 + window.span) + 1), min(height, int(window.y0 + window.span) + 1)
    side = candidates[0].chance.shape[0]
    masks = np.zeros((len(candidates), height, width), np.bool_)
    scale = min(1.0, LOGITS_SIDE / max(height, width))
    low_shape = (max(1, round(height * scale)), max(1, round(width * scale)))
    logits = np.empty((len(candidates), *low_shape), np.float32)
    part = (float(x0), float(y0), float(x1), float(y1))
    across = _image_to_view(part, (y1 - y0, x1 - x0), window, side)
    whole = (0.0, 0.0, float(width), float(height))
    for index, candidate in enumerate(candidates):
        flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
        fine = cv2.warpAffine(
            candidate.chance, across, (x1 - x0, y1 - y0), flags=flags, borderMode=cv2.BORDER_REPLICATE
        )
        masks[index, y0:y1, x0:x1] = fine > 0.5
        coarse = cv2.warpAffine(
            candidate.chance, _image_to_view(whole, low_shape, window, side), low_shape[::-1], flags=flags
        )
        safe = np.clip(coarse, 1e-4, 1 - 1e-4)
        logits[index] = np.log(safe / (1 - safe))
    scores = np.array([candidate.predicted_iou for candidate in candidates], np.float32)
    return Segmentation(masks, scores, logits)


def _image_to_view(
    area: tuple[float, float, float, float], shape: tuple[int, int], window: ViewWindow, side: int
) -> NDArray[np.float64]:
    """Give the matrix from the pixel indices of a grid `shape` over `area` to those of the window's view."""
    forward = view_to_grid(window, side, area, shape)
    return np.asarray(cv2.invertAffineTransform(forward))
