"""Turns exemplar boxes into prompt tokens that have looked at the image."""

from __future__ import annotations

from typing import NamedTuple

import torch
from torch import Tensor, nn

from sam3_annotator.model.network.boxes import xyxy_from_cxcywh
from sam3_annotator.model.network.config import Sam3Config
from sam3_annotator.model.network.cross_attention import TokenToImageAttention
from sam3_annotator.model.network.encoder_layer import EncoderLayer
from sam3_annotator.model.network.layers import ChannelLayerNorm, StreamNorm
from sam3_annotator.model.network.positions import encode_coordinate
from sam3_annotator.model.network.roi_align import roi_align


class PromptTokens(NamedTuple):
    """`tokens` `(B, T, C)`; `valid` `(B, T)` bool, True = real token."""

    tokens: Tensor
    valid: Tensor


class GeometryEncoder(nn.Module):
    """Each box becomes a token of its place, its size, its label and what it shows; one CLS token ends the sequence."""

    def __init__(self, config: Sam3Config) -> None:
        super().__init__()
        width, detector = config.width, config.detector
        self.roi_side = detector.roi_side
        self.label_embed = nn.Embedding(2, width)  # 0 negative, 1 positive
        self.cls_embed = nn.Embedding(1, width)
        self.img_pre_norm = ChannelLayerNorm(width, eps=1e-5)
        self.boxes_direct_project = nn.Linear(4, width)
        self.boxes_pool_project = nn.Conv2d(width, width, detector.roi_side)
        self.boxes_pos_enc_project = nn.Linear(width + 2, width)
        self.final_proj = nn.Linear(width, width)
        self.norm = nn.LayerNorm(width)
        self.layers = nn.ModuleList(
            EncoderLayer(width, detector.heads, detector.mlp_width, TokenToImageAttention)
            for _ in range(detector.geometry_layers)
        )
        self.encode_norm = StreamNorm(width)

    def forward(
        self,
        d2: Tensor,
        positions: Tensor,
        boxes_cxcywh: Tensor,
        labels: Tensor,
        box_valid: Tensor | None = None,
    ) -> PromptTokens:
        """Encode `boxes_cxcywh` `(B, N, 4)` in 0..1 on the image features `d2` `(B, C, H, W)`; gives N + 1 tokens.

        `positions` `(HW, C)` is the position map of `d2`; `labels` `(B, N)` bool, True = positive; `box_valid`
        `(B, N)` bool, False where images have fewer boxes than N. Real boxes come first, in the order given, then CLS,
        then the rest. Without boxes the CLS token is there all the same.
        """
        batch, count, _ = boxes_cxcywh.shape
        cls = self.cls_embed.weight.expand(batch, 1, -1)
        tokens = torch.cat([self._embed_boxes(d2, boxes_cxcywh, labels), cls], 1)
        valid = torch.ones(batch, count + 1, dtype=torch.bool, device=d2.device)
        if box_valid is not None:
            valid[:, :count] = box_valid
            order = valid.int().argsort(dim=1, descending=True, stable=True)
            tokens, valid = tokens.take_along_dim(order[..., None], 1), valid.take_along_dim(order, 1)
        tokens = self.norm(self.final_proj(tokens)).float()
        image = d2.flatten(2).transpose(1, 2).contiguous()
        image_key = image + positions
        for layer in self.layers:
            tokens = layer(tokens, image_key, image, valid=valid)
        return PromptTokens(self.encode_norm(tokens), valid)

    def _embed_boxes(self, d2: Tensor, boxes: Tensor, labels: Tensor) -> Tensor:
        """Sum up what is known of each box: `(B, N, C)`."""
        height, width = d2.shape[-2:]
        boxes = boxes.float()
        x0, y0, x1, y1 = xyxy_from_cxcywh(boxes).unbind(-1)
        in_cells = torch.stack([x0 * width, y0 * height, x1 * width, y1 * height], -1)
        pooled = roi_align(self.img_pre_norm(d2), in_cells, self.roi_side)
        seen = self.boxes_pool_project(pooled.flatten(0, 1)).view(*boxes.shape[:2], d2.shape[1])
        centre = encode_coordinate(boxes[..., :2].flip(-1), d2.shape[1] // 2).flatten(-2)  # y, then x
        placed = torch.cat([centre, boxes[..., 2:].flip(-1)], -1)  # height, then width
        direct = self.boxes_direct_project(boxes.to(d2.dtype))
        encoded = self.boxes_pos_enc_project(placed.to(d2.dtype))
        tokens: Tensor = seen + direct + encoded + self.label_embed(labels.long())
        return tokens
