"""Regions merged, cut out of each other and taken apart, exact to the pixel.

Set operations on outlines round where edges cross, and a centre of a pixel that lies on an edge may then fall to the
other side: with regions of whole coordinates in one case of ten. What is off is mended here.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from sam3_annotator.project.geometry import difference, region_of_shape, repair_region, union, valid_shape
from sam3_annotator.project.masks import mask_to_region
from sam3_annotator.project.regions import Polygon, Region, Ring
from sam3_annotator.project.runs import box_mask_of_runs, runs_in_box

_Box = tuple[int, int, int, int]
_Mask = NDArray[np.bool_]
# Mending may itself round, so it is looked at again; what is still off then follows the edges of its pixels.
_MENDINGS = 4


def merge_regions(regions: Sequence[Region]) -> Region:
    """Return the area in any of the regions: its mask is that of all masks together, bit for bit.

    Parts and holes in which no pixel has its centre are left out.
    """
    import shapely

    box = _pixel_box(regions)
    wanted = np.zeros((box[3] - box[1], box[2] - box[0]), dtype=np.bool_)
    for region in regions:
        wanted |= _mask_in(region, box)
    joined = region_of_shape(shapely.union_all([valid_shape(region) for region in regions]))
    return _mended(joined, wanted, box)


def cut_out(region: Region, others: Sequence[Region]) -> Region:
    """Return the area of `region` without that of others: its mask is the one without the others, bit for bit.

    `region` itself if it shares no pixel with any, an empty one if no pixel remains; else parts and holes in which
    no pixel has its centre are left out.
    """
    import shapely

    if region.is_empty:
        return region
    box = _pixel_box((region,))
    mask = _mask_in(region, box)
    masks = [_mask_in(other, box) for other in others]
    cutting = [other for other, mask_of_other in zip(others, masks, strict=True) if (mask & mask_of_other).any()]
    if not cutting:
        return region
    rest = valid_shape(region).difference(shapely.union_all([valid_shape(other) for other in cutting]))
    return _mended(region_of_shape(rest), mask & ~np.any(masks, axis=0), box)


def parts_of(region: Region) -> tuple[Region, ...]:
    """Return each polygon of the region, its holes kept, as a region of its own; the largest first."""
    polygons = sorted(region.polygons, key=lambda polygon: -polygon.area)
    return tuple(Region((polygon,)) for polygon in polygons)


def without_holes(region: Region) -> Region:
    """Return the region with its holes filled; parts that lay in one become one with what is around them."""
    if not region.has_holes:
        return region
    return repair_region(Region(tuple(Polygon(polygon.outer) for polygon in region.polygons)))


def _pixel_box(regions: Sequence[Region]) -> _Box:
    boxes = np.array([region.box_xyxy for region in regions])
    low, high = boxes[:, :2].min(axis=0), boxes[:, 2:].max(axis=0)
    return math.floor(low[0]), math.floor(low[1]), math.ceil(high[0]), math.ceil(high[1])


def _mask_in(region: Region, box: _Box) -> _Mask:
    """Return the mask of the pixels of a box."""
    runs = runs_in_box(region, box)
    return box_mask_of_runs(runs) if runs.area else np.zeros((box[3] - box[1], box[2] - box[0]), dtype=np.bool_)


def _mended(region: Region, wanted: _Mask, box: _Box) -> Region:
    """Return about this region, with exactly the wanted pixels of the box."""
    for _ in range(_MENDINGS):
        region = _with_pixels_only(region)
        mask = _mask_in(region, box)
        surplus, lacking = mask & ~wanted, wanted & ~mask
        if surplus.any():
            region = difference(region, _region_of_pixels(surplus, box))
        if lacking.any():
            region = union(region, _region_of_pixels(lacking, box))
        if not (surplus.any() or lacking.any()):
            return region
    return _region_of_pixels(wanted, box)


def _region_of_pixels(mask: _Mask, box: _Box) -> Region:
    return mask_to_region(mask).translated(box[0], box[1])


def _with_pixels_only(region: Region) -> Region:
    polygons = [
        Polygon(polygon.outer, [hole for hole in polygon.holes if _has_pixel((hole,))])
        for polygon in region.polygons
        if _has_pixel(polygon.rings)
    ]
    return Region(tuple(polygons))


def _has_pixel(rings: tuple[Ring, ...]) -> bool:
    region = Region((Polygon(rings[0], rings[1:]),))
    return bool(runs_in_box(region, _pixel_box((region,))).area)
