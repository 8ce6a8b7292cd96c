"""Chooses which masks to offer, in which order, and paints them at image size."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import cv2
import numpy as np
from numpy.typing import NDArray

from sam3_annotator.model.builtin.painting import paint_mask
from sam3_annotator.model.builtin.zoom import Belief, Box, ViewWindow, view_to_grid
from sam3_annotator.model.distinct import choose_distinct
from sam3_annotator.model.outputs import Segmentation

LOGITS_SIDE = 256

MOST_OFFERED = 6
"""Nobody cycles through more; the best of all is nearly always among these."""

COMPARED_SIDE = 256
"""Masks of different windows are compared on a grid of so many steps a side."""


@dataclass(frozen=True, slots=True, eq=False)
class Candidate:
    """Probabilities `(S, S)` seen through a window, and the IoU that the network predicts for them."""

    chance: NDArray[np.float32]
    predicted_iou: float
    window: ViewWindow

    def belief(self) -> Belief:
        """Give what to go on from."""
        return Belief(self.chance, self.window.area, self.window)

    def area(self) -> Box:
        """Give the part of the image `x0, y0, x1, y1` where anything is on; the middle of the window if nothing is."""
        rows, columns = np.flatnonzero((self.chance > 0.5).any(1)), np.flatnonzero((self.chance > 0.5).any(0))
        scale, middle = self.window.span / len(self.chance), len(self.chance) / 2
        (left, right), (top, bottom) = (
            (places[0], places[-1] + 1) if len(places) else (middle, middle) for places in (columns, rows)
        )
        x0, y0 = self.window.x0, self.window.y0
        return x0 + left * scale, y0 + top * scale, x0 + right * scale, y0 + bottom * scale


def choose_candidates(
    chances: Sequence[NDArray[np.float32]], scores: NDArray[np.float32], window: ViewWindow
) -> list[Candidate]:
    """Offer the masks of one look that differ, best predicted first; an empty one only if all are."""
    order = sorted(range(len(scores)), key=lambda index: (-float(scores[index]), index))
    kept = [order[place] for place in choose_distinct(chances[index] > 0.5 for index in order)] or [0]
    return [Candidate(chances[index], float(scores[index]), window) for index in kept]


def drop_alike(candidates: Sequence[Candidate], others: Sequence[Candidate] = ()) -> list[Candidate]:
    """Offer what differs of all, seen through any windows, best first; the first stays the first.

    `MOST_OFFERED` at most. An empty mask is offered only as the first. `others` are offered where they are something
    else, and predicted to be no better than the first.
    """
    best = candidates[0]
    everything = [
        *candidates,
        *(replace(one, predicted_iou=min(one.predicted_iou, best.predicted_iou)) for one in others),
    ]
    areas = np.array([one.area() for one in everything])
    (x0, y0), (x1, y1) = areas[:, :2].min(0), areas[:, 2:].max(0)
    area = (x0, y0, max(x1, x0 + 1), max(y1, y0 + 1))
    shape = (COMPARED_SIDE, COMPARED_SIDE)
    masks = (_resample(one.chance, one.window, area, shape) > 0.5 for one in everything)
    different = [everything[index] for index in choose_distinct(masks) if index]
    return [best, *sorted(different, key=lambda one: -one.predicted_iou)][:MOST_OFFERED]


def paint(
    candidates: Sequence[Candidate], image_size: tuple[int, int], clicked: Sequence[tuple[float, float]] = ()
) -> Segmentation:
    """Bring candidates to image size, as masks and as logits of the whole image.

    The pixels `clicked` on, at x, y in the image, are on in all masks, also where the view shows an image so small that
    what is on around a click ends before the centre of its pixel.
    """
    height, width = image_size
    masks = np.zeros((len(candidates), height, width), np.bool_)
    scale = min(1.0, LOGITS_SIDE / max(height, width))
    low_shape = (max(1, round(height * scale)), max(1, round(width * scale)))
    logits = np.empty((len(candidates), *low_shape), np.float32)
    for mask, low, candidate in zip(masks, logits, candidates, strict=True):
        paint_mask(mask, candidate.chance, candidate.window)
        for x, y in clicked:
            mask[int(y), int(x)] = True
        coarse = _resample(candidate.chance, candidate.window, (0.0, 0.0, float(width), float(height)), low_shape)
        safe = np.clip(coarse, 1e-4, 1 - 1e-4)
        low[:] = np.log(safe / (1 - safe))
    scores = np.array([candidate.predicted_iou for candidate in candidates], np.float32)
    return Segmentation(masks, scores, logits)


def _resample(
    values: NDArray[np.float32], window: ViewWindow, area: Box, shape: tuple[int, int]
) -> NDArray[np.float32]:
    """Show values of a view on a grid `shape` over an area of the image; nothing is on beyond the view."""
    forward = view_to_grid(window, values.shape[0], area, shape)
    flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    matrix = cv2.invertAffineTransform(forward)
    return np.asarray(cv2.warpAffine(values, matrix, shape[::-1], flags=flags), np.float32)
