"""A click, a preview and a phrase in the pauses of the encoder change neither their answers nor the embedding."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from sam3_annotator.model import ConceptPrompt, PointPrompt
from sam3_annotator.model.sam3.embedding import Sam3Embedding
from sam3_annotator.model.sam3.session import Sam3Session
from sam3_annotator.model.trail import leaving_no_trace

CLICK, ANOTHER = PointPrompt(80, 60), PointPrompt(20, 30, False)
Ask = Callable[[Sam3Session, Sam3Embedding], tuple[NDArray[Any], ...]]


def _click(session: Sam3Session, embedding: Sam3Embedding) -> tuple[NDArray[Any], ...]:
    found = session.segment(embedding, [CLICK], check=lambda: None)
    return found.masks, found.predicted_iou, found.low_res_logits


def _phrase(session: Sam3Session, embedding: Sam3Embedding) -> tuple[NDArray[Any], ...]:
    found = session.detect(embedding, ConceptPrompt("cat"), threshold=0.0, check=lambda: None)
    return found.boxes_xyxy, found.scores


@pytest.fixture
def images() -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
    rng = np.random.default_rng(0)
    return rng.integers(0, 256, (90, 120, 3), dtype=np.uint8), rng.integers(0, 256, (120, 90, 3), dtype=np.uint8)


@pytest.mark.parametrize("ask", [_click, _phrase])
def test_answers_within_an_encoding_and_the_encoding_are_what_they_are_alone(
    tiny_network: Any, images: Any, ask: Ask
) -> None:
    shown, following = images
    alone = Sam3Session(tiny_network)
    expected_answer = ask(alone, alone.embed(shown))
    expected = alone.embed(following)
    session = Sam3Session(tiny_network)
    embedding = session.embed(shown)
    answers: list[tuple[NDArray[Any], ...]] = []
    is_asking = [False]

    def check() -> None:
        if not is_asking[0]:  # as the engine, whose checks of the host do nothing in layers of the guest
            is_asking[0] = True
            answers.append(ask(session, embedding))
            is_asking[0] = False

    encoded = session.embed(following, check=check)

    blocks, levels = tiny_network.config.vision.depth, len(tiny_network.neck.interactive)
    # A click waits for one of these at most; before both stacks there is one pause more.
    assert len(answers) == 1 + blocks + 1 + levels
    for answer in answers:
        for got, wanted in zip(answer, expected_answer, strict=True):
            np.testing.assert_array_equal(got, wanted)
    for got, wanted in zip(_tensors(encoded), _tensors(expected), strict=True):
        np.testing.assert_array_equal(got.numpy(), wanted.numpy())


def test_what_a_phrase_needs_of_an_image_is_kept_once_even_if_a_guest_is_faster(tiny_network: Any, images: Any) -> None:
    session = Sam3Session(tiny_network)
    embedding, alone = session.embed(images[0]), session.embed(images[0])
    kept: list[Any] = []

    def check() -> None:
        if not kept:
            kept.append(None)
            session.detect(embedding, ConceptPrompt("dog"), threshold=0.0, check=lambda: None)
            kept.append(embedding.detector)

    found = session.detect(embedding, ConceptPrompt("cat"), threshold=0.0, check=check)

    assert kept[1] is not None
    assert embedding.detector is kept[1]
    np.testing.assert_array_equal(found.scores, session.detect(alone, ConceptPrompt("cat"), threshold=0.0).scores)


def test_a_preview_leaves_the_next_correction_as_it_would_have_been(tiny_session: Sam3Session, images: Any) -> None:
    undisturbed, previewed = tiny_session.embed(images[0]), tiny_session.embed(images[0])
    for embedding in (undisturbed, previewed):
        tiny_session.segment(embedding, [CLICK])

    with leaving_no_trace():
        for x in range(40):
            tiny_session.segment(previewed, [PointPrompt(x, 5)])

    one, other = (tiny_session.segment(each, [CLICK, ANOTHER]) for each in (undisturbed, previewed))
    np.testing.assert_array_equal(one.low_res_logits, other.low_res_logits)
    assert previewed.trail.recall([PointPrompt(3, 5), ANOTHER]) is None


def _tensors(embedding: Sam3Embedding) -> list[Any]:
    return [embedding.encoded, *embedding.interactive]
