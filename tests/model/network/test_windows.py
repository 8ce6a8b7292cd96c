"""Cutting a grid into windows and joining it again."""

from __future__ import annotations

import pytest
import torch

from sam3_annotator.model.network.windows import cut_windows, join_windows


def test_windows_lie_row_by_row_and_so_do_the_tokens_inside_them() -> None:
    grid = torch.arange(16).view(1, 4, 4, 1)

    tokens = cut_windows(grid, 2)

    assert tokens.flatten().tolist() == [0, 1, 4, 5, 2, 3, 6, 7, 8, 9, 12, 13, 10, 11, 14, 15]


def test_windows_beyond_the_grid_are_filled_with_zeros() -> None:
    grid = torch.ones(1, 3, 2, 1)

    tokens = cut_windows(grid, 2)

    assert tokens.flatten().tolist() == [1, 1, 1, 1, 1, 1, 0, 0]


@pytest.mark.parametrize(("height", "width"), [(4, 4), (4, 6), (5, 7), (1, 1)])
def test_joining_undoes_cutting(height: int, width: int) -> None:
    grid = torch.randn(2, height, width, 3, generator=torch.Generator().manual_seed(0))

    joined = join_windows(cut_windows(grid, 2), 2, height, width)

    assert torch.equal(joined, grid)
