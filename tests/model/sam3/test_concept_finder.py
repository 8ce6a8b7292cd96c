"""Concepts are read and found as the network does it, whether it is recorded or not."""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterable, Iterator
from itertools import product
from typing import Any

import pytest
import torch
from torch import Tensor

from sam3_annotator.model.machine.replay import Tensors, Work, recorder_for
from sam3_annotator.model.network.builder import build_sam3_image_model
from sam3_annotator.model.network.config import Sam3Config
from sam3_annotator.model.network.sam3_image import DetectorFeatures, FoundConcept, Sam3Image
from sam3_annotator.model.sam3.asked import AskedConcept
from sam3_annotator.model.sam3.concept_finder import ConceptFinder
from tests.logged_warnings import warnings_in
from tests.main_memory_ops import MainMemoryOps

PHRASES = ("cat", "yellow school bus")


@pytest.fixture(autouse=True)
def inference() -> Iterator[None]:
    with torch.inference_mode():
        yield


def prepare(network: Sam3Image, seed: int) -> DetectorFeatures:
    parameter = network.no_memory_embedding
    encoded = torch.randn(1, 32, 8, 8, generator=torch.Generator().manual_seed(seed)).to(parameter)
    return network.prepare_concepts(encoded)


def ask(phrase: str, exemplars: int, seed: int) -> AskedConcept:
    """Ask for a phrase and some exemplars anywhere in the image; the first of them is positive."""
    if not exemplars:
        return AskedConcept(phrase)
    generator = torch.Generator().manual_seed(seed)
    size = torch.rand(1, exemplars, 2, generator=generator)
    centre = size / 2 + torch.rand(1, exemplars, 2, generator=generator) * (1 - size)
    labels = torch.rand(1, exemplars, generator=generator) < 0.5
    labels[:, 0] = True
    return AskedConcept(phrase, torch.cat([centre, size], -1), labels)


def find_plainly(network: Sam3Image, image: DetectorFeatures, asked: AskedConcept) -> FoundConcept:
    return network.find(image, network.encode_text([asked.phrase]), asked.boxes_cxcywh, asked.labels)


def find(finder: ConceptFinder, image: DetectorFeatures, asked: AskedConcept) -> FoundConcept:
    return finder.find(image, finder.read(asked.phrase), asked)


def assert_all_close(found: Iterable[Tensor], expected: Iterable[Tensor], tolerance: float) -> None:
    for mine, plain in zip(found, expected, strict=True):
        torch.testing.assert_close(mine, plain, rtol=tolerance, atol=tolerance)


@pytest.mark.parametrize("exemplars", [0, 1, 3])
def test_without_a_recorder_it_is_the_network_s_to_the_last_bit(tiny_network: Sam3Image, exemplars: int) -> None:
    image, asked = prepare(tiny_network, 0), ask("cat", exemplars, seed=0)

    found = find(ConceptFinder(tiny_network, None), image, asked)

    for mine, plain in zip(found, find_plainly(tiny_network, image, asked), strict=True):
        assert torch.equal(mine, plain)


def test_recorded_it_is_the_network_s_whatever_is_asked_of_whichever_image(
    tiny_network: Sam3Image, paper_card: Any, caplog: pytest.LogCaptureFixture
) -> None:
    finder = ConceptFinder(tiny_network, paper_card.record)
    images = [prepare(tiny_network, seed) for seed in (0, 1)]

    # All kinds in turn, then all of them again with other boxes, phrases and another image.
    for seed, (image, phrase) in enumerate(product(images, PHRASES)):
        for exemplars in (0, 1, 2, 3, 4):
            asked = ask(phrase, exemplars, seed)
            text = finder.read(phrase)
            for mine, plain in zip(text, tiny_network.encode_text([phrase]), strict=True):
                assert torch.equal(mine, plain)
            assert_all_close(finder.find(image, text, asked), find_plainly(tiny_network, image, asked), 1e-5)

    assert not warnings_in(caplog)
    assert paper_card.recordings == 1 + 4, "Reading once; finding for no, one, two and up to four exemplars."


