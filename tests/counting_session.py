"""A session of SAM 3 that tells whether images are read again."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from sam3_annotator.model import Check, never_cancelled
from sam3_annotator.model.sam3.embedding import Sam3Embedding
from sam3_annotator.model.sam3.session import Sam3Session


class CountingSession(Sam3Session):
    """Counts the images it encodes."""

    encoded = 0

    def embed(self, image: NDArray[np.uint8], *, check: Check = never_cancelled) -> Sam3Embedding:
        self.encoded += 1
        return super().embed(image, check=check)
