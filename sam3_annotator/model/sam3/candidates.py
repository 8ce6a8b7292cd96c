"""Chooses which of the decoded masks to offer, in which order."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sam3_annotator.model.distinct import choose_distinct
from sam3_annotator.model.network.mask_decoder import MaskDecoderOutput, select_masks
from sam3_annotator.model.sam3.postprocessing import to_array


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
    kept = choose_distinct(logits > 0) or [0]
    # SAM 3.1 predicts without bounds.
    falling = np.minimum.accumulate(predicted_iou[kept].clip(0, 1))
    return Candidates(logits[kept], falling)
