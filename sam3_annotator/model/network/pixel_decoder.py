"""The pixel decoder: merges the fused image with finer maps, of which the image's own part is computed beforehand.

A convolution of a sum is the sum of convolutions, and only one of the two sees the prompt. That one is of a map that
was doubled by repeating its places, so that of 3 x 3 neighbours only 2 x 2 differ: four convolutions of 2 x 2 on the
small map, one for each *corner* of the doubled places, are less than half the work.
"""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor, nn
from torch.nn import functional as F  # noqa: N812 - its usual name


class PixelDecoder(nn.Module):
    """A feature pyramid read from coarse to fine (Lin et al., 2017)."""

    def __init__(self, width: int, stages: int, norm_groups: int) -> None:
        super().__init__()
        self.conv_layers = nn.ModuleList(nn.Conv2d(width, width, 3, padding=1) for _ in range(stages))
        self.norms = nn.ModuleList(nn.GroupNorm(norm_groups, width) for _ in range(stages))

    def prepare(self, finer: Sequence[Tensor]) -> tuple[Tensor, ...]:
        """Convolve maps of rising resolution, each `(B, C, 2h, 2w)`, once per image; gives `(B, C, 2, 2, h, w)`."""
        return tuple(split_corners(conv(fine)) for conv, fine in zip(self.conv_layers, finer, strict=True))

    def forward(self, coarse: Tensor, prepared: Sequence[Tensor]) -> Tensor:
        """Merge `coarse` `(B, C, h, w)` with what `prepare` gave; gives the last resolution by corners."""
        merged = coarse
        for conv, norm, fine in zip(self.conv_layers, self.norms, prepared, strict=True):
            small = coarse if merged is coarse else join_corners(merged)
            weight: Tensor = conv.weight  # type: ignore[assignment]  # the list was made of convolutions
            merged = F.relu_(norm(_add_doubled(fine, small, weight)))
        return merged


def split_corners(grown: Tensor) -> Tensor:
    """Take every second row and column apart: `(B, C, 2h, 2w)` -> `(B, C, 2, 2, h, w)`."""
    batch, channels, height, width = grown.shape
    # One copy a corner: of maps whose channels lie together, as the necks leave them, twice as fast as one for all.
    corners = grown.new_empty(batch, channels, 2, 2, height // 2, width // 2)
    for down in range(2):
        for across in range(2):
            corners[:, :, down, across] = grown[:, :, down::2, across::2]
    return corners


def join_corners(corners: Tensor) -> Tensor:
    """Put rows and columns together again: `(B, C, 2, 2, h, w)` -> `(B, C, 2h, 2w)`."""
    batch, channels, _, _, height, width = corners.shape
    return corners.permute(0, 1, 4, 2, 5, 3).reshape(batch, channels, 2 * height, 2 * width)


def _add_doubled(fine: Tensor, coarse: Tensor, weight: Tensor) -> Tensor:
    """Add to `fine` `(B, C, 2, 2, h, w)` the convolution, without bias, of `coarse` `(B, C, h, w)` doubled."""
    height, width = coarse.shape[-2:]
    # One place of padding serves both corners: the upper one looks up from its place, the lower one down.
    convolved = F.conv2d(coarse, _kernels_of_corners(weight), padding=1)
    convolved = convolved.view(len(coarse), -1, 2, 2, height + 1, width + 1)
    out = torch.empty_like(fine)
    for down in range(2):
        for across in range(2):
            seen = convolved[:, :, down, across, down : down + height, across : across + width]
            torch.add(fine[:, :, down, across], seen, out=out[:, :, down, across])
    return out


def _kernels_of_corners(weight: Tensor) -> Tensor:
    """Make of a kernel `(O, C, 3, 3)` for a doubled map those of its corners on the map itself: `(4 O, C, 2, 2)`."""
    across_last = _two_taps(_two_taps(weight, 2), 4)  # (2 across, 2 down, O, C, 2, 2)
    return across_last.permute(2, 1, 0, 3, 4, 5).flatten(0, 2)


def _two_taps(weight: Tensor, axis: int) -> Tensor:
    """Make of three taps along an axis two for either corner, which come first: of equal neighbours one is enough."""
    first, middle, last = weight.unbind(axis)
    return torch.stack(
        [torch.stack([first, middle + last], axis), torch.stack([first + middle, last], axis)],
    )
