"""What a job on the model thread works with."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sam3_annotator.model.embedding_cache import EmbeddingCache
from sam3_annotator.model.outputs import Segmentation
from sam3_annotator.model.progress import Progress, untold
from sam3_annotator.model.prompts import Prompt
from sam3_annotator.model.session import Check, Embedding, Session
from sam3_annotator.model.trail import leaving_no_trace


@dataclass(frozen=True)
class Workbench:
    """What a job works with, on the model thread only; `model_name` is what people call the session's model.

    `check()` raises `Cancelled` when the answer is no longer wanted: call it between stages and let it through.
    `tell(done, total)` tells whoever waits for the answer how far it is, where the work has parts to count.
    """

    session: Session
    embeddings: EmbeddingCache
    check: Check
    model_name: str = ""
    tell: Progress = untold

    def embed(self, key: str, read_pixels: Callable[[], NDArray[np.uint8]], *, lasts: bool = True) -> Embedding:
        """Return the embedding of the image whose content `key` names, from the cache or of its pixels and cached.

        One that does not last is of use for moments: it is kept at hand only.
        """
        return self.embeddings.embed(key, self.session, read_pixels, self.check, lasts=lasts)

    def preview(self, key: str, prompts: Sequence[Prompt]) -> Segmentation | None:
        """Answer prompts on the image `key` without a trace in its embedding; None if it is not embedded yet."""
        embedding = self.embeddings.device.get(key)
        if embedding is None:
            return None
        with leaving_no_trace():
            return self.session.segment(embedding, prompts, check=self.check)

    def draw(self, embedding: Embedding, prompts: Sequence[Prompt]) -> NDArray[np.bool_]:
        """Give the best `(H, W)` mask for prompts, without a trace in an embedding on which others may be clicking."""
        with leaving_no_trace():
            found = self.session.segment(embedding, prompts, multimask=False, check=self.check)
        mask: NDArray[np.bool_] = found.masks[0]
        return mask


Job = Callable[[Workbench], object]
