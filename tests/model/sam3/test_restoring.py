"""An embedding of SAM 3 is restored from a small part of it, as it was."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from numpy.typing import NDArray

from sam3_annotator.model import Cancelled, Check, ConceptPrompt, PackedEmbedding, PointPrompt
from sam3_annotator.model.embedding_cache.file_format import decode_file, encode_file
from sam3_annotator.model.network.builder import build_sam3_image_model
from sam3_annotator.model.network.config import Sam3Config
from sam3_annotator.model.sam3.session import Sam3Session


@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16])
def test_a_restored_embedding_answers_bit_for_bit_as_the_first(image: NDArray[np.uint8], dtype: torch.dtype) -> None:
    torch.manual_seed(0)
    network = build_sam3_image_model(Sam3Config.tiny()).to(dtype)
    first_day, next_day = Sam3Session(network), Sam3Session(network)
    embedding = first_day.embed(image)
    file = encode_file("key", first_day.pack(embedding))

    restored = next_day.restore(decode_file("key", file))

    assert restored.image_size == embedding.image_size
    for mine, first in zip(
        (restored.encoded, *restored.interactive),
        (embedding.encoded, *embedding.interactive),
        strict=True,
    ):
        assert torch.equal(mine, first)
    answers = [
        (session.segment(each, [PointPrompt(80, 60)]), session.detect(each, ConceptPrompt("cat"), threshold=0))
        for session, each in ((first_day, embedding), (next_day, restored))
    ]
    for name in ("masks", "predicted_iou", "low_res_logits"):
        np.testing.assert_array_equal(getattr(answers[1][0], name), getattr(answers[0][0], name))
    for name in ("masks", "scores"):
        np.testing.assert_array_equal(getattr(answers[1][1], name), getattr(answers[0][1], name))


def test_a_packed_embedding_is_a_small_part_of_it(tiny_session: Sam3Session, image: NDArray[np.uint8]) -> None:
    packed = tiny_session.pack(tiny_session.embed(image))

    assert packed.nbytes == 4 * 32 * 8 * 8


def test_a_packed_embedding_of_another_model_is_refused(tiny_session: Sam3Session, image: NDArray[np.uint8]) -> None:
    packed = tiny_session.pack(tiny_session.embed(image))
    others = [
        PackedEmbedding(packed.image_size, {"encoded": packed.tensors["encoded"].to(torch.bfloat16)}),
        PackedEmbedding(packed.image_size, {"encoded": packed.tensors["encoded"][:, 1:]}),
        PackedEmbedding(packed.image_size, {"something": packed.tensors["encoded"]}),
    ]

    for other in others:
        with pytest.raises(ValueError, match="restores"):
            tiny_session.restore(other)


def test_restoring_can_be_cancelled(tiny_session: Sam3Session, image: NDArray[np.uint8]) -> None:
    packed = tiny_session.pack(tiny_session.embed(image))

    def check_after(calls: int) -> Check:
        left = iter(range(calls))

        def check() -> None:
            if next(left, None) is None:
                raise Cancelled

        return check

    for calls in range(1, 4):  # once before all, then before each of three maps
        with pytest.raises(Cancelled):
            tiny_session.restore(packed, check=check_after(calls))
