"""Attention between tokens and a map gives what attention with all its projections gives."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor

from sam3_annotator.model.network.attention import MultiheadAttention
from sam3_annotator.model.network.cross_attention import ImageToTokenAttention, TokenToImageAttention


def plain(attention: MultiheadAttention, query: Tensor, key: Tensor, value: Tensor) -> Tensor:
    return MultiheadAttention.forward(attention, query, key, value)


@pytest.fixture
def tokens() -> Tensor:
    return torch.randn(3, 7, 32, generator=torch.Generator().manual_seed(1))


@pytest.fixture(params=[1, 3], ids=["one map for all", "a map for each"])
def places(request: pytest.FixtureRequest) -> tuple[Tensor, Tensor]:
    """Give the map, and the map with its positions."""
    generator = torch.Generator().manual_seed(2)
    image = torch.randn(request.param, 50, 32, generator=generator)
    return image, image + torch.randn(50, 32, generator=generator)


def test_tokens_see_the_map_as_with_projections(tokens: Tensor, places: tuple[Tensor, Tensor]) -> None:
    torch.manual_seed(0)
    attention = TokenToImageAttention(32, 4, 24).requires_grad_(False)
    image, placed = places

    seen = attention(tokens, placed, image)

    torch.testing.assert_close(seen, plain(attention, tokens, placed, image), atol=1e-5, rtol=1e-5)
    if len(image) == 1:
        projected = attention.look_at_projected(tokens, *attention.project_map(placed, image))
        torch.testing.assert_close(projected, seen, atol=1e-5, rtol=1e-5)


def test_the_map_sees_the_tokens_as_with_projections(tokens: Tensor, places: tuple[Tensor, Tensor]) -> None:
    torch.manual_seed(0)
    attention = ImageToTokenAttention(32, 4, 24).requires_grad_(False)
    image, placed = places

    after = attention(image, placed, tokens + 1, tokens)

    every = placed.expand(3, -1, -1)
    torch.testing.assert_close(after, image + plain(attention, every, tokens + 1, tokens), atol=1e-5, rtol=1e-5)
    if len(image) == 1:
        known = attention(image, placed, tokens + 1, tokens, attention.project_map(placed))
        torch.testing.assert_close(known, after, atol=1e-5, rtol=1e-5)
