"""Products by oneDNN, which torch asks by itself in bfloat16 only, and always for weights in rows.

`torch.compile` writes these calls into what it makes for processors; eager torch has no other name for them.
"""

from __future__ import annotations

import platform

import torch
from torch import Tensor

PROCESSORS = ("x86_64", "AMD64")
"""What `platform.machine` calls those on which it was found to be faster; others have other libraries."""


def has_onednn() -> bool:
    """Whether this torch can be asked."""
    calls = torch.ops.mkldnn  # its older name
    return (
        torch.backends.mkldnn.is_available()  # type: ignore[no-untyped-call]  # torch leaves it untyped
        and platform.machine() in PROCESSORS
        and hasattr(calls, "_linear_pointwise")
        and hasattr(calls, "_reorder_linear_weight")
    )


def pack(weight: Tensor, rows: int) -> Tensor:
    """Lay `weight` `(outputs, inputs)` in blocks, as products with so many rows read it; others are slower.

    Only `multiply` and `Tensor.to_dense` can read the result.
    """
    packed: Tensor = torch.ops.mkldnn._reorder_linear_weight(weight, rows)  # noqa: SLF001 - its only name
    return packed


def multiply(x: Tensor, weight: Tensor, bias: Tensor | None = None) -> Tensor:
    """Give `x @ weight.T + bias`, as `torch.nn.functional.linear` does, for weights in rows or packed."""
    out: Tensor = torch.ops.mkldnn._linear_pointwise(x, weight, bias, "none", [], "")  # noqa: SLF001 - its only name
    return out
