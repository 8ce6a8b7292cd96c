"""Small layers that several parts share."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import torch
from torch import Tensor, nn
from torch.nn import functional as F  # noqa: N812 - its usual name


class MLP(nn.Module):
    """Linear layers `widths[0] -> widths[1] -> ...` with ReLU between them and none after the last."""

    def __init__(self, widths: Sequence[int]) -> None:
        super().__init__()
        self.layers = nn.ModuleList(nn.Linear(a, b) for a, b in pairwise(widths))

    def forward(self, x: Tensor) -> Tensor:
        """`(..., widths[0])` -> `(..., widths[-1])`."""
        for layer in self.layers[:-1]:
            x = F.relu_(layer(x))
        out: Tensor = self.layers[-1](x)
        return out


class StreamNorm(nn.LayerNorm):
    """The layer norm of a residual stream: takes it in float32 and answers in the dtype of the weights.

    Every layer adds to the stream; in bfloat16 each sum would be rounded, which is most of that dtype's error.
    """

    def forward(self, stream: Tensor) -> Tensor:
        """`(..., C)` -> the same shape."""
        weight, bias = self.weight.float(), self.bias.float()
        return F.layer_norm(stream.float(), self.normalized_shape, weight, bias, self.eps).type_as(self.weight)


class ChannelLayerNorm(nn.Module):
    """Layer norm over the channels of a map, at every place by itself."""

    def __init__(self, channels: int, eps: float = 1e-6) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.ones(channels))
        self.bias = nn.Parameter(torch.zeros(channels))
        self.eps = eps

    def forward(self, x: Tensor) -> Tensor:
        """`(B, C, H, W)` -> the same shape."""
        normed = F.layer_norm(x.permute(0, 2, 3, 1), self.weight.shape, self.weight, self.bias, self.eps)
        return normed.permute(0, 3, 1, 2)
