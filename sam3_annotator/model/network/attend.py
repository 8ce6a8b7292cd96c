"""Scaled dot-product attention (Vaswani et al., 2017), the way that is fastest where it is computed.

On processors with units for bfloat16, torch's own takes most of its time for other than products where tokens are
many; in float32 it has them from a library that is slow on some. Plain products and softmax, some rows at a time, take
half to two thirds of it (`docs/decisions/0020-attention-by-products.md`).
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from itertools import product

import torch
from torch import Tensor
from torch.nn import functional as F  # noqa: N812 - its usual name

from sam3_annotator.model.machine.onednn import multiply
from sam3_annotator.model.machine.processor import has_bfloat16_units
from sam3_annotator.model.network.products import is_for_onednn

MANY = 256
"""Tokens on either side from which products are faster."""

SCORES_AT_ONCE = 1 << 21
"""So many stay near the processor between products and softmax."""

SAMPLED = 16
"""One key in so many tells about how large the scores of a row are."""

LARGEST_SUM = 1e30
"""Weights of a row that add up to more could overflow once they are multiplied by values."""

MOST_PARTS = 16
"""A row is summed in so many parts at most."""


def attend(query: Tensor, key: Tensor, value: Tensor, mask: Tensor | None = None) -> Tensor:
    """Attend from `query` `(B, heads, N, C)` to `key` and `value` `(B, heads, M, C)`; gives `(B, heads, N, C)`.

    `mask`, if any, is what `scaled_dot_product_attention` takes.
    """
    if mask is None and _is_for_products(query, key):
        by_products = _attend_rounded if query.dtype == torch.bfloat16 else _attend_exactly
        return by_products(query, key, value)
    return F.scaled_dot_product_attention(query, key, value, attn_mask=mask)


def _is_for_products(query: Tensor, key: Tensor) -> bool:
    if min(query.shape[2], key.shape[2]) < MANY:
        return False
    if query.dtype == torch.bfloat16:
        return query.device.type == "cpu" and not torch.is_grad_enabled() and has_bfloat16_units()
    return is_for_onednn(query)


def _attend_rounded(query: Tensor, key: Tensor, value: Tensor) -> Tensor:
    """Attend in bfloat16, in which scores are rounded too."""
    mixed = torch.empty(query.shape, dtype=query.dtype)
    scale = query.shape[3] ** -0.5
    # Softmax is the same whatever is taken from a row. Scores are rounded to bfloat16: before they are, those that
    # count, the largest, are brought near zero, where it is finest. One more channel, of ones in the keys, does it.
    largest = torch.matmul(key[:, :, ::SAMPLED], query.transpose(2, 3)).amax(2).unsqueeze(3)
    query = torch.cat([query, -largest], 3)
    key = torch.cat([key, key.new_ones((*key.shape[:3], 1))], 3)
    for place in product(*map(range, query.shape[:2])):
        queries, keys, values, out = query[place], key[place].t(), value[place], mixed[place]
        for some in _parts(queries, keys.shape[1]):
            # Weights are divided by their sum when they have been used: there are fewer channels than keys.
            weights = _multiply(queries[some], keys, scale / math.log(2)).exp2_()
            total = _sum_rows(weights)
            if total.amax() < LARGEST_SUM:
                torch.mm(weights, values, out=out[some]).div_(total)
            else:  # a score far above all sampled ones
                torch.mm(_multiply(queries[some], keys, scale).softmax(1), values, out=out[some])
    return mixed


def _multiply(queries: Tensor, keys: Tensor, scale: float) -> Tensor:
    """Scale the product before it is rounded."""
    return torch.addmm(queries.new_empty(()), queries, keys, beta=0, alpha=scale)


def _sum_rows(weights: Tensor) -> Tensor:
    """Sum the rows of `(N, M)` bfloat16 as `(N, 1)` float32.

    It is done by parts, of which each sum is rounded for itself: three times as fast as in float32 from the beginning.
    """
    parts = weights.view(len(weights), math.gcd(weights.shape[1], MOST_PARTS), -1)
    return parts.sum(2).sum(1, keepdim=True, dtype=torch.float32)


def _attend_exactly(query: Tensor, key: Tensor, value: Tensor) -> Tensor:
    """Attend in float32, with the products of oneDNN."""
    mixed = torch.empty(query.shape)
    scale = query.shape[3] ** -0.5
    for place in product(*map(range, query.shape[:2])):
        queries, keys, out = query[place], key[place] * scale, mixed[place]
        values = value[place].t().contiguous()
        for some in _parts(queries, len(keys)):
            out[some] = multiply(multiply(queries[some], keys).softmax(1), values)
    return mixed


def _parts(queries: Tensor, keys: int) -> Iterator[slice]:
    """Cut the queries so that few enough have scores at a time."""
    rows = max(1, SCORES_AT_ONCE // keys)
    for start in range(0, len(queries), rows):
        yield slice(start, start + rows)
