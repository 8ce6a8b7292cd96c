"""The one ring by which YOLO tells of a region, and what Ultralytics makes of it."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from sam3_annotator.project.formats.bridges import join_rings, keyhole
from sam3_annotator.project.geometry import clip_region
from sam3_annotator.project.regions import Polygon, Region, Ring
from sam3_annotator.project.runs import Runs, box_mask_of_runs

_GOOD_ENOUGH = 0.95
_INTO_THE_PIXEL = 0.25  # cutting off and rounding both lead from here to the pixel


def best_ring(region: Region, runs: Runs, height: int, width: int) -> tuple[Ring, float]:
    """Return one ring for a region, within a `height` x `width` image, and its IoU with the pixels of its `runs`.

    That is the outline itself unless it is so small or thin that filling, which also sets the pixels below the
    line, changes it much; then the ring through the outermost pixels if that is better.
    """
    mask = box_mask_of_runs(runs)
    clipped = clip_region(region, width, height)
    ring = join_rings([keyhole(polygon) for polygon in clipped.polygons])
    iou = _filled_iou(ring, runs, mask, height, width)
    if iou >= _GOOD_ENOUGH:
        return ring, iou
    inner = _three_vertices(_ring_through_pixels(mask) + np.array([runs.x0, runs.y0]))
    inner_iou = _filled_iou(inner, runs, mask, height, width)
    return (inner, inner_iou) if inner_iou > iou else (ring, iou)


def _filled_iou(ring: Ring, runs: Runs, mask: NDArray[np.bool_], height: int, width: int) -> float:
    """Fill a ring in the way of Ultralytics: coordinates are cut to whole pixels, pixels on the line belong to it."""
    import cv2

    # One pixel more to the right and below, where lines may lie, and no more than the image has.
    columns, rows = min(runs.width + 1, width - runs.x0), min(runs.height + 1, height - runs.y0)
    canvas = np.zeros((rows, columns), dtype=np.uint8)
    corner = np.array([runs.x0, runs.y0], dtype=np.int32)
    vertices = np.clip(ring, 0, (width, height)).astype(np.int32) - corner
    cv2.fillPoly(canvas, [vertices.reshape(-1, 1, 2)], 1)
    expected = np.zeros_like(canvas, dtype=np.bool_)
    expected[: runs.height, : runs.width] = mask
    filled = canvas.astype(np.bool_)
    either = int(np.count_nonzero(filled | expected))
    return int(np.count_nonzero(filled & expected)) / either if either else 1.0


def _ring_through_pixels(mask: NDArray[np.bool_]) -> Ring:
    """Return the ring through the outermost pixels of a mask, in pixels of the mask."""
    import cv2

    contours, hierarchy = cv2.findContours(mask.astype(np.uint8), cv2.RETR_CCOMP, cv2.CHAIN_APPROX_SIMPLE)
    parents: list[int] = np.asarray(hierarchy).reshape(-1, 4)[:, 3].tolist()
    rings = [_three_vertices(np.asarray(contour, dtype=np.float64).reshape(-1, 2)) for contour in contours]
    polygons = [
        Polygon(ring, [hole for hole, parent in zip(rings, parents, strict=True) if parent == number])
        for number, ring in enumerate(rings)
        if parents[number] < 0
    ]
    return join_rings([keyhole(polygon) for polygon in polygons]) + _INTO_THE_PIXEL


def _three_vertices(ring: Ring) -> Ring:
    """Repeat the last vertex of the outline of a pixel or a line: with two vertices, a row would be taken for a box."""
    return np.concatenate((ring, np.repeat(ring[-1:], max(3 - len(ring), 0), axis=0)))
