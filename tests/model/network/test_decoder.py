"""Object queries, their boxes and the presence token."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import torch
from torch import Tensor

from sam3_annotator.model.network.config import Sam3Config
from sam3_annotator.model.network.decoder import DecoderOutput, TransformerDecoder

GRID = (3, 5)


@pytest.fixture
def decoder(tiny_config: Sam3Config, randomise: Callable[..., None]) -> TransformerDecoder:
    decoder = TransformerDecoder(tiny_config)
    randomise(decoder, 0)
    return decoder.requires_grad_(False)


def draw(*shape: int, seed: int) -> Tensor:
    return torch.randn(*shape, generator=torch.Generator().manual_seed(seed))


@pytest.fixture
def scene(tiny_config: Sam3Config) -> tuple[Tensor, Tensor, Tensor]:
    """Memory of a grid 3 high and 5 wide, its positions, and a prompt."""
    width = tiny_config.width
    return draw(2, 15, width, seed=1), draw(15, width, seed=2), draw(2, 4, width, seed=3)


def decode(decoder: TransformerDecoder, scene: tuple[Tensor, Tensor, Tensor], valid: Tensor) -> DecoderOutput:
    return decoder(*scene, valid, GRID)


def test_each_query_gets_a_box_within_the_image(
    decoder: TransformerDecoder, scene: tuple[Tensor, Tensor, Tensor], tiny_config: Sam3Config
) -> None:
    found = decode(decoder, scene, torch.ones(2, 4, dtype=torch.bool))

    queries = tiny_config.detector.queries
    assert found.queries.shape == (2, queries, tiny_config.width)
    assert found.boxes_cxcywh.shape == (2, queries, 4)
    assert found.presence_logit.shape == (2, 1)
    assert ((found.boxes_cxcywh > 0) & (found.boxes_cxcywh < 1)).all()


def test_a_query_is_drawn_by_its_box_alone(decoder: TransformerDecoder) -> None:
    boxes = torch.tensor([[[0.3, 0.5, 0.2, 0.4], [0.7, 0.5, 0.2, 0.4]]])

    bias = decoder._image_bias(boxes, GRID, torch.float32).unflatten(3, GRID)

    assert bias.shape == (1, 4, 3, *GRID)
    assert not bias[:, :, 0].any()  # the presence token looks everywhere
    assert (bias[:, :, 1] - bias[:, :, 2]).abs().max() > 0.1
    # A row's part is the same in all columns: boxes that differ in x alone differ by the same in all rows.
    difference = bias[:, :, 1] - bias[:, :, 2]
    torch.testing.assert_close(difference, difference[:, :, :1].expand_as(difference), atol=1e-5, rtol=1e-5)


def test_the_bias_moves_the_queries(decoder: TransformerDecoder, scene: tuple[Tensor, Tensor, Tensor]) -> None:
    valid = torch.ones(2, 4, dtype=torch.bool)
    before = decode(decoder, scene, valid)

    for layer in (decoder.box_bias_x.layers[-1], decoder.box_bias_y.layers[-1]):
        layer.weight.zero_()

    assert (decode(decoder, scene, valid).queries - before.queries).abs().max() > 0.1


def test_padded_tokens_of_the_prompt_change_nothing(
    decoder: TransformerDecoder, scene: tuple[Tensor, Tensor, Tensor]
) -> None:
    memory, positions, prompt = scene
    valid = torch.tensor([[True, True, False, False]]).expand(2, -1)

    padded = decode(decoder, scene, valid)

    plain = decode(decoder, (memory, positions, prompt[:, :2]), valid[:, :2])
    for one, other in zip(padded, plain, strict=True):
        torch.testing.assert_close(one, other, atol=1e-4, rtol=1e-4)


def test_a_batch_of_two_is_decoded_as_two_singles(
    decoder: TransformerDecoder, scene: tuple[Tensor, Tensor, Tensor]
) -> None:
    memory, positions, prompt = scene
    valid = torch.tensor([[True] * 4, [True, True, False, False]])

    both = decode(decoder, scene, valid)

    for i in range(2):
        alone = decode(decoder, (memory[i : i + 1], positions, prompt[i : i + 1]), valid[i : i + 1])
        for one, other in zip(both, alone, strict=True):
            torch.testing.assert_close(one[i : i + 1], other, atol=1e-4, rtol=1e-4)


def test_boxes_are_refined_in_float32_by_a_model_of_half_precision(
    decoder: TransformerDecoder, scene: tuple[Tensor, Tensor, Tensor]
) -> None:
    half = [part.bfloat16() for part in scene]

    found = decode(decoder.bfloat16(), (half[0], half[1], half[2]), torch.ones(2, 4, dtype=torch.bool))

    assert found.boxes_cxcywh.dtype == torch.float32
    assert found.queries.dtype == torch.bfloat16
    # Boxes of half precision would all be multiples of 2^-9 near one half.
    assert not torch.equal(found.boxes_cxcywh, found.boxes_cxcywh.bfloat16().float())
