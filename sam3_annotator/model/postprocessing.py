"""Turns the network's low-resolution logits into masks, boxes and scores of the image."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

import cv2
import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from sam3_annotator.model.outputs import Detection
from sam3_annotator.model.preprocessing import InputFrame
from sam3_annotator.model.session import Check, never_cancelled

Logits = NDArray[np.float32]

MAX_HOLE_AREA = 256
"""Holes up to so many low-resolution pixels are filled."""

FILLED_LOGIT = 10.0


def to_array(values: Tensor) -> NDArray[np.float32]:
    """Bring a tensor of any dtype and device to float32 on the CPU."""
    return values.detach().to("cpu", torch.float32).numpy()


def fill_holes(logits: Logits) -> Logits:
    """Return mask logits `(N, h, w)` with small holes filled, as the official click predictor does.

    A hole is an 8-connected part of `logit <= 0` of at most `MAX_HOLE_AREA` pixels, at the border too.
    """
    filled = logits.copy()
    for one in filled:
        off = (one <= 0).astype(np.uint8)
        _, labels, stats, _ = cv2.connectedComponentsWithStats(off, connectivity=8)
        is_hole = stats[:, cv2.CC_STAT_AREA] <= MAX_HOLE_AREA
        is_hole[0] = False  # what is on
        one[is_hole[labels]] = FILLED_LOGIT
    return filled


def full_size_masks(
    logits: Logits, image_size: tuple[int, int], *, check: Check = never_cancelled
) -> NDArray[np.bool_]:
    """Return the masks `(N, H, W)` where the logits `(N, h, w)` of the whole image are positive at image size.

    The same as resizing all logits (bilinear, half-pixel centres, `align_corners=False`) and comparing with 0; but only
    the surroundings of each object are computed, a few rows at a time, and only pages with an object take up memory.
    """
    masks = np.zeros((len(logits), *image_size), np.bool_)
    for mask, one in zip(masks, logits, strict=True):
        check()
        _paint(mask, np.ascontiguousarray(one, np.float32))
    return masks


def _paint(mask: NDArray[np.bool_], logits: Logits) -> None:
    rows, columns = np.flatnonzero((logits > 0).any(1)), np.flatnonzero((logits > 0).any(0))
    if not len(rows):
        return
    across = _Taps.between(logits.shape[1], mask.shape[1]).around(columns[0], columns[-1])
    down = _Taps.between(logits.shape[0], mask.shape[0]).around(rows[0], rows[-1])
    wide = logits[:, across.low] * (1 - across.weight) + logits[:, across.high] * across.weight
    for start, stop in down.runs():
        above, below = wide[down.low[start]], wide[down.high[start]]
        weight = down.weight[start:stop, None]
        row = down.first + start
        np.greater(
            above * (1 - weight) + below * weight,
            0,
            out=mask[row : row + stop - start, across.first : across.first + len(across.low)],
        )


@dataclass(frozen=True, slots=True, eq=False)
class _Taps:
    """Between which two source pixels the target pixels from `first` on lie, and how far towards the `high` one."""

    first: int
    low: NDArray[np.int64]
    high: NDArray[np.int64]
    weight: NDArray[np.float32]

    @staticmethod
    def between(source_size: int, target_size: int) -> _Taps:
        """Lay target pixels over source pixels, edge on edge."""
        # In single precision, as the resizing that this stands for.
        scale = np.float32(source_size) / np.float32(target_size)
        place = (np.arange(target_size, dtype=np.float32) + np.float32(0.5)) * scale - np.float32(0.5)
        place = np.maximum(place, np.float32(0))
        low = np.minimum(place.astype(np.int64), source_size - 1)
        return _Taps(0, low, np.minimum(low + 1, source_size - 1), place - low.astype(np.float32))

    def around(self, first_source: int, last_source: int) -> _Taps:
        """Keep the target pixels that any of these source pixels has a part in."""
        start, stop = np.searchsorted(self.high, first_source), np.searchsorted(self.low, last_source, "right")
        part = slice(int(start), int(stop))
        return _Taps(self.first + int(start), self.low[part], self.high[part], self.weight[part])

    def runs(self) -> Iterator[tuple[int, int]]:
        """Give start and stop of the target pixels that lie between the same two source pixels."""
        borders = [0, *(np.flatnonzero(np.diff(self.low)) + 1).tolist(), len(self.low)]
        yield from pairwise(borders if len(self.low) else [])


@dataclass(frozen=True, slots=True, eq=False)
class ConceptAnswer:
    """What the network said about a concept, query by query, before any threshold.

    `scores` `(Q,)`; `boxes_xyxy` `(Q, 4)` image pixels, not clipped; `mask_logits` `(Q, h, w)` on the CPU, of the dtype
    the network computes in; `presence` is the probability that the concept is in the image.
    """

    scores: NDArray[np.float32]
    boxes_xyxy: NDArray[np.float32]
    mask_logits: Tensor
    presence: float
    image_size: tuple[int, int]

    @staticmethod
    def read(
        class_logits: Tensor, boxes_cxcywh: Tensor, mask_logits: Tensor, presence_logit: Tensor, frame: InputFrame
    ) -> ConceptAnswer:
        """Read one image's raw answer: `(Q, 1)`, `(Q, 4)`, `(Q, h, w)` and `(1,)`, on any device."""
        presence = presence_logit.float().sigmoid()
        scores = class_logits.float().sigmoid()[:, 0] * presence
        boxes = frame.boxes_from_cxcywh(to_array(boxes_cxcywh)).astype(np.float32)
        return ConceptAnswer(to_array(scores), boxes, mask_logits.cpu(), float(presence), frame.image_size)

    def above(self, threshold: float, *, check: Check = never_cancelled) -> Detection:
        """Give what scores above a threshold, in the order of the queries; nothing is suppressed or filled."""
        kept = np.flatnonzero(self.scores > threshold)
        logits = to_array(self.mask_logits[torch.from_numpy(kept)])
        masks = full_size_masks(logits, self.image_size, check=check)
        return Detection(masks, self.boxes_xyxy[kept], self.scores[kept], self.presence)
