"""SAM 3 behind the protocol of sessions: clicks, boxes, masks, phrases and exemplars on a loaded checkpoint."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from sam3_annotator.model.machine.allocator import keep_freed_memory
from sam3_annotator.model.progress import LoadingProgress, untold

if TYPE_CHECKING:
    import torch

    from sam3_annotator.model.network.config import Sam3Config
    from sam3_annotator.model.network.sam3_image import Sam3Image
    from sam3_annotator.model.sam3.session import Sam3Session

# The names that everybody's file has.
PUBLISHED_NAMES = frozenset({"sam3", "sam3.1_multiplex", "model", "model.safetensors.index"})


def open_sam3(
    path: Path,
    device: str = "auto",
    dtype: str = "auto",
    *,
    config: Sam3Config | None = None,
    progress: LoadingProgress = untold,
) -> Sam3Session:
    """Load a checkpoint; imports torch, which takes a moment.

    `config` are other sizes than those of the released model. Raises `ModelUnavailable` for a device or dtype that
    there is not and for a file that is no such model, and `OutOfMemory` if it does not fit. With `auto`, weights that
    answer badly in 16 bits are loaded in more (`docs/decisions/0013-auto-tries-bfloat16.md`).
    """
    progress(0, 0, "Starting PyTorch")
    from sam3_annotator.model.checkpoint import load_model
    from sam3_annotator.model.machine.device import (
        choose_device,
        choose_dtype,
        keep_float32_whole,
        retry_without_caches,
    )
    from sam3_annotator.model.network.packed_linear import pack_linear_layers
    from sam3_annotator.model.sam3.automatic_dtype import load_in_good_dtype
    from sam3_annotator.model.sam3.session import Sam3Session

    keep_freed_memory()
    keep_float32_whole()
    place = choose_device(device)
    precision = choose_dtype(dtype, place)

    def load(precision: torch.dtype) -> Sam3Image:
        return retry_without_caches(
            lambda: load_model(path, place, precision, config=config, progress=progress), drop_caches=lambda: None
        )

    network = load_in_good_dtype(load, precision, progress) if dtype == "auto" else load(precision)
    pack_linear_layers(network)
    title = "SAM 3.1" if network.config.interactive.has_raw_iou else "SAM 3"
    own_name = "" if path.stem in PUBLISHED_NAMES else f" ({path.stem})"
    return Sam3Session(network, title + own_name)
