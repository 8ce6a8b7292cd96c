"""Finds the narrowest dtype in which weights answer well: 16 bits where that loses nothing, else float32."""

from __future__ import annotations

import logging
from collections.abc import Callable

import torch

from sam3_annotator.model.errors import OutOfMemory
from sam3_annotator.model.machine.device import retry_without_caches
from sam3_annotator.model.machine.freeing import return_memory
from sam3_annotator.model.network.sam3_image import Sam3Image
from sam3_annotator.model.progress import LoadingProgress
from sam3_annotator.model.sam3.mask_trial import draw_masks, measure_likeness
from sam3_annotator.model.sam3.range_trial import stays_finite
from sam3_annotator.model.session import Check

Load = Callable[[torch.dtype], Sam3Image]

LEAST_IOU = 0.995
"""Masks in bfloat16 may differ by half a percent from those in float32."""

_log = logging.getLogger(__name__)


def load_in_good_dtype(load: Load, first: torch.dtype, progress: LoadingProgress) -> Sam3Image:
    """Load weights in `first`, or in the next wider dtype if they answer badly in it.

    float16 must not overflow, bfloat16 must draw the masks of float32. `progress` may raise `Cancelled` meanwhile.
    """
    if first is torch.float16:
        network = load(torch.float16)
        progress(0, 0, "Trying float16")
        if retry_without_caches(lambda: stays_finite(network), drop_caches=lambda: None):
            return network
        _log.info("The weights overflow in float16.")
        del network
    if first is torch.float32:
        return load(torch.float32)
    return _load_in_bfloat16_if_alike(load, progress)


def _load_in_bfloat16_if_alike(load: Load, progress: LoadingProgress) -> Sam3Image:
    def check() -> None:
        progress(0, 0, "Comparing bfloat16 with float32")

    try:
        network = _load_rounded_if_alike(load, check)
    except OutOfMemory:
        _log.info("There is no room for the weights in float32; they are loaded in bfloat16 without comparing.")
        network, otherwise = None, torch.bfloat16
    else:
        otherwise = torch.float32
    return_memory()
    return (
        network if network is not None else load(otherwise)
    )  # outside the handler, where what did not fit is free again


def _load_rounded_if_alike(load: Load, check: Check) -> Sam3Image | None:
    """Load weights in float32 and round them, which reads the file once; None if that changes their masks."""
    network = load(torch.float32)
    check()
    expected = draw_masks(network, check)
    return_memory()  # what drew them refers to the weights as they were
    _round_weights(network)
    likeness = measure_likeness(draw_masks(network, check), expected)
    _log.info("Masks in bfloat16 have an IoU of %.4f with those in float32.", likeness)
    return network if likeness >= LEAST_IOU else None


def _round_weights(network: Sam3Image) -> None:
    """Bring the parameters to bfloat16 one by one, so that there are never two of the whole."""
    for parameter in network.parameters():
        parameter.data = parameter.data.to(torch.bfloat16)
