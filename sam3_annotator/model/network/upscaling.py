"""Grows the map of the mask decoder fourfold, without moving a value until masks are drawn.

A transposed convolution of 2 x 2 cells makes four places of each place by itself: a matrix product. Their order is
*nested*, the four beside one another in memory, and so are the finer features that are added; only the finished masks,
a few channels in place of many, are laid out in rows and columns.
"""

from __future__ import annotations

import math

import torch
from torch import Tensor, nn
from torch.nn import functional as F  # noqa: N812 - its usual name

from sam3_annotator.model.machine.onednn import multiply
from sam3_annotator.model.network.layers import ChannelLayerNorm
from sam3_annotator.model.network.products import is_for_onednn


class Upscaling(nn.ModuleList):
    """Two transposed convolutions, a norm after the first, and GELU."""

    def __init__(self, width: int) -> None:
        super().__init__(
            [
                nn.ConvTranspose2d(width, width // 4, 2, stride=2),
                ChannelLayerNorm(width // 4),
                nn.GELU(),
                nn.ConvTranspose2d(width // 4, width // 8, 2, stride=2),
                nn.GELU(),
            ]
        )

    @property
    def _layers(self) -> tuple[nn.ConvTranspose2d, ChannelLayerNorm, nn.ConvTranspose2d]:
        double, norm, _, quadruple, _ = self
        return double, norm, quadruple  # type: ignore[return-value]  # a list of modules tells no kinds

    def prepare(self, s1: Tensor, s0: Tensor) -> tuple[Tensor, Tensor]:
        """Nest the finer maps `(1, C/4, 2g, 2g)` and `(1, C/8, 4g, 4g)` and add the biases.

        Gives `(1, g * g, C)` and `(1, 4 * g * g, C/2)`: four places a row, as the products have them.
        """
        double, _, quadruple = self._layers
        assert double.bias is not None
        assert quadruple.bias is not None
        return (
            (nest(s1, 1) + double.bias).view(len(s1), -1, 4 * s1.shape[1]),
            (nest(s0, 2) + quadruple.bias).view(len(s0), -1, 4 * s0.shape[1]),
        )

    def forward(self, image: Tensor, s1: Tensor, s0: Tensor) -> Tensor:
        """Grow `(N, g * g, C)` to the nested `(N, 16 * g * g, C/8)`, adding what `prepare` gave."""
        double, norm, quadruple = self._layers
        grown = _quadruple(image, double, s1)
        grown = F.gelu(F.layer_norm(grown, norm.weight.shape, norm.weight, norm.bias, norm.eps))
        return F.gelu(_quadruple(grown, quadruple, s0))


def nest(finer: Tensor, levels: int) -> Tensor:
    """Order the places of maps that are 2^levels times as fine: `(B, C, H, W)` -> `(B, H * W, C)`."""
    batch, channels, height, width = finer.shape
    parts = (2,) * levels
    cells = finer.reshape(batch, channels, height // 2**levels, *parts, width // 2**levels, *parts)
    order = [axis for row in range(2, 3 + levels) for axis in (row, row + 1 + levels)]
    return cells.permute(0, *order, 1).reshape(batch, height * width, channels)


def unnest(nested: Tensor, levels: int) -> Tensor:
    """Lay nested square maps out in rows and columns: `(N, M, H * W)` -> `(N, M, H, W)`."""
    count, maps, places = nested.shape
    side = math.isqrt(places)
    cells = nested.view(count, maps, *(side // 2**levels,) * 2, *(2,) * (2 * levels))
    rows, columns = range(2, 4 + 2 * levels, 2), range(3, 4 + 2 * levels, 2)
    return cells.permute(0, 1, *rows, *columns).reshape(count, maps, side, side)


def _quadruple(places: Tensor, layer: nn.ConvTranspose2d, finer: Tensor) -> Tensor:
    """Make four of each place of `(N, P, C)` and add the finer features: `(N, 4 P, C')`."""
    weight = layer.weight.permute(0, 2, 3, 1).flatten(1)
    if is_for_onednn(places):
        grown = multiply(places, weight.t()).add_(finer)
    else:
        grown = torch.baddbmm(finer, places, weight.expand(len(places), -1, -1))
    return grown.view(len(places), -1, layer.out_channels)
