"""Products of matrices, by the library that is fastest where they are computed."""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional as F  # noqa: N812 - its usual name

from sam3_annotator.model.machine.onednn import multiply
from sam3_annotator.model.machine.processor import has_avx512_beyond_mkl


def score_places(tokens: Tensor, places: Tensor) -> Tensor:
    """Give the products `(N, T, P)` of tokens `(N, T, C)` with all places `(N or 1, P, C)` of a map.

    Where all tokens look at one map, it is a linear layer with the places as weights: a product of batches would first
    copy them into columns, which takes four times as long as the product in bfloat16.
    """
    if len(places) > 1:
        return tokens @ places.transpose(1, 2)
    linear = multiply if is_for_onednn(tokens) else F.linear
    return linear(tokens, places[0])


def mix_places(shares: Tensor, places: Tensor) -> Tensor:
    """Give the sums `(N, T, C)` of places `(N or 1, P, C)` by shares `(N, T, P)`."""
    if len(places) == 1 and is_for_onednn(shares):
        return multiply(shares, places[0].t())
    return shares @ places


def is_for_onednn(x: Tensor) -> bool:
    """Whether torch would multiply `x` by another library, which is slower here."""
    return (
        x.dtype == torch.float32 and x.device.type == "cpu" and not torch.is_grad_enabled() and has_avx512_beyond_mkl()
    )
