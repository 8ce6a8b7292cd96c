"""RoIAlign in plain torch: the mean feature of each cell of a grid laid over a box (He et al., 2017, Mask R-CNN)."""

from __future__ import annotations

import torch
from torch import Tensor

SAMPLES_NEAR = 6
"""Samples of a bin are more than half a place apart, or alone: at most four lie within one place of any, and two more
may by rounding."""


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
    extent = ((end - start).clamp(min=1) / bins)[..., None, None]
    counts = extent.ceil()  # samples of a bin, which differ from box to box
    index = torch.arange(bins, device=start.device)[:, None]
    places = torch.arange(size, device=start.device)
    # As many for every box, so that nothing waits for a number from the card: those that may lie near a place.
    first = (counts * ((places - 1 - start[..., None, None]) / extent - index) - 0.5).floor().clamp(min=0)
    sample = first[..., None] + torch.arange(SAMPLES_NEAR, device=start.device)  # (B, N, bins, size, samples)
    counts, extent = counts[..., None], extent[..., None]
    at = start[..., None, None, None] + (index[..., None] + (sample + 0.5) / counts) * extent
    counted = (sample < counts) & (at >= -1) & (at <= size)
    near = (1 - (at.clamp(0, size - 1) - places[:, None]).abs()).clamp(min=0)
    return (near * counted).sum(-1) / counts[..., 0]
