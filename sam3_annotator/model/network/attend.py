"""Scaled dot-product attention (Vaswani et al., 2017), the way that is fastest where it is computed.

On processors with units for bfloat16, torch's own takes most of its time for other than products where tokens are
many. Plain products and softmax, some rows at a time, take half of it (`docs/decisions/0020-attention-by-products.md`).
"""

from __future__ import annotations

from itertools import product

import torch
from torch import Tensor
from torch.nn import functional as F  # noqa: N812 - its usual name

from sam3_annotator.model.processor import has_bfloat16_units

MANY = 256
"""Tokens on either side from which products are faster."""

SCORES_AT_ONCE = 1 << 21
"""So many stay near the processor between products and softmax."""

SAMPLED = 16
"""One key in so many tells about how large the scores of a row are."""


def attend(query: Tensor, key: Tensor, value: Tensor, mask: Tensor | None = None) -> Tensor:
    """Attend from `query` `(B, heads, N, C)` to `key` and `value` `(B, heads, M, C)`; gives `(B, heads, N, C)`.

    `mask`, if any, is what `scaled_dot_product_attention` takes.
    """
    if mask is None and _is_for_products(query, key):
        return _attend_by_products(query, key, value)
    return F.scaled_dot_product_attention(query, key, value, attn_mask=mask)


def _is_for_products(query: Tensor, key: Tensor) -> bool:
    return (
        query.dtype == torch.bfloat16
        and query.device.type == "cpu"
        and min(query.shape[2], key.shape[2]) >= MANY
        and not torch.is_grad_enabled()
        and has_bfloat16_units()
    )


def _attend_by_products(query: Tensor, key: Tensor, value: Tensor) -> Tensor:
    mixed = torch.empty(query.shape, dtype=query.dtype)
    rows = max(1, SCORES_AT_ONCE // key.shape[2])
    scale = query.shape[3] ** -0.5
    nothing = query.new_empty(())
    key = torch.cat([key, key.new_ones((*key.shape[:3], 1))], 3)
    for place in product(*map(range, query.shape[:2])):
        queries, keys, values, out = query[place], key[place].t(), value[place], mixed[place]
        # Softmax is the same whatever is taken from a row. Scores are rounded to bfloat16: before they are, those that
        # count, the largest, are brought near zero, where it is finest. One more channel, of ones in the keys, does it.
        largest = torch.mm(queries, keys[:-1, ::SAMPLED]).amax(1, keepdim=True)
        queries = torch.cat([queries, -largest], 1)
        for start in range(0, len(queries), rows):
            some = slice(start, start + rows)
            scores = torch.addmm(nothing, queries[some], keys, beta=0, alpha=scale)
            torch.mm(scores.softmax(1), values, out=out[some])
    return mixed
