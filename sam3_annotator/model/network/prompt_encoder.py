"""Turns clicks, a box and an earlier mask into tokens and a map for the mask decoder."""

from __future__ import annotations

import math
from typing import NamedTuple

import torch
from torch import Tensor, nn

from sam3_annotator.model.network.config import Sam3Config
from sam3_annotator.model.network.layers import ChannelLayerNorm

NO_POINT = -1
TOP_LEFT, BOTTOM_RIGHT = 2, 3
LABELS = 4  # negative, positive, and the two corners of a box


class PromptEmbeddings(NamedTuple):
    """`sparse` `(N, p, C)`: a token for each corner and click; `dense` `(N, C, g, g)`: the earlier mask, if any."""

    sparse: Tensor
    dense: Tensor | None


class PromptEncoder(nn.Module):
    """The prompt encoder of SAM (Kirillov et al., 2023): Fourier features of places, learned embeddings of kinds."""

    positional_encoding_gaussian_matrix: Tensor

    def __init__(self, config: Sam3Config) -> None:
        super().__init__()
        width, channels = config.width, config.interactive.mask_channels
        self.image_side = config.vision.image_side
        self.grid_side = config.vision.grid_side
        self.register_buffer("positional_encoding_gaussian_matrix", torch.randn(2, width // 2))
        self.point_embeddings = nn.Parameter(torch.randn(LABELS, width))
        self.not_a_point_embed = nn.Parameter(torch.randn(1, width))
        self.no_mask_embed = nn.Parameter(torch.randn(1, width))
        self.mask_downscaling = nn.Sequential(
            nn.Conv2d(1, channels // 4, 2, stride=2),
            ChannelLayerNorm(channels // 4),
            nn.GELU(),
            nn.Conv2d(channels // 4, channels, 2, stride=2),
            ChannelLayerNorm(channels),
            nn.GELU(),
            nn.Conv2d(channels, width, 1),
        )

    def forward(
        self,
        points_xy: Tensor | None = None,
        point_labels: Tensor | None = None,
        boxes_xyxy: Tensor | None = None,
        mask_logits: Tensor | None = None,
    ) -> PromptEmbeddings:
        """Embed the prompts of N objects; one object without any prompt where all are None.

        `points_xy` `(N, k, 2)` and `boxes_xyxy` `(N, 4)` are in pixels of the model's input. `point_labels` `(N, k)`
        is 1 for a click on the object, 0 for one beside it, -1 for none (padding). `mask_logits` is
        `(N, 1, 4g, 4g)`, as an earlier answer gave them.
        """
        tokens: list[Tensor] = []
        if boxes_xyxy is not None:
            tokens.append(self._embed_corners(boxes_xyxy))
        if points_xy is not None:
            assert point_labels is not None, "Points come with labels."
            tokens.append(self._embed_points(points_xy, point_labels))
        if tokens:
            # The network was trained with one more "no point", also beside a box.
            tokens.append(self.not_a_point_embed.expand(len(tokens[0]), 1, -1))
        count = len(tokens[0]) if tokens else 1 if mask_logits is None else len(mask_logits)
        sparse = torch.cat(tokens, 1) if tokens else self.no_mask_embed.new_zeros(count, 0, self.no_mask_embed.shape[1])
        return PromptEmbeddings(sparse, None if mask_logits is None else self._embed_mask(mask_logits))

    def dense_positions(self) -> Tensor:
        """Give the Fourier features of the centres of the grid, row by row: `(g * g, C)`."""
        matrix = self.positional_encoding_gaussian_matrix
        centres = (torch.arange(self.grid_side, device=matrix.device) + 0.5) / self.grid_side
        rows, columns = torch.meshgrid(centres, centres, indexing="ij")
        return self._encode_places(torch.stack([columns, rows], -1).flatten(0, 1))

    def _embed_corners(self, boxes_xyxy: Tensor) -> Tensor:
        corners = boxes_xyxy.reshape(-1, 2, 2)
        return self._encode_pixels(corners) + self.point_embeddings[TOP_LEFT : BOTTOM_RIGHT + 1]

    def _embed_points(self, points_xy: Tensor, labels: Tensor) -> Tensor:
        embedded = self._encode_pixels(points_xy) + self.point_embeddings[labels.long().clamp(min=0)]
        return torch.where((labels == NO_POINT)[..., None], self.not_a_point_embed, embedded)

    def _embed_mask(self, mask_logits: Tensor) -> Tensor:
        dense: Tensor = self.mask_downscaling(mask_logits.to(self.no_mask_embed.dtype))
        return dense

    def _encode_pixels(self, xy: Tensor) -> Tensor:
        """Encode places in input pixels `(..., 2)`; a whole number means the middle of that pixel."""
        return self._encode_places((xy.float() + 0.5) / self.image_side)

    def _encode_places(self, xy: Tensor) -> Tensor:
        """Encode places in 0..1 `(..., 2)` as `(..., C)`: random Fourier features (Tancik et al., 2020)."""
        # In float32: the frequencies are high enough for bfloat16 to move a place by whole pixels.
        angles = (2 * xy - 1) @ self.positional_encoding_gaussian_matrix.float() * (2 * math.pi)
        return torch.cat([angles.sin(), angles.cos()], -1).to(self.no_mask_embed.dtype)
