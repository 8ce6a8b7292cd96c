"""Turns image features and embedded prompts into candidate masks with a predicted IoU each."""

from __future__ import annotations

from typing import NamedTuple

import torch
from torch import Tensor, nn

from sam3_annotator.model.network.config import Sam3Config
from sam3_annotator.model.network.layers import MLP
from sam3_annotator.model.network.products import score_places
from sam3_annotator.model.network.prompt_encoder import PromptEmbeddings
from sam3_annotator.model.network.two_way_transformer import FirstLook, TwoWayTransformer
from sam3_annotator.model.network.upscaling import Upscaling, unnest

STABILITY_OFFSET = 0.05
STABILITY_THRESHOLD = 0.98


class InteractiveFeatures(NamedTuple):
    """All that clicks need of one image and that no prompt changes, place by place; `MaskDecoder.prepare` makes it.

    `embedding`, `unmasked` (with the embedding of no earlier mask) and `placed` (that with the positions), each
    `(1, g * g, C)`; `positions` `(g * g, C)`; `key`, `value` and `query`: see `FirstLook`; `s1` and `s0`: see
    `Upscaling.prepare`.
    """

    embedding: Tensor
    unmasked: Tensor
    placed: Tensor
    positions: Tensor
    key: Tensor
    value: Tensor
    query: Tensor
    s1: Tensor
    s0: Tensor


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

    `conv_s0` and `conv_s1` narrow the interactive neck's finer maps; the neck merges them into its own layers.
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
        self.output_upscaling = Upscaling(width)
        self.output_hypernetworks_mlps = nn.ModuleList(MLP((width, width, width, width // 8)) for _ in range(masks))
        self.iou_prediction_head = MLP((width, width, width, masks))
        self.pred_obj_score_head = MLP((width, width, width, 1))

    def prepare(
        self, s0: Tensor, s1: Tensor, embedding: Tensor, no_mask: Tensor, positions: Tensor
    ) -> InteractiveFeatures:
        """Do all that needs no prompt, once per image.

        `s0` `(1, C/8, 4g, 4g)` and `s1` `(1, C/4, 2g, 2g)` are the neck's maps as `conv_s0` and `conv_s1` narrow them,
        `embedding` `(1, C, g, g)` its coarsest; `no_mask` `(1, C)` and `positions` `(g * g, C)` the prompt encoder's.
        """
        tokens = embedding.flatten(2).transpose(1, 2).contiguous()
        unmasked = tokens + no_mask
        placed = unmasked + positions
        finer_1, finer_0 = self.output_upscaling.prepare(s1, s0)
        look = self.transformer.look_at(unmasked, placed)
        return InteractiveFeatures(tokens, unmasked, placed, positions, *look, s1=finer_1, s0=finer_0)

    def forward(self, features: InteractiveFeatures, prompts: PromptEmbeddings) -> MaskDecoderOutput:
        """Decode the prompts of N objects on one image."""
        own = torch.cat([self.obj_score_token, self.iou_token, self.mask_tokens])
        tokens = torch.cat([own.expand(len(prompts.sparse), -1, -1), prompts.sparse], 1)
        if prompts.dense is None:
            look = FirstLook(features.key, features.value, features.query)
            tokens, places = self.transformer(tokens, features.unmasked, features.positions, features.placed, look)
        else:
            image = features.embedding + prompts.dense.flatten(2).transpose(1, 2)
            tokens, places = self.transformer(tokens, image, features.positions)
        object_token, iou_token, mask_tokens = tokens[:, 0], tokens[:, 1], tokens[:, 2 : len(own)]
        pixels = self.output_upscaling(places, features.s1, features.s0)
        kernels = [mlp(mask_tokens[:, index]) for index, mlp in enumerate(self.output_hypernetworks_mlps)]
        masks = unnest(score_places(torch.stack(kernels, 1), pixels), 2)
        iou = self.iou_prediction_head(iou_token)
        object_logit: Tensor = self.pred_obj_score_head(object_token)
        return MaskDecoderOutput(masks, iou if self.has_raw_iou else iou.sigmoid(), object_logit)


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
