"""Images are encoded as the network does it, whether it is recorded or not."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from typing import Any

import pytest
import torch
from torch import Tensor

from sam3_annotator.model.machine.replay import Tensors, Work, recorder_for
from sam3_annotator.model.network.builder import build_sam3_image_model
from sam3_annotator.model.network.config import Sam3Config
from sam3_annotator.model.network.sam3_image import Sam3Image
from sam3_annotator.model.sam3.image_encoder import ImageEncoder
from tests.logged_warnings import warnings_in
from tests.main_memory_ops import MainMemoryOps


@pytest.fixture(autouse=True)
def inference() -> Iterator[None]:
    with torch.inference_mode():
        yield


def draw_pixels(network: Sam3Image, seed: int) -> Tensor:
    side = network.config.vision.image_side
    pixels = torch.randn(1, 3, side, side, generator=torch.Generator().manual_seed(seed))
    return pixels.to(network.no_memory_embedding.device)


def assert_as_the_network(encoder: ImageEncoder, network: Sam3Image, tolerance: float) -> None:
    """Encode two images in turn, twice, and compare when all is done: no answer may overwrite another."""
    images = [draw_pixels(network, seed) for seed in (0, 1, 0, 1)]
    encoded = [encoder.encode(pixels) for pixels in images]
    prepared = [encoder.prepare(each) for each in encoded]

    for pixels, mine, ready in zip(images, encoded, prepared, strict=True):
        expected = network.encode_pixels(pixels)
        assert mine.stride() == expected.stride()
        for value, plain in zip((mine, *ready), (expected, *network.prepare_clicks(expected)), strict=True):
            torch.testing.assert_close(value.float(), plain.float(), rtol=tolerance, atol=tolerance)


def test_without_a_recorder_it_is_the_network_s_to_the_last_bit(tiny_network: Sam3Image) -> None:
    assert_as_the_network(ImageEncoder(tiny_network, None), tiny_network, 0)


def test_recorded_it_is_the_network_s_whatever_the_image(
    tiny_network: Sam3Image, paper_card: Any, caplog: pytest.LogCaptureFixture
) -> None:
    assert_as_the_network(ImageEncoder(tiny_network, paper_card.record), tiny_network, 1e-5)

    assert paper_card.recordings == 2
    assert not warnings_in(caplog)


def test_what_is_recorded_needs_nothing_from_main_memory(tiny_network: Sam3Image) -> None:
    notes: list[MainMemoryOps] = []

    def record(work: Work) -> tuple[Tensors, Work]:
        with MainMemoryOps() as ops:
            work()
        notes.append(ops)
        raise RuntimeError("That is all.")

    network = copy.deepcopy(tiny_network).to("meta")
    encoder = ImageEncoder(network, record)

    encoder.prepare(encoder.encode(draw_pixels(network, 0)))

    assert [ops.names for ops in notes] == [[], []]


@pytest.mark.gpu
@pytest.mark.skipif(not torch.cuda.is_available(), reason="There is no CUDA device.")
@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16, torch.float16])
def test_graphs_encode_as_the_network_does_step_by_step(dtype: torch.dtype, caplog: pytest.LogCaptureFixture) -> None:
    device = torch.device("cuda")
    torch.manual_seed(0)
    network = build_sam3_image_model(Sam3Config.tiny()).to(device, dtype)

    assert_as_the_network(
        ImageEncoder(network, recorder_for(device)), network, 1e-3 if dtype is torch.float32 else 0.03
    )

    assert not warnings_in(caplog), "It could not be recorded."
