"""Masks and regions turned into each other, exactly."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from sam3_annotator.project.pixel_edges import region_of_runs
from sam3_annotator.project.regions import Region
from sam3_annotator.project.runs import mask_of_runs, runs_of_mask, runs_of_region


def mask_to_region(mask: NDArray[np.bool_]) -> Region:
    """Return the region along the pixel edges of a `(H, W)` bool mask, holes and parts kept.

    `region_to_mask` gives the same mask back, bit for bit. Parts are 4-connected, polygons valid, vertices integers.
    Whole numbers will do for a mask: what is not 0 is inside. Raises ValueError if the mask is not two-dimensional, and
    for decimals, which may be chances or logits.
    """
    mask = np.asarray(mask)
    if mask.dtype.kind == "f":
        raise ValueError(f"A mask is bool; got {mask.dtype}. Say from where on it is inside, as in `mask > 0.5`.")
    if mask.ndim != 2:
        raise ValueError(f"A mask has the shape (height, width); got {mask.shape}.")
    return region_of_runs(runs_of_mask(np.asarray(mask, dtype=np.bool_)))


def region_to_mask(region: Region, height: int, width: int) -> NDArray[np.bool_]:
    """Return the `(height, width)` bool mask of the pixels whose centres are inside the region.

    A centre exactly on an edge belongs to the side right of and below it. Parts outside the image are cut.
    """
    return mask_of_runs(runs_of_region(region, height, width), height, width)


def region_pixel_area(region: Region, height: int, width: int) -> int:
    """Return how many pixels `region_to_mask` would set, without making the mask."""
    return runs_of_region(region, height, width).area
