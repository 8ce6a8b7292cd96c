"""What SAM 3 keeps of an image: features for clicks and, once asked for, for concepts, and the answers on the way."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray
from torch import Tensor

from sam3_annotator.model.network.mask_decoder import InteractiveFeatures
from sam3_annotator.model.network.preprocessing import InputFrame
from sam3_annotator.model.network.sam3_image import DetectorFeatures
from sam3_annotator.model.trail import Trail


class Sam3Embedding:
    """What an image became, on the session's device; made by `Sam3Session` alone, from the backbone's map.

    `encoded` is that map, `(1, C, h, w)`; `interactive` is made of it for clicks, where the model answers them, and
    `detector` for concepts when the first of them is asked; `frame` is where the image lies in the input; `trail` keeps
    low-resolution logits by prompts.
    """

    def __init__(self, encoded: Tensor, interactive: InteractiveFeatures | None, frame: InputFrame) -> None:
        self.encoded = encoded
        self.interactive = interactive
        self.frame = frame
        self.trail: Trail[NDArray[np.float32]] = Trail()
        self._detector: DetectorFeatures | None = None
        self._lock = threading.Lock()

    @property
    def detector(self) -> DetectorFeatures | None:
        """What concepts need of the image; None until the first is asked."""
        return self._detector

    def keep_detector(self, made: DetectorFeatures) -> DetectorFeatures:
        """Keep what concepts need, from now on; gives what is kept, which is that of whoever came first."""
        with self._lock:
            if self._detector is None:
                self._detector = made
            return self._detector

    @property
    def image_size(self) -> tuple[int, int]:
        """Height and width of the image in pixels."""
        return self.frame.image_size

    @property
    def nbytes(self) -> int:
        """Memory held now by map and features, without the few small logits that come and go.

        It grows once, when the first concept is asked.
        """
        return sum(tensor.nbytes for tensor in self._tensors())

    def _tensors(self) -> Iterator[Tensor]:
        yield self.encoded
        yield from self.interactive or ()
        yield from self._detector or ()
