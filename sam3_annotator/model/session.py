"""The session: a loaded model that embeds an image once and then answers prompts on it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol, runtime_checkable

import numpy as np
from numpy.typing import NDArray

from sam3_annotator.model.outputs import Detection, Segmentation
from sam3_annotator.model.prompts import ConceptPrompt, Prompt

if TYPE_CHECKING:
    from torch import Tensor

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
        """Memory held at the time, for the cache's budget; it may grow with what is asked."""
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
        """Encode an image, `(H, W, 3)` uint8 RGB; once per image.

        The embedding may keep the array, so it has to stay as it is as long as that is used: give a copy of a buffer.
        """
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


@dataclass(frozen=True, slots=True, eq=False)
class PackedEmbedding:
    """The least that an embedding can be restored from: tensors by name, in main memory."""

    image_size: tuple[int, int]
    tensors: Mapping[str, Tensor]

    @property
    def nbytes(self) -> int:
        """Memory held."""
        return sum(tensor.nbytes for tensor in self.tensors.values())


@runtime_checkable
class RestoringSession(Session, Protocol):
    """A session whose embeddings take long to make and little to restore, so that they are worth keeping for days."""

    def encoder_fingerprint(self) -> str:
        """Tell apart encoders that make different embeddings of the same image: by weights, precision, sizes."""
        ...

    def pack(self, embedding: Embedding) -> PackedEmbedding:
        """Take what is to be kept of an embedding of this session."""
        ...

    def restore(self, packed: PackedEmbedding, *, check: Check = never_cancelled) -> Embedding:
        """Make the embedding again; it answers as the first one did.

        Raises `ValueError` for what no session with this fingerprint has packed.
        """
        ...
