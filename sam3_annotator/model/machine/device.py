"""Chooses where and how precisely a network computes, and says so when the memory there is too small."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

import torch
from torch import Tensor

from sam3_annotator.model.errors import ModelUnavailable, OutOfMemory
from sam3_annotator.model.machine.freeing import collect_garbage
from sam3_annotator.model.machine.processor import has_bfloat16_units

T = TypeVar("T")

DTYPES = {"float32": torch.float32, "float16": torch.float16, "bfloat16": torch.bfloat16}

_NO_MEMORY_WORDS = ("out of memory", "can't allocate memory", "not enough memory", "cannot allocate memory")


def choose_device(word: str) -> torch.device:
    """Turn `auto`, `cpu`, `cuda`, `cuda:1` or `mps` into a device; `auto` is CUDA before MPS before the CPU.

    Raises `ModelUnavailable` for another word, and for a device that this machine has not.
    """
    if word == "auto":
        word = "cuda" if torch.cuda.is_available() else "mps" if torch.backends.mps.is_available() else "cpu"
    kind, _, number = word.partition(":")
    if kind not in ("cpu", "cuda", "mps") or (number and not (kind == "cuda" and number.isdecimal())):
        raise ModelUnavailable(f"There is no device “{word}”; choose auto, cpu, cuda or mps.")
    if kind == "cuda" and int(number or 0) >= (torch.cuda.device_count() if torch.cuda.is_available() else 0):
        raise ModelUnavailable(
            f"PyTorch finds no device “{word}” here: the graphics card, its driver or a PyTorch built for CUDA is "
            "missing; choose auto or cpu."
        )
    if kind == "mps" and not torch.backends.mps.is_available():
        raise ModelUnavailable("Only Apple computers with macOS 14 or later have the device “mps”; choose auto or cpu.")
    return torch.device(word)


def choose_dtype(word: str, device: torch.device) -> torch.dtype:
    """Turn `auto`, `float32`, `float16` or `bfloat16` into a dtype.

    `auto` is what the device is fast in: float16 on CUDA cards since Ampere, bfloat16 on processors with units for
    it, float32 elsewhere. Whether weights answer well in it is another question (`sam3/automatic_dtype.py`).

    Raises `ModelUnavailable` for another word.
    """
    if word == "auto":
        return _choose_dtype_for(device)
    if word not in DTYPES:
        raise ModelUnavailable(f"SAM 3 does not compute in “{word}”; choose auto, float32, float16 or bfloat16.")
    return DTYPES[word]


def _choose_dtype_for(device: torch.device) -> torch.dtype:
    if device.type == "cuda" and torch.cuda.get_device_capability(device) >= (8, 0):  # no older one was tried
        return torch.float16
    if device.type == "cpu" and has_bfloat16_units():
        return torch.bfloat16
    return torch.float32


def keep_float32_whole() -> None:
    """Let graphics cards multiply in float32 as it is; by default they round the inputs of convolutions (TF32)."""
    torch.backends.cuda.matmul.allow_tf32 = False
    torch.backends.cudnn.allow_tf32 = False


def to_host(*values: Tensor) -> list[Tensor]:
    """Bring tensors of any dtype and device to main memory as float32, waiting once for the device."""
    # What comes from CUDA without waiting comes into pinned memory, several times as fast.
    found = [value.detach().to("cpu", torch.float32, non_blocking=value.is_cuda) for value in values]
    for device in {value.device for value in values if value.is_cuda}:
        torch.cuda.current_stream(device).synchronize()
    return found


def describe_device(device: torch.device) -> str:
    """Name a device for people: `CPU`, `CUDA`, `CUDA:1`, `MPS`."""
    return str(device).upper()


def retry_without_caches(work: Callable[[], T], drop_caches: Callable[[], None]) -> T:
    """Do the work; if memory runs out, drop caches and do it once more.

    Raises `OutOfMemory` with a sentence if that is not enough either; any other error passes.
    """
    try:
        return work()
    except (MemoryError, RuntimeError) as error:
        if not _is_about_memory(error):
            raise
    # Outside the handler, where the failed attempt's tensors are free again.
    drop_caches()
    collect_garbage()
    if torch.cuda.is_available():
        torch.cuda.empty_cache()
    elif torch.backends.mps.is_available():
        torch.mps.empty_cache()
    try:
        return work()
    except (MemoryError, RuntimeError) as error:
        if not _is_about_memory(error):
            raise
        raise OutOfMemory(
            "There is not enough memory for the model; close other programs, choose the device cpu or a smaller "
            "model, or give embeddings less room in the settings."
        ) from error


def _is_about_memory(error: Exception) -> bool:
    # The CPU and Apple's devices say it in words only.
    return isinstance(error, MemoryError | torch.OutOfMemoryError) or any(
        words in str(error).lower() for words in _NO_MEMORY_WORDS
    )
