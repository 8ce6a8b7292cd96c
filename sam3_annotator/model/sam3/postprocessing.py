"""Turns the network's low-resolution logits into masks, boxes and scores of the image."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import cv2
import numpy as np
from numpy.typing import NDArray
from torch import Tensor

from sam3_annotator.model.machine.device import to_host
from sam3_annotator.model.network.preprocessing import InputFrame
from sam3_annotator.model.outputs import Detection
from sam3_annotator.model.packed_masks import PackedMask, PackedMasks
from sam3_annotator.model.sam3.enlarging import paint_positive
from sam3_annotator.model.session import Check, never_cancelled

Logits = NDArray[np.float32]

MAX_HOLE_AREA = 256
"""Holes up to so many low-resolution pixels are filled."""

FILLED_LOGIT = 10.0

SCORE_FLOOR = 0.1
"""Candidates above this are drawn together at once: the thresholds that users choose. Those below, when asked for."""

Draw = Callable[[list[int]], Tensor]


def to_array(values: Tensor) -> NDArray[np.float32]:
    """Bring a tensor of any dtype and device to float32 on the CPU."""
    return to_host(values)[0].numpy()


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
    logits: Sequence[Logits] | Logits, image_size: tuple[int, int], *, check: Check = never_cancelled
) -> NDArray[np.bool_]:
    """Return the masks `(N, H, W)` where the logits `(N, h, w)` of the whole image are positive at image size.

    The same as resizing all logits (bilinear, half-pixel centres, `align_corners=False`) and comparing with 0, but
    only outlines are computed: see `paint_positive`.
    """
    masks = np.zeros((len(logits), *image_size), np.bool_)
    for mask, one in zip(masks, logits, strict=True):
        check()
        paint_positive(mask, one)
    return masks


def packed_masks(
    logits: Sequence[Logits], image_size: tuple[int, int], *, check: Check = never_cancelled
) -> PackedMasks:
    """Return the masks of `full_size_masks`, of which never more than one is there whole."""
    # Clearing as much memory takes longer than all else where nothing is found.
    mask = np.zeros(image_size if len(logits) else (0, 0), np.bool_)
    packed = []
    for one in logits:
        check()
        rows, columns = paint_positive(mask, one)
        packed.append(PackedMask.of(mask[rows, columns], columns.start, rows.start))
        mask[rows, columns] = False
    return PackedMasks(image_size, tuple(packed))


@dataclass(frozen=True, slots=True, eq=False)
class ConceptAnswer:
    """What the network said about a concept, query by query, before any threshold.

    `scores` `(Q,)`; `boxes_xyxy` `(Q, 4)` image pixels, not clipped; `draw` gives the mask logits `(n, h, w)` of some
    queries; `presence` is the probability that the concept is in the image.
    """

    scores: NDArray[np.float32]
    boxes_xyxy: NDArray[np.float32]
    draw: Draw
    presence: float
    image_size: tuple[int, int]
    drawn: dict[int, Logits] = field(default_factory=dict)
    """Mask logits by query, as far as they were wanted."""

    @staticmethod
    def read(
        class_logits: Tensor, boxes_cxcywh: Tensor, presence_logit: Tensor, draw: Draw, frame: InputFrame
    ) -> ConceptAnswer:
        """Read one image's raw answer: `(Q, 1)`, `(Q, 4)` and `(1,)`, on any device."""
        presence = presence_logit.float().sigmoid()
        scores = class_logits.float().sigmoid()[:, 0] * presence
        boxes = frame.boxes_from_cxcywh(to_array(boxes_cxcywh)).astype(np.float32)
        return ConceptAnswer(to_array(scores), boxes, draw, float(presence), frame.image_size)

    def above(self, threshold: float, *, check: Check = never_cancelled) -> Detection:
        """Give what scores above a threshold, in the order of the queries; nothing is suppressed or filled."""
        kept = np.flatnonzero(self.scores > threshold)
        self._draw_above(min(threshold, SCORE_FLOOR))
        masks = packed_masks([self.drawn[query] for query in kept.tolist()], self.image_size, check=check)
        return Detection(masks, self.boxes_xyxy[kept], self.scores[kept], self.presence)

    def _draw_above(self, threshold: float) -> None:
        missing = [query for query in np.flatnonzero(self.scores > threshold).tolist() if query not in self.drawn]
        if missing:
            self.drawn.update(zip(missing, to_array(self.draw(missing)), strict=True))
