"""Draws the mask of each query on the finest image features."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor, nn

from sam3_annotator.model.network.attention import MultiheadAttention
from sam3_annotator.model.network.config import Sam3Config
from sam3_annotator.model.network.layers import MLP
from sam3_annotator.model.network.pixel_decoder import PixelDecoder, join_corners


class UniversalSegmentationHead(nn.Module):
    """Masks are products of queries and pixels; the semantic map is one mask of the whole concept."""

    def __init__(self, config: Sam3Config) -> None:
        super().__init__()
        width, detector = config.width, config.detector
        self.cross_attn_norm = nn.LayerNorm(width)
        self.cross_attend_prompt = MultiheadAttention(width, detector.heads)
        self.pixel_decoder = PixelDecoder(width, detector.upsampling_stages, detector.norm_groups)
        self.instance_seg_head = nn.Conv2d(width, width, 1)
        self.semantic_seg_head = nn.Conv2d(width, 1, 1)
        self.mask_embed = MLP([width, width, width, width])

    def pixels(self, memory: Tensor, prepared: Sequence[Tensor], prompt: Tensor, prompt_valid: Tensor) -> Tensor:
        """Give the features that masks are drawn on, four times as fine as the memory: `(B, C, 2, 2, 2h, 2w)`.

        `memory` is the fusion encoder's as a map `(B, C, h, w)`; `prepared` is what the pixel decoder's `prepare` made
        of the detector's D1 and D0; `prompt` `(B, T, C)`; `prompt_valid` `(B, T)` bool, True = real token.
        """
        tokens = memory.flatten(2).transpose(1, 2)
        tokens = tokens + self.cross_attend_prompt(self.cross_attn_norm(tokens), prompt, prompt, valid=prompt_valid)
        decoded: Tensor = self.pixel_decoder(tokens.transpose(1, 2).reshape(memory.shape), prepared)
        return decoded

    def masks(self, queries: Tensor, pixels: Tensor) -> Tensor:
        """Give the mask logits `(B, Q, 2h, 2w)` of `queries` `(B, Q, C)` on `pixels` `(B, C, 2, 2, h, w)`."""
        embedded = self.mask_embed(queries)
        # <e, W p + b> = <e W, p> + <e, b>: the queries pass the 1 x 1 convolution, not the hundredfold more pixels.
        weight, bias = self.instance_seg_head.weight[..., 0, 0], self.instance_seg_head.bias
        assert bias is not None
        logits = torch.baddbmm((embedded @ bias)[..., None], embedded @ weight, pixels.flatten(2))
        return join_corners(logits.view(*logits.shape[:2], *pixels.shape[2:]))

    def semantic(self, pixels: Tensor) -> Tensor:
        """Give the logits `(B, 1, 2h, 2w)` of the concept as a whole, all its instances in one map."""
        logits: Tensor = self.semantic_seg_head(pixels.flatten(2, 4))
        return join_corners(logits.view(len(pixels), 1, *pixels.shape[2:]))
