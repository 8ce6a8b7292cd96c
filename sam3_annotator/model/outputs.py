"""What a session answers, as NumPy values."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from sam3_annotator.model.packed_masks import PackedMasks


@dataclass(frozen=True, slots=True, eq=False)
class Segmentation:
    """Candidate masks of one object, best first.

    `masks` `(N, H, W)` bool at image size; `predicted_iou` `(N,)` float32 in 0..1;
    `low_res_logits` `(N, h, w)` float32, of the whole image, to continue from with `MaskPrompt`.
    """

    masks: NDArray[np.bool_]
    predicted_iou: NDArray[np.float32]
    low_res_logits: NDArray[np.float32]


class Detection:
    """All instances of a concept, in the order the model gave them: neither sorted nor freed of duplicates.

    `masks` `(N, H, W)` bool; `boxes_xyxy` `(N, 4)` float32 pixels; `scores` `(N,)` float32;
    `presence` is the probability that the concept is in the image at all. `packed` are the same masks in little
    memory, to be gone through one by one: 200 whole ones of 12 megapixels take 2.4 GB.
    """

    def __init__(
        self,
        masks: NDArray[np.bool_] | PackedMasks,
        boxes_xyxy: NDArray[np.float32],
        scores: NDArray[np.float32],
        presence: float,
    ) -> None:
        self.packed = masks if isinstance(masks, PackedMasks) else PackedMasks.of(masks)
        self.boxes_xyxy = boxes_xyxy
        self.scores = scores
        self.presence = presence

    @cached_property
    def masks(self) -> NDArray[np.bool_]:
        """All masks whole, made when first asked for and kept."""
        return self.packed.whole()
