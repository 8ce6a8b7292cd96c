"""Lets go of what a session or a failed job has held."""

from __future__ import annotations

import gc
import sys
import traceback

from sam3_annotator.model.allocator import give_back_unused_memory


def return_memory() -> None:
    """Give what a session has held back to the system, also what torch keeps on a device for later."""
    gc.collect()
    cuda = getattr(sys.modules.get("torch"), "cuda", None)  # None also while another thread is importing torch
    if cuda is not None and cuda.is_initialized():
        cuda.empty_cache()
    give_back_unused_memory()


def forget_locals(error: BaseException) -> None:
    """Empty the frames an error has come through: whoever keeps it would keep the session and its tensors."""
    cleared: set[int] = set()
    chained: BaseException | None = error
    while chained is not None and id(chained) not in cleared:
        cleared.add(id(chained))
        traceback.clear_frames(chained.__traceback__)
        chained = chained.__cause__ or chained.__context__
