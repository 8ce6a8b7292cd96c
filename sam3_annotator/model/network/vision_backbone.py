"""The image encoder: a plain vision transformer with windowed and global attention."""

from __future__ import annotations

from collections import OrderedDict

import torch
from torch import Tensor, nn

from sam3_annotator.model.network.attend import attend
from sam3_annotator.model.network.config import VisionConfig
from sam3_annotator.model.network.layers import StreamNorm
from sam3_annotator.model.network.rotary import grid_angles, rotate_, rotation
from sam3_annotator.model.network.windows import cut_windows, join_windows


class RotaryAttention(nn.Module):
    """Self-attention inside groups of tokens, whose queries and keys are turned by their place."""

    def __init__(self, width: int, heads: int) -> None:
        super().__init__()
        self.heads = heads
        self.qkv = nn.Linear(width, 3 * width)
        self.proj = nn.Linear(width, width)

    def forward(self, x: Tensor, rotation: Tensor, valid: Tensor | None = None) -> Tensor:
        """`(B, N, C)` -> the same shape; tokens attend to their own group, which is as long as the rotation.

        `valid` `(1, N)` bool marks the tokens that count (True = real token), for a single group only.
        """
        batch, tokens, width = x.shape
        qkv = self.qkv(x).view(-1, len(rotation), 3 * self.heads, width // self.heads)
        # Head after head in memory: one copy, which attention reads so much faster that it pays.
        qkv = qkv.transpose(1, 2).contiguous()
        rotate_(qkv[:, : 2 * self.heads], rotation)  # queries and keys
        query, key, value = qkv.split(self.heads, 1)
        mixed = attend(query, key, value, valid)
        out: Tensor = self.proj(mixed.transpose(1, 2).reshape(batch, tokens, width))
        return out


class Block(nn.Module):
    """Attention and an MLP, each added to what its normalised input was."""

    def __init__(self, config: VisionConfig, *, is_global: bool) -> None:
        super().__init__()
        self.is_global = is_global
        self.norm1 = StreamNorm(config.width)
        self.attn = RotaryAttention(config.width, config.heads)
        self.norm2 = StreamNorm(config.width)
        self.mlp = nn.Sequential(
            OrderedDict(
                fc1=nn.Linear(config.width, config.mlp_width),
                gelu=nn.GELU(),
                fc2=nn.Linear(config.mlp_width, config.width),
            )
        )

    def forward(self, x: Tensor, rotation: Tensor, is_real: Tensor | None) -> Tensor:
        """`(B, N, C)` float32 -> the same; `is_real` `(1, N)` bool is False for what fills up windows."""
        normed = self.norm1(x)
        if is_real is not None:
            normed = normed * is_real[..., None]  # windows see zeros there; global attention does not see it
        x = x + self.attn(normed, rotation, is_real if self.is_global else None)
        out: Tensor = x + self.mlp(self.norm2(x))
        return out


class ViT(nn.Module):
    """A vision transformer (Dosovitskiy et al., 2021) for large pictures (Li et al., 2022).

    Tokens lie window after window from the first block to the last, so that no block has to cut the grid: windowed
    attention groups neighbours in memory, and global attention does not depend on the order.
    """

    def __init__(self, config: VisionConfig) -> None:
        super().__init__()
        self.config = config
        self.patch_embed = nn.Conv2d(3, config.width, config.patch_side, stride=config.patch_side, bias=False)
        # Row 0 belongs to a class token that only pre-training had.
        self.pos_embed = nn.Parameter(torch.empty(1, 1 + config.pretrained_side**2, config.width))
        nn.init.normal_(self.pos_embed, std=0.02)
        self.ln_pre = StreamNorm(config.width)
        self.blocks = nn.ModuleList(
            Block(config, is_global=index in config.global_blocks) for index in range(config.depth)
        )

    def forward(self, pixels: Tensor) -> Tensor:
        """Encode normalised pictures `(B, 3, S, S)` as `(B, C, S / 14, S / 14)`.

        Raises `ValueError` for pictures of another size than the configuration's.
        """
        side, window = self.config.grid_side, self.config.window_side
        if pixels.shape[1:] != (3, self.config.image_side, self.config.image_side):
            raise ValueError(
                f"The image encoder takes pictures (B, 3, {self.config.image_side}, {self.config.image_side}); "
                f"these are {tuple(pixels.shape)}."
            )
        grid = self.patch_embed(pixels).permute(0, 2, 3, 1) + self._tiled_positions()
        x = cut_windows(self.ln_pre(grid), window).float()
        is_real = self._real_tokens(pixels.device)
        local, everywhere = self.rotations(pixels.device)
        for block in self.blocks:
            x = block(x, everywhere if block.is_global else local, is_real)
        return join_windows(x, window, side, side).permute(0, 3, 1, 2).type_as(pixels)

    def _tiled_positions(self) -> Tensor:
        """Repeat the position table over the grid: `(side, side, C)`."""
        side, pretrained = self.config.grid_side, self.config.pretrained_side
        table = self.pos_embed[0, 1:].view(pretrained, pretrained, -1)
        times = -(-side // pretrained)
        return table.repeat(times, times, 1)[:side, :side]

    def _real_tokens(self, device: torch.device) -> Tensor | None:
        """Mark the tokens `(1, N)` that do not merely fill up a window; None if windows fit the grid."""
        side, window = self.config.grid_side, self.config.window_side
        if side % window == 0:
            return None
        return cut_windows(torch.ones(1, side, side, 1, device=device), window)[..., 0] > 0

    def rotations(self, device: torch.device) -> tuple[Tensor, Tensor]:
        """Give the rotations inside a window and over the grid, whose positions are squeezed to those of a window."""
        side, window = self.config.grid_side, self.config.window_side
        planes, theta = self.config.width // self.config.heads // 2, self.config.rope_theta
        local = grid_angles(window, planes, theta=theta, device=device)
        everywhere = grid_angles(side, planes, scale=window / side, theta=theta, device=device)
        return rotation(local.flatten(0, 1)), rotation(cut_windows(everywhere[None], window)[0])
