"""Packed embeddings, and a session that makes and restores them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pytest
import torch
from numpy.typing import NDArray

from sam3_annotator.model import Check, Embedding, PackedEmbedding, never_cancelled

MakePacked = Callable[..., PackedEmbedding]


@pytest.fixture
def make_packed() -> MakePacked:
    """Make packed embeddings of some bytes: `make_packed(seed, nbytes=1000)`."""

    def make(seed: int = 0, nbytes: int = 1000) -> PackedEmbedding:
        values = np.random.default_rng(seed).integers(0, 255, nbytes, dtype=np.uint8)
        return PackedEmbedding((30, 40), {"values": torch.from_numpy(values)})

    return make


@dataclass
class NumberEmbedding:
    """Holds the first pixel's first level; a test may let it grow."""

    image_size: tuple[int, int]
    number: int
    nbytes: int = 100


class NumberSession:
    """Embeds an image as one number; `embedded` and `restored` count what it did. Packed, that has ten bytes."""

    name = "Numbers"
    device = "CPU"
    capabilities: frozenset[str] = frozenset()

    def __init__(self, fingerprint: str = "numbers") -> None:
        self.fingerprint = fingerprint
        self.embedded = 0
        self.restored = 0
        self.refuses = False

    def embed(self, image: NDArray[np.uint8], *, check: Check = never_cancelled) -> NumberEmbedding:
        check()
        self.embedded += 1
        return NumberEmbedding((image.shape[0], image.shape[1]), int(image[0, 0, 0]))

    def segment(self, *_: object, **__: object) -> None:
        raise NotImplementedError

    detect = segment

    def encoder_fingerprint(self) -> str:
        return self.fingerprint

    def pack(self, embedding: Embedding) -> PackedEmbedding:
        assert isinstance(embedding, NumberEmbedding)
        number = torch.full((10,), embedding.number, dtype=torch.uint8)
        return PackedEmbedding(embedding.image_size, {"number": number})

    def restore(self, packed: PackedEmbedding, *, check: Check = never_cancelled) -> NumberEmbedding:
        check()
        if self.refuses:
            raise ValueError("This is no number.")
        self.restored += 1
        return NumberEmbedding(packed.image_size, int(packed.tensors["number"][0]))


@pytest.fixture
def session() -> NumberSession:
    return NumberSession()


@pytest.fixture
def another_session() -> NumberSession:
    """Make a session of another checkpoint."""
    return NumberSession("other numbers")
