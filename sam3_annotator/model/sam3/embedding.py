"""What SAM 3 keeps of an image: features for concepts and for clicks, and the answers on the way."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray
from torch import Tensor

from sam3_annotator.model.network.sam3_image import ImageFeatures
from sam3_annotator.model.preprocessing import InputFrame
from sam3_annotator.model.trail import Trail


@dataclass(frozen=True, slots=True, eq=False, weakref_slot=True)
class Sam3Embedding:
    """What an image became, on the session's device; made by `Sam3Session` alone, from the backbone's map.

    `encoded` is that map, `(1, C, h, w)`; `features` are derived from it; `frame` is where the image lies in the
    input; `trail` keeps low-resolution logits by prompts.
    """

    encoded: Tensor
    features: ImageFeatures
    frame: InputFrame
    trail: Trail[NDArray[np.float32]] = field(default_factory=Trail)

    @property
    def image_size(self) -> tuple[int, int]:
        """Height and width of the image in pixels."""
        return self.frame.image_size

    @property
    def nbytes(self) -> int:
        """Memory held by map and features, without the few small logits that come and go."""
        return sum(each.nbytes for each in (self.encoded, *self.features.detector, *self.features.interactive))
