"""Rotary positions of a grid: queries and keys are turned by angles that grow with column and row."""

from __future__ import annotations

from typing import NamedTuple

import torch
from torch import Tensor


class Rotation(NamedTuple):
    """Cosine and sine of the angles of `N` tokens in `P` planes: each `(N, P)` float32."""

    cos: Tensor
    sin: Tensor

    @staticmethod
    def by(angles: Tensor) -> Rotation:
        """Turn by the angles `(N, P)`, in radians."""
        return Rotation(angles.cos(), angles.sin())


def grid_angles(
    side: int, planes: int, *, scale: float = 1.0, theta: float = 10000.0, device: torch.device | str = "cpu"
) -> Tensor:
    """Give the angles of a square grid, `(side, side, planes)` float32.

    The first half of the planes turns with the column, the second with the row, each plane slower than the one
    before; `scale` is the angle from one place to the next in the fastest plane (Heo et al., 2024).
    """
    waves = planes // 2
    frequencies = theta ** (-torch.arange(waves, device=device, dtype=torch.float32) / waves)
    steps = torch.arange(side, device=device, dtype=torch.float32) * scale
    turns = steps[:, None] * frequencies  # (side, waves)
    columns = turns[None].expand(side, -1, -1)
    rows = turns[:, None].expand(-1, side, -1)
    return torch.cat([columns, rows], -1)


def rotate(x: Tensor, rotation: Rotation) -> Tensor:
    """Turn each pair of adjacent channels in its plane, in float32; `(..., N, heads, 2 P)` keeps shape and type."""
    pairs = x.float().view(*x.shape[:-1], -1, 2)
    first, second = pairs[..., 0], pairs[..., 1]
    cos, sin = rotation.cos[:, None], rotation.sin[:, None]  # the same for all heads
    turned = torch.stack([first * cos - second * sin, first * sin + second * cos], -1)
    return turned.flatten(-2).type_as(x)
