"""What this machine's processor can do."""

from __future__ import annotations

import torch


def has_bfloat16_units() -> bool:
    """Whether it multiplies matrices faster in bfloat16 than in float32: by AMX tiles or by AVX-512."""
    ask = getattr(torch.cpu, "get_capabilities", None)  # older versions cannot tell
    known = ask() if ask is not None else {}
    return bool(known.get("amx_bf16") or known.get("avx512_bf16"))
