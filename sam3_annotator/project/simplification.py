"""Regions with fewer vertices, no further off than a tolerance in pixels."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sam3_annotator.project.geometry import is_valid_region, region_of_shape, valid_shape
from sam3_annotator.project.masks import mask_to_region
from sam3_annotator.project.regions import Polygon, Region, Ring, signed_ring_area
from sam3_annotator.project.runs import box_mask_of_runs, pixel_iou, runs_in_box, runs_of_region

Integers = NDArray[np.int64]

USUAL_TOLERANCE = 1.4
"""How far in pixels outlines of a model's masks may stray from them, unless the user wants it otherwise."""

# Parts and holes below this many pixels are specks of the model, not of the object.
_SPECK_AREA = 16.0


@dataclass(frozen=True, slots=True)
class Simplified:
    """A simplified region, how many parts and holes it has lost, and its IoU with the original, in pixels."""

    region: Region
    dropped_parts: int
    dropped_holes: int
    iou: float


def outline_mask(mask: NDArray[np.bool_], tolerance: float, left: int = 0, top: int = 0) -> Simplified:
    """Return the region of a model's `(H, W)` bool mask without specks, simplified by up to `tolerance` pixels.

    The mask may be of a part of the image, which begins at the pixel `left`, `top`.
    """
    return simplify_region(mask_to_region(mask).translated(left, top), tolerance, _SPECK_AREA)


def simplify_region(region: Region, tolerance: float, min_area: float = 0.0) -> Simplified:
    """Return a valid region whose outline deviates from the region's by `tolerance` pixels at most.

    Parts and holes smaller than `min_area` px² are left out; a part that remains keeps a lower tolerance if it is so
    thin that it would collapse. `region` is to be valid. All that is lost is counted in the result.
    """
    kept = _without_specks(region, min_area)
    if tolerance <= 0 or kept.is_empty:
        return _measured(region, kept, kept)
    simpler = _with_simpler_rings(kept, tolerance)
    if not is_valid_region(simpler):
        # Outlines closer to each other than the tolerance have crossed: joined or cut there, not kept at full detail.
        simpler = _without_specks(region_of_shape(valid_shape(simpler)), min_area)
    return _measured(region, kept, simpler)


def simplify_line(vertices: Ring, tolerance: float) -> Ring:
    """Return some of the vertices `(N, 2)` of an open line, both ends among them, that keep it within `tolerance`."""
    import shapely

    if len(vertices) < 3:
        return vertices
    line = shapely.simplify(shapely.LineString(vertices), tolerance, preserve_topology=False)
    return np.asarray(line.coords)


def _without_specks(region: Region, min_area: float) -> Region:
    if min_area <= 0:
        return region
    polygons = [
        Polygon(p.outer, [hole for hole in p.holes if abs(signed_ring_area(hole)) >= min_area])
        for p in region.polygons
        if p.area >= min_area
    ]
    return Region(tuple(polygons))


def _measured(original: Region, kept: Region, result: Region) -> Simplified:
    specks = len(original.polygons) - len(kept.polygons)
    filled = _hole_count(original) - _hole_count(kept)
    if result is not kept and not _has_same_rings(kept, result):
        specks += _count_lost_parts(kept, result)
        filled += _count_lost_holes(kept, result)
    return Simplified(result, specks, filled, pixel_iou(original, result))


def _hole_count(region: Region) -> int:
    return sum(len(polygon.holes) for polygon in region.polygons)


def _has_same_rings(a: Region, b: Region) -> bool:
    return [len(polygon.holes) for polygon in a.polygons] == [len(polygon.holes) for polygon in b.polygons]


def _count_lost_parts(before: Region, after: Region) -> int:
    """Count the parts of which no pixel remains."""
    x0, y0, mask = _box_mask(before, after)
    return sum(_is_uniform(polygon.rings, x0, y0, mask, value=False) for polygon in before.polygons)


def _count_lost_holes(before: Region, after: Region) -> int:
    """Count the holes of which every pixel is filled."""
    x0, y0, mask = _box_mask(before, after)
    return sum(_is_uniform((hole,), x0, y0, mask, value=True) for polygon in before.polygons for hole in polygon.holes)


def _box_mask(around: Region, region: Region) -> tuple[int, int, NDArray[np.bool_]]:
    x0, y0, x1, y1 = around.box_xyxy
    runs = runs_in_box(region, (math.floor(x0), math.floor(y0), math.ceil(x1), math.ceil(y1)))
    return math.floor(x0), math.floor(y0), box_mask_of_runs(runs)


