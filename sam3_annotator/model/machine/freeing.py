"""Lets go of what a session or a failed job has held."""

from __future__ import annotations

import gc
import sys
import traceback
from collections.abc import Callable

from sam3_annotator.model.machine.allocator import give_back_unused_memory

_collect: Callable[[], object] = gc.collect


def have_garbage_collected_by(collect: Callable[[], object]) -> None:
    """Name what looks for garbage in place of `gc.collect`, where that must not be done on any thread.

    Called on the thread of the model; there need be no garbage left when it returns.
    """
    global _collect
    _collect = collect


def collect_garbage() -> None:
    """Free what only refers to itself, in a program with a window on the thread of the window."""
    _collect()


def return_memory() -> None:
    """Give what a session has held back to the system, also what torch keeps on a device for later."""
    collect_garbage()
    return_freed_memory()


def return_freed_memory() -> None:
    """Give back what is free already."""
    _empty_device_caches()
    give_back_unused_memory()


def _empty_device_caches() -> None:
    torch = sys.modules.get("torch")
    cuda = getattr(torch, "cuda", None)  # None also while another thread is importing torch
    if cuda is not None and cuda.is_initialized():
        cuda.empty_cache()
    mps, its_state = getattr(torch, "mps", None), getattr(getattr(torch, "backends", None), "mps", None)
    if mps is not None and its_state is not None and its_state.is_available():
        mps.empty_cache()  # on Apple's devices it is the main memory


def forget_locals(error: BaseException) -> None:
    """Empty the frames an error has come through: whoever keeps it would keep the session and its tensors."""
    cleared: set[int] = set()
    chained: BaseException | None = error
    while chained is not None and id(chained) not in cleared:
        cleared.add(id(chained))
        traceback.clear_frames(chained.__traceback__)
        chained = chained.__cause__ or chained.__context__
