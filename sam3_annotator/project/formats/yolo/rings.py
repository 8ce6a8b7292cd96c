"""The one ring by which YOLO tells of a region, what Ultralytics makes of it, and the region of such a ring again."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from sam3_annotator.project.formats.rings.bridges import join_rings, keyhole
from sam3_annotator.project.formats.rings.even_odd import fill_even_odd
from sam3_annotator.project.geometry import clip_region
from sam3_annotator.project.masks import mask_to_region
from sam3_annotator.project.regions import Polygon, Region, Ring
from sam3_annotator.project.runs import Runs, box_mask_of_runs

_GOOD_ENOUGH = 0.95
# Where in its pixels a ring through pixels has its vertices: below 1/2, since cutting off and rounding have to lead to
# the pixel. Each part has another place, a multiple of 1/64, so that reading can tell its sides from bridges.
_GRID = 64
_PLACES = _GRID // 2 - 1
_FIRST_PLACE = _GRID // 4
_OUR_STEP, _THEIR_STEP = 1e-7, 1e-6  # of the last decimal that we write, and that most others write


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
    places = _places(len(polygons))
    return join_rings([keyhole(polygon) + place for polygon, place in zip(polygons, places, strict=True)])


def _places(count: int) -> NDArray[np.float64]:
    """Return where in its pixels the vertices of each part lie, `(count, 2)`: at one place if there are too many."""
    number = np.arange(count) if count <= _PLACES**2 else np.zeros(count, dtype=np.int64)
    steps = np.column_stack((number % _PLACES, number // _PLACES))
    places: NDArray[np.float64] = (1 + (_FIRST_PLACE - 1 + steps) % _PLACES) / _GRID
    return places


def _three_vertices(ring: Ring) -> Ring:
    """Repeat the last vertex of the outline of a pixel or a line: with two vertices, a row would be taken for a box."""
    return np.concatenate((ring, np.repeat(ring[-1:], max(3 - len(ring), 0), axis=0)))


def region_of_ring(shares: Ring, width: int, height: int) -> Region:
    """Return the region, on an image of `width` x `height` pixels, of a ring in shares of its width and height.

    What crosses itself counts by the even-odd rule, what lies outside the image is cut, and a vertex as near to whole
    pixels as the decimals of the format can tell is at whole pixels. A ring through pixels, as `best_ring` makes it,
    gives the region of the very pixels. Empty if there is no area.
    """
    size = np.array([width, height])
    ring = shares * size
    pixels = _parts_through_pixels(ring, size)
    region = _region_of_pixels(pixels) if pixels else fill_even_odd(to_whole_pixels(ring, width, height))
    return clip_region(region, width, height)


def to_whole_pixels(vertices: Ring, width: int, height: int) -> Ring:
    """Return vertices in pixels, those on whole ones but for the decimals of the format put exactly there."""
    whole = np.round(vertices)
    is_near = np.abs(vertices - whole) <= _THEIR_STEP * np.array([width, height])
    moved: Ring = np.where(is_near, whole, vertices)
    return moved


def _parts_through_pixels(ring: Ring, size: NDArray[np.int64]) -> list[NDArray[np.int32]]:
    """Return the outlines, pixel by pixel, of the parts that a ring through pixels joins; nothing for other rings."""
    corners = np.floor(ring)
    places = np.round((ring - corners) * _GRID)
    if (np.abs((ring - corners) * _GRID - places) > 2 * _OUR_STEP * _GRID * size).any():
        return []
    found, part = np.unique(places, axis=0, return_inverse=True)
    if not np.array_equal(found, np.unique(_places(len(found)) * _GRID, axis=0)):
        return []
    return [corners[part.ravel() == number].astype(np.int32) for number in range(len(found))]


def _region_of_pixels(parts: Sequence[NDArray[np.int32]]) -> Region:
    import cv2

    vertices = np.concatenate(parts)
    corner = vertices.min(axis=0)
    columns, rows = (vertices.max(axis=0) - corner + 1).tolist()
    canvas = np.zeros((rows, columns), dtype=np.uint8)
    for part in parts:
        cv2.fillPoly(canvas, [(part - corner).reshape(-1, 1, 2)], 1)
    return mask_to_region(canvas.astype(np.bool_)).translated(*corner.tolist())
