"""A session on one half of SAM 3 answers what that half knows as the whole does, and computes nothing of the other."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
from numpy.typing import NDArray

from sam3_annotator.model import (
    BoxPrompt,
    CacheBudgets,
    ConceptPrompt,
    Embedding,
    EmbeddingCache,
    Exemplar,
    PointPrompt,
    UnsupportedPrompt,
)
from sam3_annotator.model.network.config import Sam3Config
from sam3_annotator.model.network.sam3_image import Sam3Image
from sam3_annotator.model.sam3 import open_sam3
from sam3_annotator.model.sam3.embedding import Sam3Embedding
from sam3_annotator.model.sam3.mask_trial import draw_masks
from sam3_annotator.model.sam3.range_trial import stays_finite
from sam3_annotator.model.sam3.session import Sam3Session
from tests.half_network import cut_half
from tests.paper_card import PaperCard

Image = NDArray[np.uint8]
CONCEPT = ConceptPrompt("cat", (Exemplar(50, 30, 110, 90),))
PROMPTS = [PointPrompt(80, 60), BoxPrompt(50, 30, 110, 90)]


@pytest.fixture
def detector(tiny_network: Sam3Image) -> Sam3Image:
    return cut_half(tiny_network, has_concepts=True)


@pytest.fixture
def click_model(tiny_network: Sam3Image) -> Sam3Image:
    return cut_half(tiny_network, has_clicks=True)


def test_the_detector_alone_finds_what_the_whole_finds(
    detector: Sam3Image, tiny_session: Sam3Session, image: Image
) -> None:
    session = Sam3Session(detector)

    mine, expected = (each.detect(each.embed(image), CONCEPT, threshold=0) for each in (session, tiny_session))

    assert session.capabilities == {"exemplars", "phrases"}
    np.testing.assert_array_equal(mine.scores, expected.scores)
    np.testing.assert_array_equal(mine.masks, expected.masks)
    with pytest.raises(UnsupportedPrompt, match="SAM 3 takes phrases and exemplars, but no points and boxes"):
        session.segment(session.embed(image), PROMPTS)


def test_the_click_model_alone_segments_what_the_whole_segments(
    click_model: Sam3Image, tiny_session: Sam3Session, image: Image
) -> None:
    session = Sam3Session(click_model)

    mine, expected = (each.segment(each.embed(image), PROMPTS) for each in (session, tiny_session))

    assert session.capabilities == {"points", "boxes", "masks"}
    np.testing.assert_array_equal(mine.low_res_logits, expected.low_res_logits)
    np.testing.assert_array_equal(mine.masks, expected.masks)
    with pytest.raises(UnsupportedPrompt, match="SAM 3 takes points and boxes, but no phrases and exemplars"):
        session.detect(session.embed(image), CONCEPT)


def test_the_detector_alone_prepares_no_image_for_clicks(
    detector: Sam3Image, tiny_session: Sam3Session, image: Image
) -> None:
    embedding = Sam3Session(detector).embed(image)

    assert embedding.nbytes == embedding.encoded.nbytes < tiny_session.embed(image).nbytes


def test_an_image_that_was_read_by_one_half_is_restored_for_the_other(
    detector: Sam3Image, click_model: Sam3Image, tiny_session: Sam3Session, image: Image, tmp_path: Path
) -> None:
    """What is kept is the map of the image encoder, which they share, and nothing of either half."""
    reads = 0

    def read() -> Image:
        nonlocal reads
        reads += 1
        return image

    def embed(session: Sam3Session) -> Embedding:
        cache = EmbeddingCache(CacheBudgets(disk_bytes=1 << 20), tmp_path)
        embedding = cache.embed("an image", session, read)
        cache.close(None)
        return embedding

    one, other = Sam3Session(click_model), Sam3Session(detector)
    clicked_on, looked_through = embed(one), embed(other)

    assert reads == 1
    assert isinstance(looked_through, Sam3Embedding)
    assert looked_through.interactive is None
    whole = tiny_session.embed(image)
    np.testing.assert_array_equal(one.segment(clicked_on, PROMPTS).masks, tiny_session.segment(whole, PROMPTS).masks)
    np.testing.assert_array_equal(
        other.detect(looked_through, CONCEPT, threshold=0).scores,
        tiny_session.detect(whole, CONCEPT, threshold=0).scores,
    )


def test_a_half_is_recorded_and_cancelled_like_the_whole(
    detector: Sam3Image, click_model: Sam3Image, image: Image
) -> None:
    for network, has_concepts in ((detector, True), (click_model, False)):
        card, asked = PaperCard(), 0
        session = Sam3Session(network, get_recorder=lambda _device, card=card: card.record)

        def check() -> None:
            nonlocal asked
            asked += 1

        embedding = session.embed(image, check=check)
        if has_concepts:
            assert len(session.detect(embedding, CONCEPT, threshold=0, check=check).masks) == 10
        else:
            assert len(session.segment(embedding, PROMPTS, check=check).masks)
        assert card.recordings > 1
        assert asked > 2


def test_either_half_is_tried_in_fewer_bits_as_far_as_it_answers(detector: Sam3Image, click_model: Sam3Image) -> None:
    assert draw_masks(detector, lambda: None).keys() == {"phrase"}
    assert draw_masks(click_model, lambda: None).keys() == {"clicks", "boxes"}
    assert stays_finite(detector)
    assert stays_finite(click_model)

    detector.decoder.query_embed.weight.data = torch.full_like(detector.decoder.query_embed.weight, torch.inf)
    click_model.mask_decoder.iou_token.data = torch.full_like(click_model.mask_decoder.iou_token, torch.inf)
    assert not stays_finite(detector)
    assert not stays_finite(click_model)


@pytest.mark.parametrize(
    ("unwanted", "capabilities"),
    [
        ("tracker.", {"exemplars", "phrases"}),
        (
            (
                "detector.backbone.language",
                "detector.geometry",
                "detector.transformer",
                "detector.dot",
                "detector.segmentation",
            ),
            {"points", "boxes", "masks"},
        ),
    ],
    ids=["detector", "click model"],
)
def test_a_file_of_one_half_is_opened_with_what_it_can_do(
    checkpoint: Path, unwanted: str | tuple[str, ...], capabilities: set[str], image: Image, tmp_path: Path
) -> None:
    weights = torch.load(checkpoint, weights_only=True)
    torch.save({name: each for name, each in weights.items() if not name.startswith(unwanted)}, tmp_path / "half.pt")

    session = open_sam3(tmp_path / "half.pt", "cpu", config=Sam3Config.tiny())

    assert session.name == "SAM 3 (half)"
    assert session.capabilities == capabilities
    assert session.embed(image).image_size == image.shape[:2]
