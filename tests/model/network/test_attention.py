"""Multi-head attention, against the formula written out head by head."""

from __future__ import annotations

import math

import pytest
import torch
from torch import Tensor

from sam3_annotator.model.network.attention import MultiheadAttention


@pytest.fixture
def attention() -> MultiheadAttention:
    torch.manual_seed(0)
    return MultiheadAttention(12, heads=3, inner_width=6)


@pytest.fixture
def tokens() -> tuple[Tensor, Tensor, Tensor]:
    generator = torch.Generator().manual_seed(1)
    return (
        torch.randn(2, 4, 12, generator=generator),
        torch.randn(2, 5, 12, generator=generator),
        torch.randn(2, 5, 12, generator=generator),
    )


def written_out(attention: MultiheadAttention, tokens: tuple[Tensor, Tensor, Tensor], bias: Tensor) -> Tensor:
    query, key, value = tokens
    q, k, v = attention.q_proj(query), attention.k_proj(key), attention.v_proj(value)
    size = q.shape[-1] // attention.heads
    heads = []
    for head in range(attention.heads):
        part = slice(head * size, (head + 1) * size)
        logits = q[..., part] @ k[..., part].transpose(1, 2) / math.sqrt(size) + bias[:, head]
        heads.append(logits.softmax(-1) @ v[..., part])
    return attention.out_proj(torch.cat(heads, -1))


def test_each_head_weighs_the_values_by_its_softmax(
    attention: MultiheadAttention, tokens: tuple[Tensor, Tensor, Tensor]
) -> None:
    out = attention(*tokens)

    assert out.shape == (2, 4, 12)
    torch.testing.assert_close(out, written_out(attention, tokens, torch.zeros(2, 3, 1, 1)))


def test_bias_is_added_to_the_scaled_logits(
    attention: MultiheadAttention, tokens: tuple[Tensor, Tensor, Tensor]
) -> None:
    bias = torch.randn(2, 3, 4, 5, generator=torch.Generator().manual_seed(2)) * 3

    out = attention(*tokens, bias=bias)

    torch.testing.assert_close(out, written_out(attention, tokens, bias))


def test_tokens_that_are_not_valid_count_as_if_they_were_not_there(
    attention: MultiheadAttention, tokens: tuple[Tensor, Tensor, Tensor]
) -> None:
    query, key, value = tokens
    valid = torch.tensor([[True, True, True, False, False], [True, False, True, False, True]])

    out = attention(query, key, value, valid=valid)

    for i in range(2):
        kept = valid[i].nonzero().flatten()
        alone = attention(query[i : i + 1], key[i : i + 1, kept], value[i : i + 1, kept])
        torch.testing.assert_close(out[i : i + 1], alone)
