"""Multi-head attention with separate projections, as every transformer of the model but the ViT and text uses it."""

from __future__ import annotations

from torch import Tensor, nn

from sam3_annotator.model.network.attend import attend


class MultiheadAttention(nn.Module):
    """Scaled dot-product attention of `heads` heads in `inner_width` channels (Vaswani et al., 2017)."""

    def __init__(self, width: int, heads: int, inner_width: int | None = None) -> None:
        super().__init__()
        inner = inner_width or width
        self.heads = heads
        self.q_proj = nn.Linear(width, inner)
        self.k_proj = nn.Linear(width, inner)
        self.v_proj = nn.Linear(width, inner)
        self.out_proj = nn.Linear(inner, width)

    def forward(
        self, query: Tensor, key: Tensor, value: Tensor, *, valid: Tensor | None = None, bias: Tensor | None = None
    ) -> Tensor:
        """Attend from `query` `(B, N, C)` to `key` and `value` `(B, M, C)`; gives `(B, N, C)`.

        `valid` `(B, M)` bool marks the keys that count (True = real token); `bias` `(B, heads, N, M)` is added to the
        attention logits after scaling. At most one of them is given.
        """
        q = self._split_heads(self.q_proj(query))
        k = self._split_heads(self.k_proj(key))
        v = self._split_heads(self.v_proj(value))
        mask = bias if valid is None else valid[:, None, None]
        mixed = attend(q, k, v, mask)
        out: Tensor = self.out_proj(mixed.transpose(1, 2).flatten(2))
        return out

    def _split_heads(self, x: Tensor) -> Tensor:
        """`(B, N, C)` -> `(B, heads, N, C / heads)`, head after head in memory, which attention reads faster."""
        return x.view(*x.shape[:-1], self.heads, -1).transpose(1, 2).contiguous()
