"""What processors are taken to be able to do, by what torch tells of them."""

from __future__ import annotations

import pytest
import torch

from sam3_annotator.model.machine import processor
from sam3_annotator.model.machine.processor import has_avx512_beyond_mkl, has_bfloat16_units


def tell(monkeypatch: pytest.MonkeyPatch, known: dict[str, bool | str]) -> None:
    monkeypatch.setattr(torch.cpu, "get_capabilities", lambda: known, raising=False)


@pytest.mark.parametrize(
    ("has_units", "known"),
    [
        (True, {"amx_bf16": True}),
        (True, {"amx_bf16": False, "avx512_bf16": True}),
        (False, {"amx_bf16": False, "avx512_bf16": False, "avx512_f": True}),
        (False, {}),
    ],
)
def test_units_for_bfloat16(has_units: bool, known: dict[str, bool | str], monkeypatch: pytest.MonkeyPatch) -> None:
    tell(monkeypatch, known)

    assert has_bfloat16_units() == has_units


@pytest.mark.parametrize(
    ("is_beyond", "known"),
    [
        (True, {"avx512_f": True, "cpu_name": "AMD EPYC"}),
        (False, {"avx512_f": False, "cpu_name": "AMD EPYC"}),
        (False, {"avx512_f": True, "cpu_name": "Intel(R) Xeon(R) Platinum 8481C"}),
        (False, {"avx512_f": True}),  # unknown: as if MKL knew it
        (False, {}),
    ],
)
def test_mkl_takes_avx512_on_intels_processors_only(
    is_beyond: bool, known: dict[str, bool | str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(processor, "has_onednn", lambda: True)
    tell(monkeypatch, known)

    assert has_avx512_beyond_mkl() == is_beyond


def test_without_onednn_nothing_goes_beyond_mkl(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(processor, "has_onednn", lambda: False)
    tell(monkeypatch, {"avx512_f": True, "cpu_name": "AMD EPYC"})

    assert not has_avx512_beyond_mkl()


def test_a_torch_that_cannot_tell_has_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr(torch.cpu, "get_capabilities", raising=False)

    assert not has_bfloat16_units()
    assert not has_avx512_beyond_mkl()
