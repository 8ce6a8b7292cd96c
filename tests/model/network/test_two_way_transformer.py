"""Tokens and image attend to each other in the order the formulas say."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor, nn
from torch.nn import functional as F  # noqa: N812 - its usual name

from sam3_annotator.model.network.attention import MultiheadAttention
from sam3_annotator.model.network.config import Sam3Config
from sam3_annotator.model.network.two_way_transformer import TwoWayTransformer


@pytest.fixture
def transformer(tiny_config: Sam3Config) -> TwoWayTransformer:
    torch.manual_seed(0)
    transformer = TwoWayTransformer(tiny_config).eval().requires_grad_(False)
    for parameter in transformer.parameters():
        parameter += 0.1 * torch.randn_like(parameter)
    return transformer


@pytest.fixture
def inputs() -> tuple[Tensor, Tensor, Tensor]:
    generator = torch.Generator().manual_seed(1)
    return (
        torch.randn(2, 7, 32, generator=generator),
        torch.randn(2, 64, 32, generator=generator),
        torch.randn(64, 32, generator=generator),
    )


def silence(module: nn.Module) -> None:
    """Make every attention and MLP below a module answer zero."""
    for part in module.modules():
        if isinstance(part, nn.Linear):
            nn.init.zeros_(part.weight)
            nn.init.zeros_(part.bias)


def plain_norm(x: Tensor, norm: nn.Module) -> Tensor:
    assert isinstance(norm, nn.LayerNorm)
    return F.layer_norm(x, (32,), norm.weight, norm.bias, 1e-5)


def test_the_first_self_attention_replaces_the_tokens(
    transformer: TwoWayTransformer, inputs: tuple[Tensor, Tensor, Tensor]
) -> None:
    first = transformer.layers[0]
    silence(first)
    tokens, image, positions = inputs

    after, _ = first(tokens, image, image + positions, tokens)

    assert torch.equal(after, after[:1, :1].expand_as(after))  # nothing of the tokens is left


def test_the_second_layer_adds_to_its_tokens(
    transformer: TwoWayTransformer, inputs: tuple[Tensor, Tensor, Tensor]
) -> None:
    second = transformer.layers[1]
    silence(second)
    tokens, image, positions = inputs

    after_tokens, after_image = second(tokens, image, image + positions, tokens)

    expected = plain_norm(plain_norm(plain_norm(tokens, second.norm1), second.norm2), second.norm3)
    torch.testing.assert_close(after_tokens, expected)
    torch.testing.assert_close(after_image, plain_norm(image, second.norm4))


def test_the_first_tokens_are_positions_to_the_end(
    transformer: TwoWayTransformer, inputs: tuple[Tensor, Tensor, Tensor]
) -> None:
    tokens, image, positions = inputs
    for layer in transformer.layers:
        silence(layer)  # so that the tokens themselves are forgotten in the first layer

    after, _ = transformer(tokens, image, positions)

    assert (after - after[:, :1]).abs().max() > 1e-3  # told apart by their positions alone


def test_image_places_in_another_order_give_the_same_tokens(
    transformer: TwoWayTransformer, inputs: tuple[Tensor, Tensor, Tensor]
) -> None:
    tokens, image, positions = inputs
    order = torch.randperm(64, generator=torch.Generator().manual_seed(2))

    plain_tokens, plain_image = transformer(tokens, image, positions)
    mixed_tokens, mixed_image = transformer(tokens, image[:, order], positions[order])

    torch.testing.assert_close(mixed_tokens, plain_tokens, atol=1e-5, rtol=1e-5)
    torch.testing.assert_close(mixed_image, plain_image[:, order], atol=1e-5, rtol=1e-5)


def test_objects_of_a_batch_are_answered_as_if_alone(
    transformer: TwoWayTransformer, inputs: tuple[Tensor, Tensor, Tensor]
) -> None:
    tokens, image, positions = inputs

    together, _ = transformer(tokens, image, positions)

    for i in range(2):
        alone, _ = transformer(tokens[i : i + 1], image[i : i + 1], positions)
        torch.testing.assert_close(together[i : i + 1], alone, atol=1e-5, rtol=1e-5)


def test_attention_across_works_in_half_the_channels() -> None:
    with torch.device("meta"):
        transformer = TwoWayTransformer(Sam3Config())

    inner = {
        name: attention.q_proj.out_features
        for name, attention in transformer.named_modules()
        if isinstance(attention, MultiheadAttention)
    }
    assert inner == {
        "layers.0.self_attn": 256,
        "layers.0.cross_attn_token_to_image": 128,
        "layers.0.cross_attn_image_to_token": 128,
        "layers.1.self_attn": 256,
        "layers.1.cross_attn_token_to_image": 128,
        "layers.1.cross_attn_image_to_token": 128,
        "final_attn_token_to_image": 128,
    }
