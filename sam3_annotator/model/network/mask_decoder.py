"""Turns image features and embedded prompts into candidate masks with a predicted IoU each."""

from __future__ import annotations

from typing import NamedTuple

import torch
from torch import Tensor, nn
from torch.nn import functional as F  # noqa: N812 - its usual name

from sam3_annotator.model.network.config import Sam3Config
from sam3_annotator.model.network.layers import MLP, ChannelLayerNorm
from sam3_annotator.model.network.prompt_encoder import PromptEmbeddings
from sam3_annotator.model.network.two_way_transformer import TwoWayTransformer

STABILITY_OFFSET = 0.05
STABILITY_THRESHOLD = 0.98


class InteractiveFeatures(NamedTuple):
    """What clicks need of one image: `s0` `(1, C/8, 4g, 4g)`, `s1` `(1, C/4, 2g, 2g)`, `embedding` `(1, C, g, g)`."""

    s0: Tensor
    s1: Tensor
    embedding: Tensor


class MaskDecoderOutput(NamedTuple):
    """All that was decoded: the single mask, then the candidates.

    `masks` `(N, 1 + candidates, 4g, 4g)` logits; `iou` `(N, 1 + candidates)` predicted; `object_logit` `(N, 1)`:
    that there is an object at all.
    """

    masks: Tensor
    iou: Tensor
    object_logit: Tensor


class MaskOutput(NamedTuple):
    """The masks to choose from: `logits` `(N, M, 4g, 4g)`, `iou` `(N, M)`, `object_logit` `(N, 1)`."""

    logits: Tensor
    iou: Tensor
    object_logit: Tensor


class MaskDecoder(nn.Module):
    """The mask decoder of SAM 2 (Ravi et al., 2024), on two finer feature maps beside the embedding.

    `conv_s0` and `conv_s1` narrow the interactive neck's finest maps to `InteractiveFeatures`, once per image.
    """

    def __init__(self, config: Sam3Config) -> None:
        super().__init__()
        width, masks = config.width, 1 + config.interactive.candidates
        self.has_raw_iou = config.interactive.has_raw_iou
        self.obj_score_token = nn.Parameter(torch.randn(1, width))
        self.iou_token = nn.Parameter(torch.randn(1, width))
        self.mask_tokens = nn.Parameter(torch.randn(masks, width))
        self.transformer = TwoWayTransformer(config)
        self.conv_s0 = nn.Conv2d(width, width // 8, 1)
        self.conv_s1 = nn.Conv2d(width, width // 4, 1)
        self.output_upscaling = nn.Sequential(
            nn.ConvTranspose2d(width, width // 4, 2, stride=2),
            ChannelLayerNorm(width // 4),
            nn.GELU(),
            nn.ConvTranspose2d(width // 4, width // 8, 2, stride=2),
            nn.GELU(),
        )
        self.output_hypernetworks_mlps = nn.ModuleList(MLP((width, width, width, width // 8)) for _ in range(masks))
        self.iou_prediction_head = MLP((width, width, width, masks))
        self.pred_obj_score_head = MLP((width, width, width, 1))

    def forward(self, features: InteractiveFeatures, prompts: PromptEmbeddings, positions: Tensor) -> MaskDecoderOutput:
        """Decode the prompts of N objects on one image; `positions` `(g * g, C)` are the prompt encoder's."""
        own = torch.cat([self.obj_score_token, self.iou_token, self.mask_tokens])
        tokens = torch.cat([own.expand(len(prompts.sparse), -1, -1), prompts.sparse], 1)
        image = features.embedding + prompts.dense
        tokens, places = self.transformer(tokens, image.flatten(2).transpose(1, 2), positions)
        object_token, iou_token, mask_tokens = tokens[:, 0], tokens[:, 1], tokens[:, 2 : len(own)]
        pixels = self._upscale(places.transpose(1, 2).reshape(image.shape), features)
        kernels = [mlp(mask_tokens[:, index]) for index, mlp in enumerate(self.output_hypernetworks_mlps)]
        masks = torch.einsum("nmc,nchw->nmhw", torch.stack(kernels, 1), pixels)
        iou = self.iou_prediction_head(iou_token)
        object_logit: Tensor = self.pred_obj_score_head(object_token)
        return MaskDecoderOutput(masks, iou if self.has_raw_iou else iou.sigmoid(), object_logit)

    def _upscale(self, image: Tensor, features: InteractiveFeatures) -> Tensor:
        """Grow the map fourfold, `(N, C, g, g)` -> `(N, C/8, 4g, 4g)`, adding the finer features on the way."""
        double, norm, _, quadruple, _ = self.output_upscaling
        doubled = F.gelu(norm(double(image) + features.s1))
        return F.gelu(quadruple(doubled) + features.s0)


def select_masks(output: MaskDecoderOutput, multimask: bool) -> MaskOutput:
    """Choose what to show: all candidates if `multimask`, else one mask an object.

    That one is the single mask, or the candidate with the highest predicted IoU where the single mask is unstable.
    """
    if multimask:
        return MaskOutput(output.masks[:, 1:], output.iou[:, 1:], output.object_logit)
    best = 1 + output.iou[:, 1:].argmax(1)
    chosen = torch.where(stability(output.masks[:, 0]) < STABILITY_THRESHOLD, best, 0)
    objects = torch.arange(len(chosen), device=chosen.device)
    return MaskOutput(output.masks[objects, chosen][:, None], output.iou[objects, chosen][:, None], output.object_logit)


def stability(logits: Tensor) -> Tensor:
    """Say how little masks `(..., H, W)` change with their threshold, `(...)` in 0..1: IoU of a high and a low one."""
    inner = (logits > STABILITY_OFFSET).sum((-2, -1))
    outer = (logits > -STABILITY_OFFSET).sum((-2, -1))
    return torch.where(outer > 0, inner / outer, 1.0)
