"""The area of a labelme shape, whatever its type, as a region."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sam3_annotator.project.formats.labelme.base64_masks import decode_mask_png
from sam3_annotator.project.formats.rings.ellipses import ring_of_ellipse
from sam3_annotator.project.formats.rings.points import region_of_ring, ring_of_points
from sam3_annotator.project.pixel_edges import region_of_runs
from sam3_annotator.project.regions import Polygon, Region, Ring, rectangle
from sam3_annotator.project.runs import runs_of_mask
from sam3_annotator.project.words import counted

# The last two are X-AnyLabeling's, whose rectangles have four points, too.
_POLYGONS = frozenset({"polygon", "oriented_rectangle", "rotation", "quadrilateral"})
REGION_TYPES = _POLYGONS | {"rectangle", "circle", "mask"}
"""The shape types that have an area; all others are points and lines."""

CROWD_FLAG = "__crowd__"
"""The flag by which our own files tell a crowd; labelme keeps it."""

HOLE_FLAG = "__hole__"
"""The flag of shapes that are cut out of the others of their group."""


def region_of_entry(shape: dict[str, Any], shape_type: str, width: int, height: int) -> Region:
    """Return the region of a shape of one of the `REGION_TYPES`.

    `width` and `height` are the size of its image, 0 if unknown. Pixels of a mask outside the image are cut off.
    Raises ValueError, as the end of a sentence, if there is no area in it.
    """
    points = ring_of_points(shape.get("points"))
    if shape_type == "mask":
        region = _region_of_mask(decode_mask_png(shape.get("mask")), points, width, height)
    elif shape_type == "circle":
        region = _region_of_circle(points)
    elif shape_type == "rectangle" and len(points) == 2:
        (x0, y0), (x1, y1) = points.min(axis=0).tolist(), points.max(axis=0).tolist()
        region = rectangle(x0, y0, x1, y1)
    else:
        region = region_of_ring(points)
    if region.is_empty:
        raise ValueError("has no area")
    return region


def _region_of_circle(points: Ring) -> Region:
    if len(points) != 2:
        raise ValueError(f"is a circle of {counted(len(points), 'point')} instead of 2, the centre and one on the edge")
    (x, y), edge = points.tolist()
    radius = math.dist((x, y), edge)
    return Region((Polygon(ring_of_ellipse(x, y, radius, radius)),)) if radius > 0 else Region()


def _region_of_mask(mask: NDArray[np.bool_], points: Ring, width: int, height: int) -> Region:
    """Return the region of a mask in the box of its first and last pixel.

    The first one counts, rounded: the size of the mask says which is the last, where fractions leave it open.
    """
    if len(points) != 2:
        raise ValueError(f"is a mask with {counted(len(points), 'point')} instead of 2, its first and its last pixel")
    first, last = np.rint(points.min(axis=0)).astype(int), np.rint(points.max(axis=0)).astype(int)
    columns, rows = (last - first + 1).tolist()
    if abs(columns - mask.shape[1]) > 1 or abs(rows - mask.shape[0]) > 1:
        raise ValueError(f"has a mask of {mask.shape[1]} x {mask.shape[0]} pixels in a box of {columns} x {rows}")
    x, y = first.tolist()
    if width and height:
        left, top = max(-x, 0), max(-y, 0)
        mask = mask[top : max(height - y, 0), left : max(width - x, 0)]
        x, y = x + left, y + top
    runs = runs_of_mask(mask)
    return region_of_runs(replace(runs, x0=runs.x0 + x, y0=runs.y0 + y))
