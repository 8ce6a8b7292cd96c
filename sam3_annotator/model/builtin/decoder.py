"""Turns features and prompts into mask logits with a predicted IoU each."""

from __future__ import annotations

import math
from typing import NamedTuple

import torch
from torch import Tensor, nn
from torch.nn import functional as F  # noqa: N812 - its usual name

from sam3_annotator.model.builtin.config import BuiltinConfig
from sam3_annotator.model.builtin.encoder import TrunkFeatures
from sam3_annotator.model.builtin.prompt_embedding import PromptFeatures, conv_norm_relu


class AttentionBlock(nn.Module):
    """Self-attention over all places of a coarse feature map, with sinusoidal positions, then an MLP."""

    def __init__(self, channels: int, heads: int) -> None:
        super().__init__()
        self.heads = heads
        self.norm1 = nn.LayerNorm(channels)
        self.qkv = nn.Linear(channels, 3 * channels)
        self.out = nn.Linear(channels, channels)
        self.norm2 = nn.LayerNorm(channels)
        self.mlp = nn.Sequential(nn.Linear(channels, 2 * channels), nn.GELU(), nn.Linear(2 * channels, channels))

    def forward(self, x: Tensor) -> Tensor:
        """`(B, C, H, W)` -> the same shape."""
        batch, channels, height, width = x.shape
        tokens = x.flatten(2).transpose(1, 2)  # (B, HW, C)
        normed = self.norm1(tokens) + _positions(height, width, channels, x.dtype, x.device)
        qkv = self.qkv(normed).view(batch, height * width, 3, self.heads, channels // self.heads)
        query, key, value = qkv.permute(2, 0, 3, 1, 4)  # each (B, heads, HW, C/heads)
        mixed = F.scaled_dot_product_attention(query, key, value)
        tokens = tokens + self.out(mixed.transpose(1, 2).reshape(batch, height * width, channels))
        tokens = tokens + self.mlp(self.norm2(tokens))
        out: Tensor = tokens.transpose(1, 2).reshape(batch, channels, height, width)
        return out


def _positions(height: int, width: int, channels: int, dtype: torch.dtype, device: torch.device) -> Tensor:
    """Sinusoidal positions `(HW, C)` in parts of the view, so that they hold at every resolution."""
    waves = channels // 4
    scale = math.pi * 2.0 ** torch.linspace(0, 4, waves, device=device)
    down = (torch.arange(height, device=device) + 0.5)[:, None] / height * scale  # (H, waves)
    across = (torch.arange(width, device=device) + 0.5)[:, None] / width * scale
    rows = torch.cat([down.sin(), down.cos()], 1)[:, None].expand(-1, width, -1)  # (H, W, C/2)
    columns = torch.cat([across.sin(), across.cos()], 1)[None].expand(height, -1, -1)
    return torch.cat([rows, columns], 2).reshape(height * width, channels).to(dtype)


class ScoreHead(nn.Module):
    """Predicts the IoU of each mask from what lies under it and from how sure the mask is of itself."""

    def __init__(self, fine_channels: int, coarse_channels: int) -> None:
        super().__init__()
        self.size = fine_channels + 2 * coarse_channels + 3
        self.mlp = nn.Sequential(nn.Linear(self.size, 64), nn.ReLU(), nn.Linear(64, 1))

    def describe(self, logits: Tensor, fine: Tensor, coarse: Tensor) -> Tensor:
        """Describe each mask in `size` numbers: `logits` `(B, M, h, w)` -> `(B, M, size)`.

        `fine` is `(B, C, h/2, w/2)`, `coarse` `(B, C', h/8, w/8)`.
        """
        chance = F.avg_pool2d(logits.sigmoid(), 2)  # (B, M, h/2, w/2)
        on = (chance > 0.5).to(chance.dtype)
        area = chance.mean((2, 3))
        # What the IoU would be if the probabilities were right.
        expected = (chance * on).sum((2, 3)) / ((on + chance * (1 - on)).sum((2, 3)) + 1e-3)
        doubt = (chance * (1 - chance)).sum((2, 3)) / (chance.sum((2, 3)) + 1.0)
        under = torch.einsum("bmhw,bchw->bmc", chance, fine) / (chance.sum((2, 3)) + 1.0)[..., None]
        small = F.avg_pool2d(chance, 4)  # (B, M, h/8, w/8)
        below = torch.einsum("bmhw,bchw->bmc", small, coarse) / (small.sum((2, 3)) + 0.1)[..., None]
        around = coarse.mean((2, 3))[:, None].expand(-1, logits.shape[1], -1)
        return torch.cat([under, below, around, torch.stack([area, expected, doubt], 2)], 2)

    def forward(self, logits: Tensor, fine: Tensor, coarse: Tensor) -> Tensor:
        """Give the logits of the predicted IoU `(B, M)`."""
        scores: Tensor = self.mlp(self.describe(logits, fine, coarse))
        return scores[..., 0]


class DecoderOutput(NamedTuple):
    """`logits` `(B, 4, S/2, S/2)`: merged, then part / object / whole; `score_logits` `(B, 4)`."""

    logits: Tensor
    score_logits: Tensor


class Decoder(nn.Module):
    """A feature pyramid read from coarse to fine, with attention at 1/16."""

    def __init__(self, config: BuiltinConfig) -> None:
        super().__init__()
        widths = [stage.out_channels for stage in config.stages]
        c16, c8, c4, c2 = config.decoder_channels
        self.lateral32 = nn.Conv2d(widths[6], c16, 1)
        self.lateral16 = nn.Conv2d(widths[4], c16, 1)
        self.attention = nn.Sequential(
            *(AttentionBlock(c16, config.attention_heads) for _ in range(config.attention_blocks))
        )
        self.reduce16, self.lateral8, self.smooth8 = _pyramid_step(c16, widths[2], c8, 2)
        self.reduce8, self.lateral4, self.smooth4 = _pyramid_step(c8, widths[1] + config.prompt_channels[1], c4, 2)
        self.reduce4, self.lateral2, self.smooth2 = _pyramid_step(c4, widths[0] + config.prompt_channels[0], c2, 1)
        self.sharpen2 = nn.Sequential(conv_norm_relu(c2, c2, 3), nn.Conv2d(c2, c2, 1))
        self.masks = nn.Conv2d(c2, config.mask_count, 1)
        self.score = ScoreHead(c4, c16)

    def forward(self, half: Tensor, features: TrunkFeatures, prompts: PromptFeatures) -> DecoderOutput:
        """Decode the stem's `half`, the trunk's features and the prompts'."""
        x16 = _double(self.lateral32(features.thirty_second)) + self.lateral16(features.sixteenth)
        x16 = self.attention(x16)
        x8 = self.smooth8(_double(self.reduce16(x16)) + self.lateral8(features.eighth))
        finer = self.lateral4(torch.cat([features.quarter, prompts.quarter], 1))
        x4 = self.smooth4(_double(self.reduce8(x8)) + finer)
        finest = self.lateral2(torch.cat([half, prompts.half], 1))
        x2 = self.smooth2(_double(self.reduce4(x4)) + finest)
        x2 = x2 + self.sharpen2(x2)
        logits = self.masks(x2)
        return DecoderOutput(logits, self.score(logits, x4, x16))


def _pyramid_step(coarse: int, lateral: int, out: int, depth: int) -> tuple[nn.Conv2d, nn.Conv2d, nn.Sequential]:
    """Make what brings coarse and finer features to the same channels, and `depth` convolutions of their sum."""
    smooth = nn.Sequential(*(conv_norm_relu(out, out, 3) for _ in range(depth)))
    return nn.Conv2d(coarse, out, 1), nn.Conv2d(lateral, out, 1), smooth


def _double(x: Tensor) -> Tensor:
    return F.interpolate(x, scale_factor=2.0, mode="bilinear", align_corners=False)
