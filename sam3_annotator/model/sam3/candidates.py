"""Chooses which of the decoded masks to offer, in which order."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sam3_annotator.model.network.mask_decoder import MaskDecoderOutput, select_masks
from sam3_annotator.model.postprocessing import to_array

SAME_ABOVE = 0.92
"""Two masks with this IoU are one to the user."""


@dataclass(frozen=True, slots=True, eq=False)
class Candidates:
    """Masks of one object, best first: `logits` `(N, h, w)` as decoded, `predicted_iou` `(N,)` in 0..1, falling."""

    logits: NDArray[np.float32]
    predicted_iou: NDArray[np.float32]


def choose_candidates(output: MaskDecoderOutput, *, multimask: bool, is_ambiguous: bool) -> Candidates:
    """Offer masks of the one object decoded: several if `multimask`, and only one of those that are alike.

    After an ambiguous click the candidates compete by predicted IoU; after more the single mask comes first (its stable
    stand-in if it is unstable), and the others are predicted to be no better. Without `multimask` there is only that.
    """
    several = select_masks(output, multimask=True)
    logits, predicted_iou = to_array(several.logits[0]), to_array(several.iou[0])
    order = np.argsort(-predicted_iou, kind="stable")
    logits, predicted_iou = logits[order], predicted_iou[order]
    if not (multimask and is_ambiguous):
        single = select_masks(output, multimask=False)
        logits = np.concatenate([to_array(single.logits[0]), logits])
        predicted_iou = np.concatenate([to_array(single.iou[0]), predicted_iou])
    if not multimask:
        logits, predicted_iou = logits[:1], predicted_iou[:1]
    kept = _distinct(logits > 0)
    # SAM 3.1 predicts without bounds.
    falling = np.minimum.accumulate(predicted_iou[kept].clip(0, 1))
    return Candidates(logits[kept], falling)


def _distinct(masks: NDArray[np.bool_]) -> list[int]:
    """Give the indices of masks that are not empty and not like an earlier one; at least one."""
    kept: list[int] = []
    for index, mask in enumerate(masks):
        if mask.any() and all(_iou(mask, masks[earlier]) < SAME_ABOVE for earlier in kept):
            kept.append(index)
    return kept or [0]


def _iou(first: NDArray[np.bool_], second: NDArray[np.bool_]) -> float:
    both, either = int(np.count_nonzero(first & second)), int(np.count_nonzero(first | second))
    return both / max(either, 1)
