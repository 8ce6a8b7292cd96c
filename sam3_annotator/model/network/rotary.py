"""Rotary positions of a grid: queries and keys are turned by angles that grow with column and row."""

from __future__ import annotations

import torch
from torch import Tensor


def rotation(angles: Tensor) -> Tensor:
    """Give the complex numbers of modulus one that turn `N` tokens in `P` planes by angles `(N, P)`, in radians."""
    return torch.polar(torch.ones_like(angles), angles)


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


def rotate_(x: Tensor, rotation: Tensor) -> None:
    """Turn each pair of adjacent channels of `x` `(..., N, 2 P)` in its plane, in place; computed in float32."""
    pairs = torch.view_as_complex(x.float().view(*x.shape[:-1], -1, 2))  # of the very memory, if it is float32 already
    turned = torch.view_as_real(pairs.mul_(rotation))
    if x.dtype != torch.float32:
        x.copy_(turned.flatten(-2))
