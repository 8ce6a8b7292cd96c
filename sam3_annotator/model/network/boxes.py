"""Box formats inside the network: `cxcywh` and `xyxy`, as parts of the picture (0..1)."""

from __future__ import annotations

import torch
from torch import Tensor


def xyxy_from_cxcywh(boxes: Tensor) -> Tensor:
    """Turn centre and size `(..., 4)` into corners `(..., 4)`; nothing is clipped."""
    centre, half = boxes[..., :2], boxes[..., 2:] / 2
    return torch.cat([centre - half, centre + half], -1)


def inverse_sigmoid(value: Tensor, eps: float = 1e-3) -> Tensor:
    """Give the logit of values in 0..1, in float32; both value and complement are at least `eps`."""
    value = value.float().clamp(0, 1)
    return torch.log(value.clamp(min=eps) / (1 - value).clamp(min=eps))
