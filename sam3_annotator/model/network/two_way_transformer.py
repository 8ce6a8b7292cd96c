"""Lets the prompts' tokens and the image's places attend to each other."""

from __future__ import annotations

from torch import Tensor, nn

from sam3_annotator.model.network.attention import MultiheadAttention
from sam3_annotator.model.network.config import Sam3Config
from sam3_annotator.model.network.layers import MLP


class TwoWayLayer(nn.Module):
    """Tokens attend to themselves, then to the image, pass an MLP, and the image attends to the tokens."""

    def __init__(self, config: Sam3Config, *, is_first: bool) -> None:
        super().__init__()
        width, heads = config.width, config.interactive.heads
        self.is_first = is_first
        self.self_attn = MultiheadAttention(width, heads)
        self.norm1 = nn.LayerNorm(width)
        self.cross_attn_token_to_image = _cross_attention(config)
        self.norm2 = nn.LayerNorm(width)
        self.mlp = MLP((width, config.interactive.mlp_width, width))
        self.norm3 = nn.LayerNorm(width)
        self.cross_attn_image_to_token = _cross_attention(config)
        self.norm4 = nn.LayerNorm(width)

    def forward(self, tokens: Tensor, image: Tensor, first_tokens: Tensor, positions: Tensor) -> tuple[Tensor, Tensor]:
        """Give `tokens` `(N, T, C)` and `image` `(N, HW, C)` anew; `first_tokens` are the tokens' positions."""
        if self.is_first:  # tokens are still their own positions, so nothing is added to them
            tokens = self.norm1(self.self_attn(tokens, tokens, tokens))
        else:
            placed = tokens + first_tokens
            tokens = self.norm1(tokens + self.self_attn(placed, placed, tokens))
        placed_image = image + positions
        tokens = self.norm2(tokens + self.cross_attn_token_to_image(tokens + first_tokens, placed_image, image))
        tokens = self.norm3(tokens + self.mlp(tokens))
        image = self.norm4(image + self.cross_attn_image_to_token(placed_image, tokens + first_tokens, tokens))
        return tokens, image


class TwoWayTransformer(nn.Module):
    """The two-way transformer of SAM (Kirillov et al., 2023): a few tokens on a whole map, in both directions."""

    def __init__(self, config: Sam3Config) -> None:
        super().__init__()
        self.layers = nn.ModuleList(
            TwoWayLayer(config, is_first=index == 0) for index in range(config.interactive.layers)
        )
        self.final_attn_token_to_image = _cross_attention(config)
        self.norm_final_attn = nn.LayerNorm(config.width)

    def forward(self, tokens: Tensor, image: Tensor, positions: Tensor) -> tuple[Tensor, Tensor]:
        """Give `tokens` `(N, T, C)` and `image` `(N, HW, C)` anew; `positions` `(HW, C)` are the image's."""
        first_tokens = tokens
        for layer in self.layers:
            tokens, image = layer(tokens, image, first_tokens, positions)
        seen = self.final_attn_token_to_image(tokens + first_tokens, image + positions, image)
        return self.norm_final_attn(tokens + seen), image


def _cross_attention(config: Sam3Config) -> MultiheadAttention:
    """Make attention between tokens and image, in fewer channels than they have: the image has many places."""
    inner_width = config.width // config.interactive.attention_downsample
    return MultiheadAttention(config.width, config.interactive.heads, inner_width)
