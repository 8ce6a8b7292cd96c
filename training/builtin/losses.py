"""What the network is punished for."""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional as F  # noqa: N812 - its usual name

from sam3_annotator.model.builtin.decoder import DecoderOutput


def mask_loss(logits: Tensor, target: Tensor, weight: Tensor) -> Tensor:
    """Loss of each mask `(B, M)`: weighted cross entropy, normalised focal loss and dice.

    `logits` and `target` are `(B, M, h, w)`, `weight` `(B, 1, h, w)` is larger along borders.
    """
    entropy = F.binary_cross_entropy_with_logits(logits, target, reduction="none")
    chance = logits.sigmoid()
    miss = (chance - target).abs()
    focal = miss.square()
    # Normalised: as a mask gets better, what is left to learn keeps its share of the gradient.
    normaliser = (focal.detach() * weight).mean((2, 3)) + 0.02
    normalised = (focal.detach() * entropy * weight).mean((2, 3)) / normaliser
    dice = 1 - (2 * (chance * target).sum((2, 3)) + 1) / (chance.sum((2, 3)) + target.sum((2, 3)) + 1)
    return (entropy * weight).mean((2, 3)) + 0.3 * normalised + dice


def border_weight(target: Tensor) -> Tensor:
    """Weights `(B, 1, h, w)`: 3 within two pixels of the target's border, 1 elsewhere, mean 1."""
    widest = F.max_pool2d(target, 5, 1, 2)
    narrowest = -F.max_pool2d(-target, 5, 1, 2)
    weight = 1 + 2 * (widest - narrowest)
    return weight / weight.mean((2, 3), keepdim=True)


def measure_iou(logits: Tensor, target: Tensor) -> Tensor:
    """IoU `(B, M)` of `logits > 0` with `target > 0.5`."""
    guess, truth = logits > 0, target > 0.5
    union = (guess | truth).sum((2, 3))
    return (guess & truth).sum((2, 3)) / union.clamp(min=1)


def total_loss(output: DecoderOutput, target: Tensor) -> tuple[Tensor, Tensor]:
    """Give the loss and the IoU of every mask `(B, M)`; `target` is `(B, 1, h, w)` in 0..1.

    The merged mask learns from every sample, of the candidates only the closest one does. The predicted IoU is
    fitted afterwards, in `scores.py`.
    """
    logits = output.logits.float()
    spread = target.expand_as(logits)
    losses = mask_loss(logits, spread, border_weight(target))
    iou = measure_iou(logits, spread)
    best = losses[:, 1:].min(1).values
    # A little for all candidates keeps the ones that never win alive.
    candidates = 0.95 * best + 0.05 * losses[:, 1:].mean(1)
    return (losses[:, 0] + 0.5 * candidates).mean(), torch.as_tensor(iou)
