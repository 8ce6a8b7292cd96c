"""Prompts become the tokens and the map that the formulas say."""

from __future__ import annotations

import math

import pytest
import torch
from torch import Tensor

from sam3_annotator.model.network.config import Sam3Config
from sam3_annotator.model.network.prompt_encoder import PromptEncoder

SIDE = 112  # of the tiny model's input, in pixels; its grid has 8 x 8 places


@pytest.fixture
def encoder(tiny_config: Sam3Config) -> PromptEncoder:
    torch.manual_seed(0)
    encoder = PromptEncoder(tiny_config).eval().requires_grad_(False)
    for norm in (encoder.mask_downscaling[1], encoder.mask_downscaling[4]):
        torch.nn.init.normal_(norm.bias)
    return encoder


def fourier(encoder: PromptEncoder, x: float, y: float) -> Tensor:
    """Encode a place given in 0..1, written out channel by channel."""
    sines, cosines = [], []
    for weight_x, weight_y in encoder.positional_encoding_gaussian_matrix.T.tolist():
        angle = 2 * math.pi * ((2 * x - 1) * weight_x + (2 * y - 1) * weight_y)
        sines.append(math.sin(angle))
        cosines.append(math.cos(angle))
    return torch.tensor(sines + cosines)


def test_a_click_is_the_middle_of_its_pixel_plus_its_kind(encoder: PromptEncoder) -> None:
    sparse = encoder(torch.tensor([[[30.0, 71.0], [5.25, 0.0]]]), torch.tensor([[1, 0]])).sparse

    assert sparse.shape == (1, 3, 32)
    places = [fourier(encoder, 30.5 / SIDE, 71.5 / SIDE), fourier(encoder, 5.75 / SIDE, 0.5 / SIDE)]
    torch.testing.assert_close(sparse[0, 0], places[0] + encoder.point_embeddings[1], atol=1e-4, rtol=0)
    torch.testing.assert_close(sparse[0, 1], places[1] + encoder.point_embeddings[0], atol=1e-4, rtol=0)


def test_a_box_is_its_two_corners_each_of_its_kind(encoder: PromptEncoder) -> None:
    sparse = encoder(boxes_xyxy=torch.tensor([[10.0, 20.0, 60.0, 90.0]])).sparse

    assert sparse.shape == (1, 3, 32)
    corners = [fourier(encoder, 10.5 / SIDE, 20.5 / SIDE), fourier(encoder, 60.5 / SIDE, 90.5 / SIDE)]
    torch.testing.assert_close(sparse[0, 0], corners[0] + encoder.point_embeddings[2], atol=1e-4, rtol=0)
    torch.testing.assert_close(sparse[0, 1], corners[1] + encoder.point_embeddings[3], atol=1e-4, rtol=0)


def test_corners_come_before_clicks_and_a_token_without_a_point_comes_last(encoder: PromptEncoder) -> None:
    points, labels = torch.tensor([[[30.0, 71.0]]]), torch.tensor([[1]])
    box = torch.tensor([[10.0, 20.0, 60.0, 90.0]])

    both = encoder(points, labels, box).sparse

    assert torch.equal(both[:, :2], encoder(boxes_xyxy=box).sparse[:, :2])
    assert torch.equal(both[:, 2:], encoder(points, labels).sparse)
    assert torch.equal(both[:, 3], encoder.not_a_point_embed)


def test_a_click_that_is_padding_is_the_token_without_a_point(encoder: PromptEncoder) -> None:
    sparse = encoder(torch.tensor([[[30.0, 71.0], [3.0, 4.0]]]), torch.tensor([[1, -1]])).sparse

    assert torch.equal(sparse[0, 1], encoder.not_a_point_embed[0])
    assert not torch.equal(sparse[0, 0], encoder.not_a_point_embed[0])


def test_a_mask_alone_has_no_tokens(encoder: PromptEncoder) -> None:
    prompts = encoder(mask_logits=torch.randn(2, 1, 32, 32))

    assert prompts.sparse.shape == (2, 0, 32)
    assert prompts.dense.shape == (2, 32, 8, 8)


def test_without_a_mask_there_is_no_map(encoder: PromptEncoder) -> None:
    assert encoder(torch.zeros(3, 1, 2), torch.ones(3, 1)).dense is None


def test_a_mask_is_seen_four_by_four_pixels_at_a_time(encoder: PromptEncoder) -> None:
    mask = torch.randn(1, 1, 32, 32)
    changed = mask.clone()
    changed[..., 8:12, 20:24] += 1

    difference = (encoder(mask_logits=changed).dense - encoder(mask_logits=mask).dense).abs().sum(1)[0]

    assert difference.nonzero().tolist() == [[2, 5]]


def test_positions_of_the_grid_are_those_of_clicks_at_its_centres(encoder: PromptEncoder) -> None:
    positions = encoder.dense_positions()

    assert positions.shape == (64, 32)
    torch.testing.assert_close(positions[3 * 8 + 6], fourier(encoder, 6.5 / 8, 3.5 / 8), atol=1e-4, rtol=0)
    click = encoder(torch.tensor([[[6.5 * 14 - 0.5, 3.5 * 14 - 0.5]]]), torch.ones(1, 1)).sparse[0, 0]
    torch.testing.assert_close(click - encoder.point_embeddings[1], positions[3 * 8 + 6], atol=1e-4, rtol=0)


def test_objects_of_a_batch_are_embedded_as_if_alone(encoder: PromptEncoder) -> None:
    points, labels = torch.rand(3, 2, 2) * SIDE, torch.tensor([[1, 0], [1, -1], [0, 1]])
    boxes, masks = torch.rand(3, 4) * SIDE, torch.randn(3, 1, 32, 32)

    together = encoder(points, labels, boxes, masks)

    for i in range(3):
        one = slice(i, i + 1)
        alone = encoder(points[one], labels[one], boxes[one], masks[one])
        torch.testing.assert_close(together.sparse[one], alone.sparse)
        torch.testing.assert_close(together.dense[one], alone.dense)


def test_places_keep_their_precision_in_bfloat16(encoder: PromptEncoder) -> None:
    encoder.positional_encoding_gaussian_matrix.copy_(encoder.positional_encoding_gaussian_matrix.bfloat16())
    point = (torch.tensor([[[100.0, 101.0]]]), torch.ones(1, 1))
    expected = encoder(*point).sparse

    found = encoder.bfloat16()(*point).sparse

    assert found.dtype == torch.bfloat16
    torch.testing.assert_close(found.float(), expected, atol=0.03, rtol=0.01)


def test_sizes_are_those_of_the_released_model() -> None:
    with torch.device("meta"):
        encoder = PromptEncoder(Sam3Config())

    assert sum(parameter.numel() for parameter in encoder.parameters()) == 6220
    assert encoder.positional_encoding_gaussian_matrix.shape == (2, 128)
