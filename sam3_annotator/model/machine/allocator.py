"""Lets the C library keep the memory of tensors that come and go, in place of fetching it anew each time.

By itself glibc gives every large block back to the kernel, which hands out the next one empty, page by page: an
encoder's layer pays for tens of thousands of page faults. Other C libraries, and macOS and Windows, are left alone.
"""

from __future__ import annotations

import ctypes
import os
import sys
from functools import cache

# The names of `mallopt`'s parameters in glibc's malloc.h.
M_TRIM_THRESHOLD, M_MMAP_THRESHOLD, M_ARENA_MAX = -1, -3, -8

LARGEST_KEPT = 256 << 20
"""Blocks above this many bytes are still given back at once; the largest that a layer of SAM 3 needs is 98 MB."""

MOST_KEPT = 512 << 20
"""So much unused memory at the end of the heap is kept."""


@cache
def keep_freed_memory() -> bool:
    """Set the limits, once for the process; returns whether there was anything to set.

    Call it before the thread that computes is started: a thread's own heap, which it gets with its first allocation,
    is too small for tensors. Whoever sets one of glibc's `MALLOC_...` environment variables is obeyed instead.
    """
    if not _is_glibc() or any(name.startswith("MALLOC_") for name in os.environ):
        return False
    mallopt = ctypes.CDLL(None).mallopt
    limits = ((M_MMAP_THRESHOLD, LARGEST_KEPT), (M_TRIM_THRESHOLD, MOST_KEPT), (M_ARENA_MAX, 1))
    taken = [bool(mallopt(parameter, value)) for parameter, value in limits]
    return all(taken)


def give_back_unused_memory() -> None:
    """Let the system have what freed tensors have left in the heap, also below what is still in use."""
    if _is_glibc():
        ctypes.CDLL(None).malloc_trim(0)


def _is_glibc() -> bool:
    try:
        return sys.platform == "linux" and os.confstr("CS_GNU_LIBC_VERSION") is not None
    except (ValueError, OSError):  # musl knows no such name
        return False
