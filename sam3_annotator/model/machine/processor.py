"""What this machine's processor can do."""

from __future__ import annotations

from typing import Any

import torch

from sam3_annotator.model.machine.onednn import has_onednn


def has_bfloat16_units() -> bool:
    """Whether it multiplies matrices faster in bfloat16 than in float32: by AMX tiles or by AVX-512."""
    known = _capabilities()
    return bool(known.get("amx_bf16") or known.get("avx512_bf16"))


def has_avx512_beyond_mkl() -> bool:
    """Whether oneDNN multiplies float32 by AVX-512 and MKL, which torch asks by itself, does not.

    MKL takes it on Intel's processors only.
    """
    known = _capabilities()
    is_intel = "intel" in str(known.get("cpu_name", "intel")).lower()
    return bool(known.get("avx512_f")) and not is_intel and has_onednn()


def _capabilities() -> dict[str, Any]:
    ask = getattr(torch.cpu, "get_capabilities", None)  # older versions cannot tell
    return ask() if ask is not None else {}
