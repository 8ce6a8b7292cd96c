"""What a session answers, as NumPy values."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, slots=True, eq=False)
class Segmentation:
    """Candidate masks of one object, best first.

    `masks` `(N, H, W)` bool at image size; `predicted_iou` `(N,)` float32 in 0..1;
    `low_res_logits` `(N, h, w)` float32, of the whole image, to continue from with `MaskPrompt`.
    """

    masks: NDArray[np.bool_]
    predicted_iou: NDArray[np.float32]
    low_res_logits: NDArray[np.float32]


@dataclass(frozen=True, slots=True, eq=False)
class Detection:
    """All instances of a concept, in the order the model gave them: neither sorted nor freed of duplicates.

    `masks` `(N, H, W)` bool; `boxes_xyxy` `(N, 4)` float32 pixels; `scores` `(N,)` float32;
    `presence` is the probability that the concept is in the image at all.
    """

    masks: NDArray[np.bool_]
    boxes_xyxy: NDArray[np.float32]
    scores: NDArray[np.float32]
    presence: float
