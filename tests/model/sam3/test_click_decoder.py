"""Clicks are decoded into main memory, as the network decodes them."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from sam3_annotator.model.machine.replay import recorder_for
from sam3_annotator.model.network.builder import build_sam3_image_model
from sam3_annotator.model.network.config import Sam3Config
from sam3_annotator.model.network.mask_decoder import InteractiveFeatures
from sam3_annotator.model.network.sam3_image import Sam3Image
from sam3_annotator.model.sam3.asked import Asked
from sam3_annotator.model.sam3.click_decoder import ClickDecoder

MASK = np.linspace(-5, 5, 32 * 32, dtype=np.float32).reshape(32, 32)
KINDS = {
    "one click": Asked(((40.0, 50.0, True),), None, None),
    "a correction": Asked(((40.0, 50.0, True), (90.0, 20.0, False)), None, MASK),
    "a box": Asked((), (20.0, 30.0, 80.0, 90.0), None),
    "a box and a click": Asked(((90.0, 20.0, False),), (20.0, 30.0, 80.0, 90.0), None),
    "a mask": Asked((), None, MASK),
}


def prepare(network: Sam3Image, seed: int) -> InteractiveFeatures:
    parameter = network.no_memory_embedding
    encoded = torch.randn(1, 32, 8, 8, generator=torch.Generator().manual_seed(seed)).to(parameter)
    return network.prepare_clicks(encoded)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16, torch.float16])
def test_the_answer_is_the_network_s_in_float32(dtype: torch.dtype, kind: str) -> None:
    torch.manual_seed(0)
    network = build_sam3_image_model(Sam3Config.tiny()).to(dtype)
    image, asked = prepare(network, 0), KINDS[kind]

    decoded = ClickDecoder(network, None)(image, asked)

    expected = network.decode_prompts(image, *asked.tensors(torch.device("cpu")))
    for mine, plain in zip(decoded, expected, strict=True):
        assert mine.dtype == torch.float32
        assert torch.equal(mine, plain.float())


@pytest.mark.gpu
@pytest.mark.skipif(not torch.cuda.is_available(), reason="There is no CUDA device.")
@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16, torch.float16])
def test_recorded_clicks_are_answered_as_the_network_answers_them_step_by_step(
    dtype: torch.dtype, caplog: pytest.LogCaptureFixture
) -> None:
    device = torch.device("cuda")
    torch.manual_seed(0)
    # Drawn on the CPU: the card's own generator takes no orders after a recording that failed, as another test's does.
    network = build_sam3_image_model(Sam3Config.tiny()).to(device, dtype)
    images = [prepare(network, seed) for seed in (0, 1)]
    decode = ClickDecoder(network, recorder_for(device))

    with torch.inference_mode():
        for image in (*images, *images):
            for asked in KINDS.values():
                decoded = decode(image, asked)
                for mine, plain in zip(decoded, network.decode_prompts(image, *asked.tensors(device)), strict=True):
                    torch.testing.assert_close(mine, plain.float().cpu(), rtol=1e-3, atol=1e-3)

    assert not caplog.records, "It could not be recorded."
