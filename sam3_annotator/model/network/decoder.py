"""Finds the instances of the concept: object queries with boxes that are refined layer by layer."""

from __future__ import annotations

from typing import NamedTuple

import torch
from torch import Tensor, nn
from torch.nn import functional as F  # noqa: N812 - its usual name

from sam3_annotator.model.network.attention import MultiheadAttention
from sam3_annotator.model.network.box_bias import edge_distances, log_distance, sum_axes
from sam3_annotator.model.network.boxes import inverse_sigmoid
from sam3_annotator.model.network.config import Sam3Config
from sam3_annotator.model.network.layers import MLP
from sam3_annotator.model.network.positions import encode_coordinate


class DecoderOutput(NamedTuple):
    """`queries` `(B, Q, C)`; `boxes_cxcywh` `(B, Q, 4)` float32 in 0..1; `presence_logit` `(B, 1)`."""

    queries: Tensor
    boxes_cxcywh: Tensor
    presence_logit: Tensor


class DecoderLayer(nn.Module):
    """Queries attend to one another, to the prompt and to the image, then pass an MLP; norms come last (post-norm)."""

    def __init__(self, width: int, heads: int, mlp_width: int) -> None:
        super().__init__()
        self.self_attn = MultiheadAttention(width, heads)
        self.self_norm = nn.LayerNorm(width)
        self.text_attn = MultiheadAttention(width, heads)
        self.text_norm = nn.LayerNorm(width)
        self.image_attn = MultiheadAttention(width, heads)
        self.image_norm = nn.LayerNorm(width)
        self.linear1 = nn.Linear(width, mlp_width)
        self.linear2 = nn.Linear(mlp_width, width)
        self.mlp_norm = nn.LayerNorm(width)

    def forward(
        self,
        tokens: Tensor,
        positions: Tensor,
        *,
        prompt: Tensor,
        prompt_valid: Tensor,
        image_key: Tensor,
        image: Tensor,
        image_bias: Tensor,
    ) -> Tensor:
        """`tokens` and their `positions` `(B, N, C)` -> `(B, N, C)`.

        `prompt` `(B, T, C)` and `prompt_valid` `(B, T)`; `image_key` and `image` `(B, HW, C)`; `image_bias`
        `(B, heads, N, HW)`.
        """
        placed = tokens + positions
        tokens = self.self_norm(tokens + self.self_attn(placed, placed, tokens))
        found = self.text_attn(tokens + positions, prompt, prompt, valid=prompt_valid)
        tokens = self.text_norm(tokens + found)
        tokens = self.image_norm(tokens + self.image_attn(tokens + positions, image_key, image, bias=image_bias))
        out: Tensor = self.mlp_norm(tokens + self.linear2(F.relu_(self.linear1(tokens))))
        return out


class TransformerDecoder(nn.Module):
    """Each query owns a box that tells it where to look; a presence token says whether the concept is in the image."""

    def __init__(self, config: Sam3Config) -> None:
        super().__init__()
        width, detector = config.width, config.detector
        self.query_embed = nn.Embedding(detector.queries, width)
        self.reference_points = nn.Embedding(detector.queries, 4)  # logits of the first boxes, cxcywh
        self.presence_token = nn.Embedding(1, width)
        self.layers = nn.ModuleList(
            DecoderLayer(width, detector.heads, detector.mlp_width) for _ in range(detector.decoder_layers)
        )
        self.ref_point_head = MLP([2 * width, width, width])
        self.box_bias_x = MLP([2, width, detector.heads])
        self.box_bias_y = MLP([2, width, detector.heads])
        self.bbox_embed = MLP([width, width, width, 4])
        self.norm = nn.LayerNorm(width)
        self.presence_token_head = MLP([width, width, width, 1])
        self.presence_token_out_norm = nn.LayerNorm(width)

    def forward(
        self, memory: Tensor, positions: Tensor, prompt: Tensor, prompt_valid: Tensor, grid: tuple[int, int]
    ) -> DecoderOutput:
        """Ask the memory `(B, HW, C)` for what the prompt `(B, T, C)` names.

        `positions` `(HW, C)` and `grid` `(H, W)` belong to the memory; `prompt_valid` `(B, T)` bool, True = real.
        """
        batch = memory.shape[0]
        memory_key = memory + positions
        tokens = torch.cat([self.presence_token.weight, self.query_embed.weight]).expand(batch, -1, -1)
        boxes = self.reference_points.weight.float().sigmoid().expand(batch, -1, -1)
        for layer in self.layers:
            tokens = layer(
                tokens,
                self._positions(boxes, memory.dtype),
                prompt=prompt,
                prompt_valid=prompt_valid,
                image_key=memory_key,
                image=memory,
                image_bias=self._image_bias(boxes, grid, memory.dtype),
            )
            queries = self.norm(tokens[:, 1:])
            boxes = (inverse_sigmoid(boxes) + self.bbox_embed(queries).float()).sigmoid()
        presence_logit = self.presence_token_head(self.presence_token_out_norm(tokens[:, 0]))
        return DecoderOutput(queries, boxes, presence_logit)

    def _positions(self, boxes: Tensor, dtype: torch.dtype) -> Tensor:
        """Say where presence token (nowhere) and queries are: `(B, 1 + Q, C)`."""
        width = self.query_embed.embedding_dim
        y_x_width_height = torch.cat([boxes[..., :2].flip(-1), boxes[..., 2:]], -1)
        encoded = encode_coordinate(y_x_width_height, width // 2).flatten(-2)
        return _prepend_zero(self.ref_point_head(encoded.to(dtype)))

    def _image_bias(self, boxes: Tensor, grid: tuple[int, int], dtype: torch.dtype) -> Tensor:
        """Draw each query to its box: `(B, heads, 1 + Q, HW)`; the presence token is drawn nowhere."""
        below, right = edge_distances(boxes, *grid)
        rows = self.box_bias_y(log_distance(below).to(dtype))
        columns = self.box_bias_x(log_distance(right).to(dtype))
        return sum_axes(_prepend_zero(rows), _prepend_zero(columns))


def _prepend_zero(per_query: Tensor) -> Tensor:
    """Add the presence token's zeros before the queries of `(B, Q, ...)`."""
    return torch.cat([torch.zeros_like(per_query[:, :1]), per_query], 1)
