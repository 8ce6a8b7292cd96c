"""Doubles a map and smooths it, in the order of linear layers that takes the fewest products.

Nothing but sums stands between the layers, so that neighbours may be merged into one. A place that is doubled by a
transposed convolution of 2 x 2 and then smoothed by one of 3 x 3 reaches 4 x 4 places: a transposed convolution, too.
Weights are merged whenever they are used, for some percent of the work, so that nothing can be outdated.
"""

from __future__ import annotations

from typing import NamedTuple

import torch
from torch import Tensor, nn
from torch.nn import functional as F  # noqa: N812 - its usual name

FIRST_INNER_LAST = (slice(None, 1), slice(1, -1), slice(-1, None))


class Merged(NamedTuple):
    """Weight and bias of one layer in place of two, in float32."""

    weight: Tensor
    bias: Tensor


def double_and_smooth(
    features: Tensor,
    double: nn.ConvTranspose2d,
    mix: nn.Conv2d,
    smooth: nn.Conv2d,
    narrow: nn.Conv2d | None = None,
) -> Tensor:
    """Give what the layers would, one after the other, of a map `(B, C, h, w)`: `(B, C', 2h, 2w)`.

    `double` is 2 x 2 with a stride of 2, `mix` and `narrow` are 1 x 1, `smooth` is 3 x 3 with a padding of 1.
    """
    doubling, smoothing = _mix_doubled(double, mix), _narrow_smooth(smooth, narrow)
    channels, between, _, _ = doubling.weight.shape
    out = len(smoothing.weight)
    if 4 * channels * out < channels * between + 9 * between * out:  # products for each place of the answer
        return _do_both(features, doubling, smoothing)
    doubled = F.conv_transpose2d(features, *_typed(doubling, features), stride=2)
    return F.conv2d(doubled, *_typed(smoothing, features), padding=1)


def _mix_doubled(double: nn.ConvTranspose2d, mix: nn.Conv2d) -> Merged:
    weight, bias = _parameters(double)
    matrix, offset = _parameters(mix)
    matrix = matrix[..., 0, 0]
    return Merged(torch.einsum("cbyx,ob->coyx", weight, matrix), matrix @ bias + offset)


def _narrow_smooth(smooth: nn.Conv2d, narrow: nn.Conv2d | None) -> Merged:
    weight, bias = _parameters(smooth)
    if narrow is None:
        return Merged(weight, bias)
    matrix, offset = _parameters(narrow)
    matrix = matrix[..., 0, 0]
    return Merged(torch.einsum("bcyx,ob->ocyx", weight, matrix), matrix @ bias + offset)


def _do_both(features: Tensor, doubling: Merged, smoothing: Merged) -> Tensor:
    # What one place becomes when it is doubled, smoothed beyond its own four places.
    reach = F.conv_transpose2d(smoothing.weight.flip(2, 3), doubling.weight.transpose(0, 1)).transpose(0, 1)
    # The bias of doubling ends at the border, where smoothing sees less of it: at first, inner and last places.
    channels = len(doubling.bias)
    seen = F.conv2d(doubling.bias.view(1, channels, 1, 1).expand(-1, -1, 3, 3), *smoothing, padding=1)
    both = _typed(Merged(reach, seen[0, :, 1, 1]), features)
    out = F.conv_transpose2d(features, *both, stride=2, padding=1)
    _add_to_border_(out, (seen - seen[..., 1:2, 1:2]).type_as(out))
    return out


def _add_to_border_(grown: Tensor, missing: Tensor) -> None:
    """Add to the border of maps `(B, C, H, W)` what `(1, C, 3, 3)` tells of first, inner and last rows and columns."""
    for row, down in enumerate(FIRST_INNER_LAST):
        for column, across in enumerate(FIRST_INNER_LAST):
            if (row, column) != (1, 1):
                grown[:, :, down, across] += missing[:, :, row, column, None, None]


def _parameters(layer: nn.Conv2d | nn.ConvTranspose2d) -> Merged:
    assert layer.bias is not None
    return Merged(layer.weight.float(), layer.bias.float())


def _typed(merged: Merged, features: Tensor) -> Merged:
    return Merged(merged.weight.type_as(features), merged.bias.type_as(features))
