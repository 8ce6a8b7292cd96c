"""Cuts a grid of tokens into square windows and joins them again."""

from __future__ import annotations

from torch import Tensor
from torch.nn import functional as F  # noqa: N812 - its usual name


def cut_windows(grid: Tensor, side: int) -> Tensor:
    """Lay the tokens of a grid window after window, row by row: `(B, H, W, C)` -> `(B, N, C)`.

    Where a window reaches beyond the grid, at the bottom and right, it is filled with zeros.
    """
    batch, height, width, channels = grid.shape
    grid = F.pad(grid, (0, 0, 0, -width % side, 0, -height % side))
    windows = grid.view(batch, grid.shape[1] // side, side, grid.shape[2] // side, side, channels)
    return windows.transpose(2, 3).reshape(batch, -1, channels)


def join_windows(tokens: Tensor, side: int, height: int, width: int) -> Tensor:
    """Lay the windows' tokens back into their grid: `(B, N, C)` -> `(B, height, width, C)`."""
    batch, _, channels = tokens.shape
    down, across = -(-height // side), -(-width // side)
    windows = tokens.view(batch, down, across, side, side, channels).transpose(2, 3)
    return windows.reshape(batch, down * side, across * side, channels)[:, :height, :width]
