"""The session: a loaded model that embeds an image once and then answers prompts on it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from sam3_annotator.model.outputs import Detection, Segmentation
from sam3_annotator.model.prompts import ConceptPrompt, Prompt

Check = Callable[[], None]


def never_cancelled() -> None:
    """Be the `check` of a caller that never cancels."""


class Embedding(Protocol):
    """What the image encoder makes: reusable for every prompt on that image, opaque to everybody but its session."""

    @property
    def image_size(self) -> tuple[int, int]:
        """Height and width of the image in pixels."""
        ...

    @property
    def nbytes(self) -> int:
        """Memory held, for the cache's budget."""
        ...


class Session(Protocol):
    """A loaded model; only the thread that made it may call it.

    `check` is called between stages and raises `Cancelled` when the answer is no longer wanted.
    """

    @property
    def name(self) -> str:
        """What people call the model, for the window and for provenance."""
        ...

    @property
    def device(self) -> str:
        """Where it computes: `CPU`, `CUDA`, `MPS`."""
        ...

    @property
    def capabilities(self) -> frozenset[str]:
        """Which prompts it takes: of `points`, `boxes`, `masks`, `exemplars`, `phrases`."""
        ...

    def embed(self, image: NDArray[np.uint8], *, check: Check = never_cancelled) -> Embedding:
        """Encode an image, `(H, W, 3)` uint8 RGB; once per image."""
        ...

    def segment(
        self,
        embedding: Embedding,
        prompts: Sequence[Prompt],
        *,
        multimask: bool = True,
        check: Check = never_cancelled,
    ) -> Segmentation:
        """Find the one object that the prompts mean; several candidates if `multimask`.

        Raises `UnsupportedPrompt` for a prompt outside `capabilities`.
        """
        ...

    def detect(
        self,
        embedding: Embedding,
        concept: ConceptPrompt,
        *,
        threshold: float = 0.5,
        check: Check = never_cancelled,
    ) -> Detection:
        """Find all instances of a concept; raises `UnsupportedPrompt` where the session cannot."""
        ...
