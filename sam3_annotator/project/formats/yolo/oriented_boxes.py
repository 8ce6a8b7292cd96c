"""The oriented box of an instance, as four corners."""

from __future__ import annotations

import numpy as np

from sam3_annotator.project.pixel_edges import region_of_runs
from sam3_annotator.project.regions import Ring, signed_ring_area
from sam3_annotator.project.runs import Runs

_NOISE = 1e-6  # pixels by which computed corners may be off


def oriented_box(runs: Runs) -> Ring:
    """Return the corners, `(4, 2)` in pixels, of the smallest rectangle of any direction around the pixels of `runs`.

    Corners run clockwise on the screen, from the one nearest to the top left corner of the image. They may lie outside
    the image. `runs` must have pixels.
    """
    import shapely

    edges = np.concatenate([polygon.outer for polygon in region_of_runs(runs).polygons])
    box = shapely.get_coordinates(shapely.oriented_envelope(shapely.MultiPoint(edges)))[:-1]
    corners: Ring = box if signed_ring_area(box) > 0 else box[::-1]
    down_and_right = np.round(corners.sum(axis=1) / _NOISE)
    first = int(np.lexsort((corners[:, 1], down_and_right))[0])
    return np.roll(corners, -first, axis=0)


def move_into_image(corners: Ring, width: int, height: int) -> tuple[Ring, bool]:
    """Return corners moved straight to the edge of the image where they lie beyond it, and whether any did.

    Ultralytics draws the smallest rectangle around the four corners again, so that the direction is kept and nearly all
    of the size: over shapes cut by the edge, IoU 0.97 with the rectangle before in the mean, 0.56 if the smallest
    rectangle within the image was taken instead.
    """
    within = np.clip(corners, 0, (width, height))
    return within, bool((np.abs(within - corners) > _NOISE).any())
