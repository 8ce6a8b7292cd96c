"""Changes of single vertices of a region, as pure functions."""

from __future__ import annotations

import numpy as np

from sam3_annotator.project.regions import Polygon, Region, Ring

# The result may cross itself: `repair_region` is for when the gesture ends, since it renumbers vertices.


def move_vertex(region: Region, polygon_index: int, ring_index: int, vertex_index: int, x: float, y: float) -> Region:
    """Return the region with one vertex at (x, y); ring 0 is the outer one, holes follow. IndexError if unknown."""
    ring = np.array(_ring(region, polygon_index, ring_index))
    ring[_checked(vertex_index, len(ring))] = (x, y)
    return _with_ring(region, polygon_index, ring_index, ring)


def insert_vertex(region: Region, polygon_index: int, ring_index: int, after_index: int, x: float, y: float) -> Region:
    """Return the region with a vertex more at (x, y), between `after_index` and the next. IndexError if unknown."""
    ring = _ring(region, polygon_index, ring_index)
    longer = np.insert(ring, _checked(after_index, len(ring)) + 1, (x, y), axis=0)
    return _with_ring(region, polygon_index, ring_index, longer)


def delete_vertex(region: Region, polygon_index: int, ring_index: int, vertex_index: int) -> Region:
    """Return the region without one vertex. IndexError if unknown.

    A hole that was a triangle is filled, a polygon whose outer ring was one is removed: the region may become empty.
    """
    ring = _ring(region, polygon_index, ring_index)
    shorter = np.delete(ring, _checked(vertex_index, len(ring)), axis=0)
    return _with_ring(region, polygon_index, ring_index, shorter if len(shorter) >= 3 else None)


def _ring(region: Region, polygon_index: int, ring_index: int) -> Ring:
    polygon = region.polygons[_checked(polygon_index, len(region.polygons))]
    return polygon.rings[_checked(ring_index, len(polygon.rings))]


def _checked(index: int, count: int) -> int:
    if not 0 <= index < count:
        raise IndexError(f"There is no number {index} of {count}.")
    return index


def _with_ring(region: Region, polygon_index: int, ring_index: int, ring: Ring | None) -> Region:
    polygons = list(region.polygons)
    rings = list(polygons[polygon_index].rings)
    if ring is not None:
        rings[ring_index] = ring
    elif ring_index > 0:
        del rings[ring_index]
    else:
        del polygons[polygon_index]
        return Region(tuple(polygons))
    polygons[polygon_index] = Polygon(rings[0], rings[1:])
    return Region(tuple(polygons))
