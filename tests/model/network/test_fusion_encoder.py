"""Image features that have looked at the prompt."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
import torch
from torch import Tensor

from sam3_annotator.model.network.config import Sam3Config
from sam3_annotator.model.network.fusion_encoder import TransformerEncoderFusion

Fuse = Callable[[Tensor, Tensor, Tensor], Tensor]

ALL_VALID = torch.ones(2, 5, dtype=torch.bool)


@pytest.fixture
def fuse(tiny_config: Sam3Config, randomise: Callable[..., None]) -> Fuse:
    """Run the encoder: `fuse(image, prompt, prompt_valid)`."""
    encoder = TransformerEncoderFusion(tiny_config)
    randomise(encoder, 0)
    positions = torch.randn(16, tiny_config.width, generator=torch.Generator().manual_seed(1))

    def run(image: Tensor, prompt: Tensor, valid: Tensor) -> Tensor:
        with torch.inference_mode():
            return encoder(encoder.prepare(image, positions), positions, prompt, valid)

    return run


@pytest.fixture
def image(tiny_config: Sam3Config) -> Tensor:
    return torch.randn(2, 16, tiny_config.width, generator=torch.Generator().manual_seed(2))


@pytest.fixture
def prompt(tiny_config: Sam3Config) -> Tensor:
    return torch.randn(2, 5, tiny_config.width, generator=torch.Generator().manual_seed(3))


def test_the_prompt_changes_the_memory(fuse: Fuse, image: Tensor, prompt: Tensor) -> None:
    memory = fuse(image, prompt, ALL_VALID)

    assert memory.shape == image.shape
    assert (memory - fuse(image, prompt.flip(2), ALL_VALID)).abs().max() > 0.1


def test_preparing_is_done_once_for_all_prompts(
    tiny_config: Sam3Config, randomise: Callable[..., None], image: Tensor, prompt: Tensor
) -> None:
    encoder = TransformerEncoderFusion(tiny_config).requires_grad_(False)
    randomise(encoder, 0)
    positions = torch.randn(16, tiny_config.width, generator=torch.Generator().manual_seed(1))
    prepared = encoder.prepare(image, positions)
    first = encoder(prepared, positions, prompt, ALL_VALID)

    encoder(prepared, positions, prompt.flip(2), ALL_VALID)

    assert torch.equal(encoder(prepared, positions, prompt, ALL_VALID), first)
    whole = image
    for layer in encoder.layers:
        whole = layer(whole, prompt, prompt, positions=positions, context_valid=ALL_VALID)
    torch.testing.assert_close(first, whole, atol=1e-5, rtol=1e-5)


def test_padded_tokens_of_the_prompt_change_nothing(fuse: Fuse, image: Tensor, prompt: Tensor) -> None:
    valid = torch.tensor([[True, True, True, False, False]]).expand(2, -1)

    memory = fuse(image, prompt, valid)

    torch.testing.assert_close(memory, fuse(image, prompt[:, :3], ALL_VALID[:, :3]), atol=1e-5, rtol=1e-5)


def test_it_matters_where_a_feature_is(fuse: Fuse, image: Tensor, prompt: Tensor) -> None:
    turned = fuse(image.flip(1), prompt, ALL_VALID).flip(1)

    assert (fuse(image, prompt, ALL_VALID) - turned).abs().max() > 0.1


def test_a_batch_of_two_is_fused_as_two_singles(fuse: Fuse, image: Tensor, prompt: Tensor) -> None:
    valid = torch.tensor([[True] * 5, [True] * 3 + [False] * 2])

    both = fuse(image, prompt, valid)

    singles = [fuse(image[i : i + 1], prompt[i : i + 1], valid[i : i + 1]) for i in range(2)]
    torch.testing.assert_close(both, torch.cat(singles), atol=1e-5, rtol=1e-5)


def test_computing_in_bfloat16_adds_little_to_what_rounding_the_weights_does(
    tiny_config: Sam3Config, image: Tensor, prompt: Tensor
) -> None:
    torch.manual_seed(0)
    config = replace(tiny_config, detector=replace(tiny_config.detector, fusion_layers=16))
    encoder = TransformerEncoderFusion(config).requires_grad_(False)
    given = image.bfloat16(), torch.zeros(16, tiny_config.width).bfloat16(), prompt.bfloat16()
    same = [value.float() for value in given]

    def encode(image: Tensor, positions: Tensor, prompt: Tensor) -> Tensor:
        found: Tensor = encoder(encoder.prepare(image, positions), positions, prompt, ALL_VALID)
        return found

    exact = encode(*same)
    encoder.bfloat16()
    found = encode(*given)
    encoder.float()
    rounded = encode(*same)

    assert found.dtype == torch.bfloat16
    by_weights = (rounded - exact).std()
    assert (found - rounded).std() < 2 * by_weights
