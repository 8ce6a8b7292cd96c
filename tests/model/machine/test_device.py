"""Words become a device and a dtype, and running out of memory becomes a second try or a sentence."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
import torch

from sam3_annotator.model import ModelUnavailable, OutOfMemory
from sam3_annotator.model.machine.device import (
    choose_device,
    choose_dtype,
    describe_device,
    keep_float32_whole,
    retry_without_caches,
    to_host,
)

CPU = torch.device("cpu")


@pytest.fixture
def no_accelerator(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let torch find neither CUDA nor MPS."""
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    monkeypatch.setattr(torch.backends.mps, "is_available", lambda: False)


def _set_capabilities(monkeypatch: pytest.MonkeyPatch, **known: bool) -> None:
    monkeypatch.setattr(torch.cpu, "get_capabilities", lambda: known, raising=False)


@pytest.mark.usefixtures("no_accelerator")
def test_without_an_accelerator_the_cpu_is_chosen() -> None:
    assert choose_device("auto") == CPU


def test_cuda_comes_before_mps_and_mps_before_the_cpu(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(torch.backends.mps, "is_available", lambda: True)
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    assert choose_device("auto").type == "mps"

    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    monkeypatch.setattr(torch.cuda, "device_count", lambda: 1)
    assert choose_device("auto").type == "cuda"
    assert choose_device("cpu") == CPU


@pytest.mark.parametrize("word", ["gpu", "CUDA", "", "cuda:x", "cpu:1", "mps:0", "cuda:-1"])
def test_a_word_for_no_device_is_refused_with_those_there_are(word: str) -> None:
    with pytest.raises(ModelUnavailable, match=r"choose auto, cpu, cuda or mps\.$"):
        choose_device(word)


@pytest.mark.usefixtures("no_accelerator")
@pytest.mark.parametrize("word", ["cuda", "cuda:1", "mps"])
def test_a_device_that_is_not_there_is_refused_with_what_to_do(word: str) -> None:
    with pytest.raises(ModelUnavailable, match=rf"“{word}”.*choose auto or cpu\.$"):
        choose_device(word)


def test_a_second_card_needs_to_be_there(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    monkeypatch.setattr(torch.cuda, "device_count", lambda: 2)

    assert choose_device("cuda:1") == torch.device("cuda:1")
    with pytest.raises(ModelUnavailable):
        choose_device("cuda:2")


@pytest.mark.parametrize("word", ["float64", "bf16", "half", ""])
def test_a_word_for_no_dtype_is_refused_with_those_there_are(word: str) -> None:
    with pytest.raises(ModelUnavailable, match=r"choose auto, float32, float16 or bfloat16\.$"):
        choose_dtype(word, CPU)


def test_a_processor_without_bfloat16_computes_in_float32(monkeypatch: pytest.MonkeyPatch) -> None:
    _set_capabilities(monkeypatch, avx2=True, avx512_bf16=False)

    assert choose_dtype("auto", CPU) == torch.float32
    assert choose_dtype("bfloat16", CPU) == torch.bfloat16


@pytest.mark.parametrize("unit", ["amx_bf16", "avx512_bf16"])
def test_a_processor_with_bfloat16_uses_it(unit: str, monkeypatch: pytest.MonkeyPatch) -> None:
    _set_capabilities(monkeypatch, **{unit: True})

    assert choose_dtype("auto", CPU) == torch.bfloat16
    assert choose_dtype("float32", CPU) == torch.float32


@pytest.mark.parametrize(("capability", "dtype"), [((7, 5), torch.float32), ((8, 0), torch.float16)])
def test_cards_use_float16_from_ampere_on(
    capability: tuple[int, int], dtype: torch.dtype, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(torch.cuda, "get_device_capability", lambda _device: capability)

    assert choose_dtype("auto", torch.device("cuda")) == dtype


@pytest.mark.parametrize("device", ["cpu", "cuda", "mps"])
def test_a_dtype_asked_for_is_the_one_used(device: str) -> None:
    words = {"float32": torch.float32, "float16": torch.float16, "bfloat16": torch.bfloat16}

    assert {word: choose_dtype(word, torch.device(device)) for word in words} == words


@pytest.fixture
def rounding_backends() -> Iterator[tuple[Any, Any]]:
    """Let products and convolutions round float32, until the test is over."""
    backends = (torch.backends.cuda.matmul, torch.backends.cudnn)
    before = [backend.allow_tf32 for backend in backends]
    for backend in backends:
        backend.allow_tf32 = True
    yield backends
    for backend, value in zip(backends, before, strict=True):
        backend.allow_tf32 = value


def test_float32_is_multiplied_whole(rounding_backends: tuple[Any, Any]) -> None:
    keep_float32_whole()

    assert [backend.allow_tf32 for backend in rounding_backends] == [False, False]


@pytest.mark.parametrize(
    "device",
    [
        "cpu",
        pytest.param(
            "cuda",
            marks=[
                pytest.mark.gpu,
                pytest.mark.skipif(not torch.cuda.is_available(), reason="There is no CUDA device."),
            ],
        ),
    ],
)
def test_values_of_every_kind_come_to_main_memory_as_float32(device: str) -> None:
    values = [torch.arange(7.0, device=device).to(dtype) for dtype in (torch.bfloat16, torch.float32, torch.float16)]

    found = to_host(*values, values[0].expand(3, 7).T)

    for value in found[:3]:
        assert (value.device, value.dtype, value.tolist()) == (CPU, torch.float32, [0, 1, 2, 3, 4, 5, 6])
    assert found[3].tolist() == [[i, i, i] for i in range(7)]


def test_devices_are_named_for_people() -> None:
    assert [describe_device(torch.device(word)) for word in ("cpu", "cuda", "cuda:1", "mps")] == [
        "CPU",
        "CUDA",
        "CUDA:1",
        "MPS",
    ]


class Work:
    """Fails with the errors given, one after another, then succeeds."""

    def __init__(self, *errors: Exception) -> None:
        self.errors = list(errors)
        self.dropped = 0

    def __call__(self) -> str:
        if self.errors:
            raise self.errors.pop(0)
        return "done"

    def drop(self) -> None:
        self.dropped += 1


MEMORY_ERRORS = [
    torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 2.00 GiB."),
    RuntimeError("[enforce fail at alloc_cpu.cpp:127] err == 0. DefaultCPUAllocator: can't allocate memory"),
    RuntimeError("MPS backend out of memory (MPS allocated: 8 GB)"),
    MemoryError(),
]


@pytest.mark.parametrize("error", MEMORY_ERRORS)
def test_work_is_done_again_after_dropping_caches(error: Exception) -> None:
    work = Work(error)

    assert retry_without_caches(work, work.drop) == "done"
    assert work.dropped == 1


@pytest.mark.parametrize("error", MEMORY_ERRORS)
def test_memory_that_is_too_small_twice_is_told_in_a_sentence(error: Exception) -> None:
    work = Work(error, error)

    with pytest.raises(OutOfMemory, match="not enough memory"):
        retry_without_caches(work, work.drop)
    assert work.dropped == 1


def test_work_that_fails_for_another_reason_is_not_done_again() -> None:
    work = Work(RuntimeError("mat1 and mat2 shapes cannot be multiplied"))

    with pytest.raises(RuntimeError, match="shapes"):
        retry_without_caches(work, work.drop)
    assert work.dropped == 0


def test_work_that_succeeds_drops_nothing() -> None:
    work = Work()

    assert retry_without_caches(work, work.drop) == "done"
    assert work.dropped == 0