def _is_uniform(rings: Sequence[Ring], x0: int, y0: int, mask: NDArray[np.bool_], *, value: bool) -> bool:
    inside = runs_of_region(Region((Polygon(rings[0], rings[1:]),)).translated(-x0, -y0), *mask.shape)
    cut = mask[inside.y0 : inside.y0 + inside.height, inside.x0 : inside.x0 + inside.width]
    pixels = cut[box_mask_of_runs(inside)]
    return bool(len(pixels) and np.all(pixels == value))


def _with_simpler_rings(region: Region, tolerance: float) -> Region:
    rings = [ring for polygon in region.polygons for ring in polygon.rings]
    simpler = iter(_simplify_rings(rings, tolerance))
    polygons = []
    for polygon in region.polygons:
        outer, *holes = (next(simpler) for _ in polygon.rings)
        polygons.append(Polygon(outer, holes))
    return Region(tuple(polygons))


def _simplify_rings(rings: Sequence[Ring], tolerance: float) -> list[Ring]:
    """Simplify every ring between vertices that stay, all in one call."""
    import shapely

    vertices = np.concatenate(rings)
    lengths = np.array([len(ring) for ring in rings])
    starts = np.cumsum(lengths) - lengths
    stays = _shared_by_rings(vertices)
    for ring, start in zip(rings, starts.tolist(), strict=True):
        if np.count_nonzero(stays[start : start + len(ring)]) < 2:
            farthest = int(np.square(ring - ring[0]).sum(axis=1).argmax())
            stays[[start, start + farthest]] = True

    joints, line_of_joint, ring_of_line = _cut_into_lines(lengths, stays)
    lines = shapely.linestrings(vertices[joints], indices=line_of_joint)
    tolerances = np.array([_tolerance_for(ring, tolerance) for ring in rings])
    simple = shapely.simplify(lines, tolerances[ring_of_line], preserve_topology=False)
    coordinates, owner = shapely.get_coordinates(simple, return_index=True)
    is_inner = np.append(owner[1:] == owner[:-1], False)  # the last vertex of a line is the first of the next
    counts = np.bincount(ring_of_line[owner[is_inner]], minlength=len(rings))
    simpler = np.split(coordinates[is_inner], np.cumsum(counts)[:-1])
    return [new if len(new) >= 3 else old for new, old in zip(simpler, rings, strict=True)]


def _cut_into_lines(lengths: Integers, stays: NDArray[np.bool_]) -> tuple[Integers, Integers, Integers]:
    """Cut rings, of which each has a vertex that stays, into the lines between these vertices.

    Returns the vertex numbers of all lines in a row, the line of each of them, and the ring of each line.
    """
    starts = np.cumsum(lengths) - lengths
    first = np.flatnonzero(stays)[np.searchsorted(np.flatnonzero(stays), starts)]
    closed = lengths + 1
    step = np.arange(closed.sum()) - np.repeat(np.cumsum(closed) - closed, closed)
    walk = np.repeat(starts, closed) + (np.repeat(first - starts, closed) + step) % np.repeat(lengths, closed)
    is_end = stays[walk] & (step > 0)
    line = np.cumsum(is_end) - is_end
    # Inside a ring such a vertex is needed twice: one line ends with it and the next begins with it.
    is_double = is_end & (step < np.repeat(lengths, closed))
    copies = 1 + is_double.astype(np.int64)
    line_of_copy = np.repeat(line, copies)
    line_of_copy[np.cumsum(copies)[is_double] - 1] += 1
    return np.repeat(walk, copies), line_of_copy, np.repeat(np.arange(len(lengths)), closed)[is_end]


def _shared_by_rings(vertices: Ring) -> NDArray[np.bool_]:
    """Say which vertices occur more than once: moved in one ring only, that ring and the other would cross."""
    order = np.lexsort((vertices[:, 0], vertices[:, 1]))
    in_order = vertices[order]
    equal = (in_order[1:, 0] == in_order[:-1, 0]) & (in_order[1:, 1] == in_order[:-1, 1])
    is_shared = np.zeros(len(vertices), dtype=np.bool_)
    is_shared[order[1:][equal]] = True
    is_shared[order[:-1][equal]] = True
    return is_shared


def _tolerance_for(ring: Ring, tolerance: float) -> float:
    """Lower the tolerance to about half the width of a thin ring, below which it cannot collapse."""
    sides = np.diff(ring, axis=0, append=ring[:1])
    length = float(np.hypot(sides[:, 0], sides[:, 1]).sum())
    return min(tolerance, abs(signed_ring_area(ring)) / length) if length else 0.0
