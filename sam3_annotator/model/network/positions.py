"""Sinusoidal encodings of map positions and box coordinates."""

from __future__ import annotations

import math

import torch
from torch import Tensor, nn


def encode_scalar(value: Tensor, channels: int, temperature: float = 10000.0) -> Tensor:
    """Encode angles `(...)` as `(..., channels)`: sines at even, cosines at odd channels, of falling frequency."""
    index = torch.arange(channels, device=value.device, dtype=torch.float32)
    period = temperature ** (2 * torch.div(index, 2, rounding_mode="floor") / channels)
    angles = value.float()[..., None] / period
    return torch.stack([angles[..., 0::2].sin(), angles[..., 1::2].cos()], -1).flatten(-2)


def encode_coordinate(value: Tensor, channels: int) -> Tensor:
    """Encode coordinates in 0..1 `(...)` as `(..., channels)`: a whole turn over the picture."""
    return encode_scalar(value * (2 * math.pi), channels)


class PositionEmbeddingSine(nn.Module):
    """The fixed position map of DETR: half the channels for y, then half for x (Carion et al., 2020)."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.width = width

    def forward(self, height: int, width: int, device: torch.device | str = "cpu") -> Tensor:
        """Give the map of a grid, `(C, height, width)` float32."""
        down = torch.arange(1, height + 1, device=device) / (height + 1e-6) * (2 * math.pi)
        across = torch.arange(1, width + 1, device=device) / (width + 1e-6) * (2 * math.pi)
        rows = encode_scalar(down, self.width // 2)[:, None].expand(-1, width, -1)
        columns = encode_scalar(across, self.width // 2)[None].expand(height, -1, -1)
        return torch.cat([rows, columns], -1).permute(2, 0, 1)
