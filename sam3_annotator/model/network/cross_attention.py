"""Attention between a few tokens and a whole map, in both directions, without projecting the map.

A score is `(W_q t) . (W_k p)` for a token t and a place p, which is also `(W_k^T W_q t) . p`: the few tokens go into
the map's channels, instead of the many places into the heads. Values and outputs take the same way.
"""

from __future__ import annotations

from torch import Tensor, baddbmm
from torch.nn import functional as F  # noqa: N812 - its usual name

from sam3_annotator.model.network.attention import MultiheadAttention
from sam3_annotator.model.network.products import mix_places, score_places


class TokenToImageAttention(MultiheadAttention):
    """Tokens look at the map."""

    def forward(
        self, query: Tensor, key: Tensor, value: Tensor, *, valid: Tensor | None = None, bias: Tensor | None = None
    ) -> Tensor:
        """Attend from tokens `(N, T, C)` to the places `key` and `value` `(N or 1, HW, C)`; gives `(N, T, C)`.

        All places count: there is neither `valid` nor `bias`.
        """
        assert valid is None
        assert bias is None
        q = self._split_heads(self.q_proj(query))
        batch, heads, tokens, channels = q.shape
        q = q @ self.k_proj.weight.view(heads, channels, -1) / channels**0.5
        # The bias of the keys adds the same to all places of a query, which the softmax does not see.
        shares = score_places(q.flatten(1, 2), key).softmax(-1)
        seen = mix_places(shares, value).view(batch, heads, tokens, -1)
        mixed = seen @ self.v_proj.weight.view(heads, channels, -1).transpose(1, 2)
        # Shares sum to one, so that the bias of the values passes as it is.
        out: Tensor = self.out_proj(mixed.transpose(1, 2).flatten(2) + self.v_proj.bias)
        return out

    def project_map(self, key: Tensor, value: Tensor) -> tuple[Tensor, Tensor]:
        """Give the projected keys and values `(1, heads, HW, C / heads)` of a map that many prompts look at."""
        return (
            self._split_heads(self.k_proj(key)),
            self._split_heads(self.v_proj(value)),
        )

    def look_at_projected(self, query: Tensor, key: Tensor, value: Tensor) -> Tensor:
        """Attend from tokens `(N, T, C)` to what `project_map` gave; gives `(N, T, C)`."""
        q = self._split_heads(self.q_proj(query))
        mixed = F.scaled_dot_product_attention(q, key.expand(len(q), -1, -1, -1), value.expand(len(q), -1, -1, -1))
        out: Tensor = self.out_proj(mixed.transpose(1, 2).flatten(2))
        return out


class ImageToTokenAttention(MultiheadAttention):
    """The map looks at the tokens, and what each place sees is added to it."""

    def forward(  # type: ignore[override]  # no masks here, but the map that the answer is added to
        self, image: Tensor, query: Tensor, key: Tensor, value: Tensor, projected_query: Tensor | None = None
    ) -> Tensor:
        """Attend from the places `query` `(N or 1, HW, C)` to tokens `(N, T, C)`; gives `image` plus that.

        `projected_query` is what `project_map` gave for the query, if that was asked before.
        """
        k, v = self._split_heads(self.k_proj(key)), self._split_heads(self.v_proj(value))
        batch, heads, tokens, channels = k.shape
        k = k / channels**0.5
        if projected_query is None:
            into_map = (k @ self.q_proj.weight.view(heads, channels, -1)).flatten(1, 2)
            bias = (k @ self.q_proj.bias.view(heads, channels, 1)).flatten(1, 2)
            scores = baddbmm(bias, into_map, query.transpose(1, 2).expand(batch, -1, -1))
        else:
            scores = k @ projected_query
        shares = scores.view(batch, heads, tokens, -1).softmax(2).flatten(1, 2)
        seen = v @ self.out_proj.weight.view(-1, heads, channels).permute(1, 2, 0)
        # The shares of each head sum to one, so that it brings its part of the bias.
        return baddbmm(image, shares.transpose(1, 2), seen.flatten(1, 2) + self.out_proj.bias / heads)

    def project_map(self, query: Tensor) -> Tensor:
        """Give the projected queries `(1, heads, C / heads, HW)` of a map that looks at many prompts."""
        return self._split_heads(self.q_proj(query)).transpose(2, 3).contiguous()
