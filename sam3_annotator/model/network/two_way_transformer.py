"""Lets the prompts' tokens and the image's places attend to each other."""

from __future__ import annotations

from typing import NamedTuple

from torch import Tensor, nn

from sam3_annotator.model.network.attention import MultiheadAttention
from sam3_annotator.model.network.config import Sam3Config
from sam3_annotator.model.network.cross_attention import ImageToTokenAttention, TokenToImageAttention
from sam3_annotator.model.network.layers import MLP


class FirstLook(NamedTuple):
    """What the first layer makes of an image before it sees a prompt.

    `key` and `value` `(1, heads, HW, C')` that tokens look at; `query` `(1, heads, C', HW)` that looks at them.
    """

    key: Tensor
    value: Tensor
    query: Tensor


class TwoWayLayer(nn.Module):
    """Tokens attend to themselves, then to the image, pass an MLP, and the image attends to the tokens."""

    def __init__(self, config: Sam3Config, *, is_first: bool) -> None:
        super().__init__()
        width, heads = config.width, config.interactive.heads
        self.is_first = is_first
        self.self_attn = MultiheadAttention(width, heads)
        self.norm1 = nn.LayerNorm(width)
        self.cross_attn_token_to_image = TokenToImageAttention(width, heads, _inner_width(config))
        self.norm2 = nn.LayerNorm(width)
        self.mlp = MLP((width, config.interactive.mlp_width, width))
        self.norm3 = nn.LayerNorm(width)
        self.cross_attn_image_to_token = ImageToTokenAttention(width, heads, _inner_width(config))
        self.norm4 = nn.LayerNorm(width)

    def forward(
        self,
        tokens: Tensor,
        image: Tensor,
        placed_image: Tensor,
        first_tokens: Tensor,
        look: FirstLook | None = None,
    ) -> tuple[Tensor, Tensor]:
        """Give `tokens` `(N, T, C)` and `image` `(N, HW, C)` anew; `first_tokens` are the tokens' positions.

        `placed_image` is the image with its positions; `look` is what is known of them already.
        """
        if self.is_first:  # tokens are still their own positions, so nothing is added to them
            tokens = self.norm1(self.self_attn(tokens, tokens, tokens))
        else:
            placed = tokens + first_tokens
            tokens = self.norm1(tokens + self.self_attn(placed, placed, tokens))
        to_image = self.cross_attn_token_to_image
        if look is None:
            seen = to_image(tokens + first_tokens, placed_image, image)
        else:
            seen = to_image.look_at_projected(tokens + first_tokens, look.key, look.value)
        tokens = self.norm2(tokens + seen)
        tokens = self.norm3(tokens + self.mlp(tokens))
        query = None if look is None else look.query
        image = self.cross_attn_image_to_token(image, placed_image, tokens + first_tokens, tokens, query)
        return tokens, self.norm4(image)

    def look_at(self, image: Tensor, placed_image: Tensor) -> FirstLook:
        """Do what needs no tokens."""
        key, value = self.cross_attn_token_to_image.project_map(placed_image, image)
        return FirstLook(key, value, self.cross_attn_image_to_token.project_map(placed_image))


class TwoWayTransformer(nn.Module):
    """The two-way transformer of SAM (Kirillov et al., 2023): a few tokens on a whole map, in both directions."""

    def __init__(self, config: Sam3Config) -> None:
        super().__init__()
        self.layers = nn.ModuleList(
            TwoWayLayer(config, is_first=index == 0) for index in range(config.interactive.layers)
        )
        self.final_attn_token_to_image = TokenToImageAttention(
            config.width, config.interactive.heads, _inner_width(config)
        )
        self.norm_final_attn = nn.LayerNorm(config.width)

    def forward(
        self,
        tokens: Tensor,
        image: Tensor,
        positions: Tensor,
        placed_image: Tensor | None = None,
        look: FirstLook | None = None,
    ) -> tuple[Tensor, Tensor]:
        """Give `tokens` `(N, T, C)` and `image` `(N, HW, C)` anew; `positions` `(HW, C)` are the image's.

        `placed_image`, the image with its positions, and `look`, by `look_at`, save work if they are known.
        """
        first_tokens = tokens
        for layer in self.layers:
            placed = image + positions if placed_image is None else placed_image
            tokens, image = layer(tokens, image, placed, first_tokens, look)
            placed_image = look = None  # the image is another now
        seen = self.final_attn_token_to_image(tokens + first_tokens, image + positions, image)
        return self.norm_final_attn(tokens + seen), image

    def look_at(self, image: Tensor, placed_image: Tensor) -> FirstLook:
        """Do what needs no tokens, for an image `(1, HW, C)` and the same with its positions."""
        first: TwoWayLayer = self.layers[0]  # type: ignore[assignment]  # the list was made of them
        return first.look_at(image, placed_image)


def _inner_width(config: Sam3Config) -> int:
    """Attention between tokens and image has fewer channels than they: the image has many places."""
    return config.width // config.interactive.attention_downsample
