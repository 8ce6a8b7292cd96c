"""The pre-norm transformer layer of geometry and fusion encoder."""

from __future__ import annotations

from torch import Tensor, nn
from torch.nn import functional as F  # noqa: N812 - its usual name

from sam3_annotator.model.network.attention import MultiheadAttention
from sam3_annotator.model.network.layers import StreamNorm


class EncoderLayer(nn.Module):
    """Tokens attend to one another, then to a context, then pass an MLP; each step is added to what was."""

    def __init__(
        self, width: int, heads: int, mlp_width: int, context_attention: type[MultiheadAttention] = MultiheadAttention
    ) -> None:
        super().__init__()
        self.norm1 = StreamNorm(width)
        self.self_attn = MultiheadAttention(width, heads)
        self.norm2 = StreamNorm(width)
        self.cross_attn_image = context_attention(width, heads)
        self.norm3 = StreamNorm(width)
        self.linear1 = nn.Linear(width, mlp_width)
        self.linear2 = nn.Linear(mlp_width, width)

    def forward(
        self,
        tokens: Tensor,
        context_key: Tensor,
        context: Tensor,
        *,
        positions: Tensor | None = None,
        valid: Tensor | None = None,
        context_valid: Tensor | None = None,
        has_looked_around: bool = False,
    ) -> Tensor:
        """`tokens` `(B, N, C)` float32 -> the same.

        `context_key` and `context` `(B, M, C)` are what the tokens look at; `positions` `(N, C)` say where the tokens
        are when they look at one another; `valid` `(B, N)` and `context_valid` `(B, M)` mark the real tokens. Tokens
        that `look_around` gave have done so already.
        """
        if not has_looked_around:
            tokens = self.look_around(tokens, positions, valid)
        tokens = tokens + self.cross_attn_image(self.norm2(tokens), context_key, context, valid=context_valid)
        change: Tensor = self.linear2(F.relu_(self.linear1(self.norm3(tokens))))
        return tokens + change

    def look_around(self, tokens: Tensor, positions: Tensor | None = None, valid: Tensor | None = None) -> Tensor:
        """Let the tokens look at one another, which needs no context."""
        normed = self.norm1(tokens)
        placed = normed if positions is None else normed + positions
        seen: Tensor = self.self_attn(placed, placed, normed, valid=valid)
        return tokens + seen
