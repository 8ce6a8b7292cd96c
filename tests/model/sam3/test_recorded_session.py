"""A session whose work is recorded answers as one that does it step by step."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch
from numpy.typing import NDArray

from sam3_annotator.model import ConceptPrompt, Detection, Exemplar, PointPrompt
from sam3_annotator.model.network.builder import build_sam3_image_model
from sam3_annotator.model.network.config import Sam3Config
from sam3_annotator.model.network.sam3_image import Sam3Image
from sam3_annotator.model.sam3.postprocessing import SCORE_FLOOR
from sam3_annotator.model.sam3.session import Sam3Session
from tests.logged_warnings import warnings_in

Image = NDArray[np.uint8]
EXEMPLARS = (Exemplar(50, 30, 110, 90), Exemplar(0, 0, 20, 30, positive=False), Exemplar(100, 60, 190, 110))
CONCEPTS = [
    ConceptPrompt("cat"),
    ConceptPrompt("yellow school bus"),
    ConceptPrompt("cat", EXEMPLARS[:1]),
    ConceptPrompt(exemplars=EXEMPLARS[:2]),
    ConceptPrompt("cat", EXEMPLARS),
]


def build_doubting_network() -> Sam3Image:
    """Build one that is hardly ever sure, so that most candidates are drawn only when asked for."""
    torch.manual_seed(0)
    network = build_sam3_image_model(Sam3Config.tiny())
    with torch.no_grad():
        network.state_dict()["decoder.presence_token_head.layers.2.bias"].fill_(-1.5)
    return network


def assert_same(found: Detection, expected: Detection, tolerance: float = 1e-5) -> None:
    np.testing.assert_allclose(found.scores, expected.scores, atol=tolerance)
    np.testing.assert_allclose(found.boxes_xyxy, expected.boxes_xyxy, atol=200 * tolerance)
    assert found.presence == pytest.approx(expected.presence, abs=tolerance)
    assert found.masks.shape == expected.masks.shape
    assert (found.masks != expected.masks).mean() <= 10 * tolerance  # where logits are zero but for rounding


def test_kept_answers_are_not_overwritten_by_later_ones(
    image: Image, paper_card: Any, caplog: pytest.LogCaptureFixture
) -> None:
    network = build_doubting_network()
    plain, recorded = Sam3Session(network), Sam3Session(network, get_recorder=lambda _: paper_card.record)
    ours, other, theirs = recorded.embed(image), recorded.embed(255 - image), plain.embed(image)
    cat, bus, one = CONCEPTS[:3]
    expected = plain.detect(theirs, cat, threshold=0)
    is_late = expected.scores < SCORE_FLOOR
    assert 0 < is_late.sum() < len(is_late), "Some are drawn at once, some when asked for."

    assert len(recorded.detect(ours, cat, threshold=1).masks) == 0
    recorded.detect(other, bus)
    recorded.detect(other, one)
    recorded.segment(other, [PointPrompt(80, 60)])

    assert_same(recorded.detect(ours, cat, threshold=0), expected)
    # The phrase, too, is known from before.
    assert_same(recorded.detect(ours, one, threshold=0), plain.detect(theirs, one, threshold=0))
    assert not warnings_in(caplog)


def test_all_kinds_of_prompts_are_answered_in_turn(
    tiny_session: Sam3Session, tiny_network: Sam3Image, image: Image, paper_card: Any
) -> None:
    recorded = Sam3Session(tiny_network, get_recorder=lambda _: paper_card.record)

    for pixels in (image, 255 - image):
        ours, theirs = recorded.embed(pixels), tiny_session.embed(pixels)
        for concept in CONCEPTS:
            assert_same(recorded.detect(ours, concept, threshold=0), tiny_session.detect(theirs, concept, threshold=0))
            click = [PointPrompt(80, 60)]
            np.testing.assert_allclose(
                recorded.segment(ours, click).low_res_logits,
                tiny_session.segment(theirs, click).low_res_logits,
                atol=1e-5,
            )

    assert paper_card.recordings == 2 + 1 + 4 + 1, (
        "Encoding, preparing; reading; no, one, two, four exemplars; clicking."
    )


def test_while_recording_nobody_is_asked_whether_it_is_wanted(
    tiny_network: Sam3Image, image: Image, paper_card: Any
) -> None:
    recorded = Sam3Session(tiny_network, get_recorder=lambda _: paper_card.record)
    embedding = recorded.embed(image)
    recorded.detect(embedding, ConceptPrompt("dog"))  # from here on the image is prepared
    before = paper_card.recordings
    asked = []

    recorded.detect(embedding, CONCEPTS[2], threshold=1, check=lambda: asked.append(None))

    assert paper_card.recordings == before + 1
    assert len(asked) == 3, "Before reading, before finding, before drawing."


def test_when_memory_runs_out_recordings_are_let_go(
    tiny_session: Sam3Session, tiny_network: Sam3Image, image: Image, paper_card: Any
) -> None:
    recorded = Sam3Session(tiny_network, get_recorder=lambda _: paper_card.record)
    embedding, other = recorded.embed(image), recorded.embed(255 - image)
    recorded.detect(embedding, CONCEPTS[0])
    recorded.segment(embedding, [PointPrompt(80, 60)])
    before = paper_card.recordings
    left = [torch.OutOfMemoryError("CUDA out of memory.")]

    def fail_once(*_: object) -> None:
        if left:
            raise left.pop()

    with tiny_network.neck.detector[0].register_forward_pre_hook(fail_once):
        found = recorded.detect(other, CONCEPTS[0], threshold=0)
    recorded.detect(other, CONCEPTS[1])
    recorded.segment(other, [PointPrompt(80, 60)])
    recorded.embed(image)

    assert_same(found, tiny_session.detect(tiny_session.embed(255 - image), CONCEPTS[0], threshold=0))
    assert paper_card.recordings == 2 * before


@pytest.mark.gpu
@pytest.mark.skipif(not torch.cuda.is_available(), reason="There is no CUDA device.")
def test_kept_answers_are_not_overwritten_by_later_graphs(image: Image, caplog: pytest.LogCaptureFixture) -> None:
    network = build_doubting_network().to("cuda")
    plain, recorded = Sam3Session(network, get_recorder=lambda _: None), Sam3Session(network)
    ours, other, theirs = recorded.embed(image), recorded.embed(255 - image), plain.embed(image)
    cat, bus, one = CONCEPTS[:3]

    for _ in range(2):  # recorded, then replayed
        assert len(recorded.detect(ours, cat, threshold=1).masks) == 0
        for concept in CONCEPTS[1:]:
            recorded.detect(other, concept)
        recorded.segment(other, [PointPrompt(80, 60)])
        for concept in (cat, bus, one):
            assert_same(recorded.detect(ours, concept, threshold=0), plain.detect(theirs, concept, threshold=0), 1e-3)

    assert not warnings_in(caplog), "It could not be recorded."
