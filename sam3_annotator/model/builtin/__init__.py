"""The learned model in the box: a small click network that runs on any processor, offline."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sam3_annotator.model.builtin.session import BuiltinSession

FORMAT_NAME = "sam3-annotator builtin"
"""What the metadata of every version's weights begin with."""

MOST_THREADS = 4


def is_builtin_file(path: Path) -> bool:
    """Tell whether a file holds weights of the built-in model, of this version or another."""
    from safetensors import SafetensorError, safe_open

    try:
        with safe_open(path, framework="np") as file:
            metadata: dict[str, str] = file.metadata() or {}
    except (OSError, SafetensorError):
        return False
    return metadata.get("format", "").startswith(FORMAT_NAME)


def open_builtin(weights: Path | None = None) -> BuiltinSession:
    """Load weights, the shipped ones by default; imports torch, which takes a moment.

    Raises `ModelUnavailable` if the weights cannot be used.
    """
    if "torch" not in sys.modules:
        # Threads that spin while they wait are ten times slower whenever something else wants the processor too;
        # without any spinning a second thread gains nothing. So many turns are some ten microseconds.
        os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
        os.environ.setdefault("GOMP_SPINCOUNT", "10000")
    import torch

    from sam3_annotator.model.builtin.session import BuiltinSession

    torch.set_num_threads(min(MOST_THREADS, torch.get_num_threads()))
    return BuiltinSession(weights)
