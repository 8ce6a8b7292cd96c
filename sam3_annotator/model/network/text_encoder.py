"""The text encoder: a causal transformer over the tokens of a noun phrase."""

from __future__ import annotations

from collections import OrderedDict
from typing import NamedTuple

import torch
from torch import Tensor, nn
from torch.nn import functional as F  # noqa: N812 - its usual name

from sam3_annotator.model.network.config import Sam3Config, TextConfig
from sam3_annotator.model.network.layers import StreamNorm


class TextFeatures(NamedTuple):
    """Phrases as prompt tokens: `tokens` `(B, N, width)`; `valid` `(B, N)` bool, False for padding."""

    tokens: Tensor
    valid: Tensor


class CausalAttention(nn.Module):
    """Self-attention in which a token sees itself and those before it."""

    def __init__(self, width: int, heads: int) -> None:
        super().__init__()
        self.heads = heads
        self.in_proj = nn.Linear(width, 3 * width)
        self.out_proj = nn.Linear(width, width)

    def forward(self, x: Tensor) -> Tensor:
        """`(B, N, C)` -> the same shape."""
        batch, tokens, width = x.shape
        qkv = self.in_proj(x).view(batch, tokens, 3, self.heads, width // self.heads)
        query, key, value = qkv.permute(2, 0, 3, 1, 4)  # each (B, heads, N, C / heads)
        mixed = F.scaled_dot_product_attention(query, key, value, is_causal=True)
        out: Tensor = self.out_proj(mixed.transpose(1, 2).reshape(batch, tokens, width))
        return out


class TextBlock(nn.Module):
    """Attention and an MLP, each added to what its normalised input was."""

    def __init__(self, config: TextConfig) -> None:
        super().__init__()
        self.ln_1 = StreamNorm(config.width)
        self.attn = CausalAttention(config.width, config.heads)
        self.ln_2 = StreamNorm(config.width)
        self.mlp = nn.Sequential(
            OrderedDict(
                c_fc=nn.Linear(config.width, config.mlp_width),
                gelu=nn.GELU(),
                c_proj=nn.Linear(config.mlp_width, config.width),
            )
        )

    def forward(self, x: Tensor) -> Tensor:
        """`(B, N, C)` float32 -> the same."""
        x = x + self.attn(self.ln_1(x))
        out: Tensor = x + self.mlp(self.ln_2(x))
        return out


class VETextEncoder(nn.Module):
    """CLIP's text transformer (Radford et al., 2021) with one feature per token instead of one per phrase."""

    def __init__(self, config: Sam3Config) -> None:
        super().__init__()
        text = config.text
        self.token_embedding = nn.Embedding(text.vocabulary_size, text.width)
        self.positional_embedding = nn.Parameter(torch.empty(text.context_length, text.width))
        nn.init.normal_(self.positional_embedding, std=0.02)
        self.blocks = nn.ModuleList(TextBlock(text) for _ in range(text.depth))
        self.ln_final = StreamNorm(text.width)
        self.resizer = nn.Linear(text.width, config.width)

    def forward(self, ids: Tensor) -> TextFeatures:
        """Encode token ids `(B, N)` as the tokenizer gives them, 0 = padding; `N` is at most the context length."""
        x = self.token_embedding(ids).float() + self.positional_embedding[: ids.shape[1]]
        for block in self.blocks:
            x = block(x)
        return TextFeatures(self.resizer(self.ln_final(x)), ids != 0)