def test_answers_stay_as_they_are_when_something_else_is_asked(tiny_network: Sam3Image, paper_card: Any) -> None:
    finder = ConceptFinder(tiny_network, paper_card.record)
    images = [prepare(tiny_network, seed) for seed in (0, 1)]
    cases = [(image, ask(phrase, count, 0)) for count in (0, 2) for image in images for phrase in PHRASES]

    texts = [finder.read(asked.phrase) for _, asked in cases]
    answers = [finder.find(image, text, asked) for (image, asked), text in zip(cases, texts, strict=True)]

    for (image, asked), text, answer in zip(cases, texts, answers, strict=True):
        assert_all_close(text, tiny_network.encode_text([asked.phrase]), 1e-6)
        assert_all_close(answer, find_plainly(tiny_network, image, asked), 1e-5)


def test_what_cannot_be_recorded_is_answered_all_the_same(
    tiny_network: Sam3Image, caplog: pytest.LogCaptureFixture
) -> None:
    def refuse(_work: Work) -> tuple[Tensors, Work]:
        raise RuntimeError("operation not permitted when stream is capturing")

    finder = ConceptFinder(tiny_network, refuse)
    image = prepare(tiny_network, 0)

    for exemplars in (0, 1, 3):
        asked = ask("cat", exemplars, seed=0)
        assert_all_close(find(finder, image, asked), find_plainly(tiny_network, image, asked), 1e-5)
    assert len(warnings_in(caplog)) == 2, "One for reading, one for finding."


def test_what_was_forgotten_is_recorded_anew(tiny_network: Sam3Image, paper_card: Any) -> None:
    finder = ConceptFinder(tiny_network, paper_card.record)
    images, asked = [prepare(tiny_network, seed) for seed in (0, 1)], ask("cat", 0, seed=0)
    find(finder, images[0], asked)

    finder.forget()

    assert_all_close(find(finder, images[1], asked), find_plainly(tiny_network, images[1], asked), 1e-5)
    assert paper_card.recordings == 4


def note_on_meta(network: Sam3Image, asked: AskedConcept) -> tuple[MainMemoryOps, MainMemoryOps]:
    """Record on the device that has no numbers, so that reading one raises; gives what reading and finding did."""
    notes: list[MainMemoryOps] = []

    def record(work: Callable[[], Tensors]) -> tuple[Tensors, Work]:
        with MainMemoryOps() as ops:
            work()
        notes.append(ops)
        raise RuntimeError("That is all.")

    finder = ConceptFinder(network, record)
    find(finder, prepare(network, 0), asked)
    reading, finding = notes
    return reading, finding


@pytest.mark.parametrize("exemplars", [0, 1, 3])
def test_what_is_recorded_needs_nothing_from_main_memory(tiny_network: Sam3Image, exemplars: int) -> None:
    network = copy.deepcopy(tiny_network).to("meta")

    for ops in note_on_meta(network, ask("cat", exemplars, seed=0)):
        assert ops.names == []


@pytest.mark.gpu
@pytest.mark.skipif(not torch.cuda.is_available(), reason="There is no CUDA device.")
@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16, torch.float16])
def test_graphs_find_what_the_network_finds_step_by_step(dtype: torch.dtype, caplog: pytest.LogCaptureFixture) -> None:
    device = torch.device("cuda")
    torch.manual_seed(0)
    # Drawn on the CPU: the card's own generator takes no orders after a recording that failed, as another test's does.
    network = build_sam3_image_model(Sam3Config.tiny()).to(device, dtype)
    images = [prepare(network, seed) for seed in (0, 1)]
    finder = ConceptFinder(network, recorder_for(device))
    asked = [ask(phrase, exemplars, 0) for phrase in PHRASES for exemplars in (0, 1, 2, 3)]

    # Twice, so that each kind is replayed after each other one; kept, so that no answer overwrites another.
    cases = [*product(images, asked), *product(images, asked)]
    answers = [find(finder, image, each) for image, each in cases]

    tolerance = {torch.float32: 1e-3, torch.float16: 0.03, torch.bfloat16: 0.1}[dtype]
    for (image, each), answer in zip(cases, answers, strict=True):
        boxes, labels = (None if value is None else value.to(device) for value in (each.boxes_cxcywh, each.labels))
        expected = network.find(image, network.encode_text([each.phrase]), boxes, labels)
        for mine, plain in zip(answer, expected, strict=True):
            torch.testing.assert_close(mine.float(), plain.float(), rtol=tolerance, atol=tolerance)
    assert not warnings_in(caplog), "It could not be recorded."
