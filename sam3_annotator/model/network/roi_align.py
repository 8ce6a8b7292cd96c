"""RoIAlign in plain torch: the mean feature of each cell of a grid laid over a box (He et al., 2017, Mask R-CNN)."""

from __future__ import annotations

import torch
from torch import Tensor


def roi_align(features: Tensor, boxes_xyxy: Tensor, side: int) -> Tensor:
    """Pool `side` x `side` cells of each box of each map: `(B, C, H, W)` and `(B, N, 4)` give `(B, N, C, side, side)`.

    Boxes are in cells of the map, where value (r, c) lies at y = r, x = c (no half cell of shift); a box is at least
    one wide and high. A cell is the mean of as many bilinear samples per axis as its extent rounded up, so a large box
    is sampled as densely as a small one. Samples more than one outside the map count as 0.
    """
    height, width = features.shape[-2:]
    x0, y0, x1, y1 = boxes_xyxy.float().unbind(-1)
    down = _axis_weights(y0, y1, side, height)
    across = _axis_weights(x0, x1, side, width)
    # The samples are a grid and bilinear weights are products, so each axis is pooled by a matrix of its own.
    rows = torch.einsum("bnih,bchw->bnciw", down, features.float())
    return torch.einsum("bnciw,bnjw->bncij", rows, across).to(features.dtype)


def _axis_weights(start: Tensor, end: Tensor, bins: int, size: int) -> Tensor:
    """Give the weight of each of `size` places in each bin of intervals `(B, N)`: `(B, N, bins, size)` float32."""
    bin_extent = ((end - start).clamp(min=1) / bins)[..., None, None]
    counts = bin_extent.ceil()  # samples of a bin, which differ from box to box
    sample = torch.arange(int(counts.max()) if counts.numel() else 0, device=start.device)
    index = torch.arange(bins, device=start.device)[:, None]
    at = start[..., None, None] + (index + (sample + 0.5) / counts) * bin_extent  # (B, N, bins, samples)
    counted = (sample < counts) & (at >= -1) & (at <= size)
    places = torch.arange(size, device=start.device)
    near = (1 - (at.clamp(0, size - 1)[..., None] - places).abs()).clamp(min=0)
    return (near * counted[..., None]).sum(-2) / counts
