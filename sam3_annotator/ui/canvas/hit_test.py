"""What is under the cursor: pure functions over arrays and regions, without Qt."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from sam3_annotator.project import Region, Ring
from sam3_annotator.ui.canvas.outlines import Bools, Floats, Ints, Outlines, Vertices

BoxXyxy = tuple[float, float, float, float]


@dataclass(frozen=True, slots=True)
class VertexHit:
    """A vertex of a region: ring 0 is the outer ring, 1.. are the holes; `x`, `y` is where the vertex is."""

    polygon_index: int
    ring_index: int
    vertex_index: int
    x: float
    y: float


@dataclass(frozen=True, slots=True)
class EdgeHit:
    """The edge after the vertex `after_index`; `x`, `y` is its point nearest to the cursor."""

    polygon_index: int
    ring_index: int
    after_index: int
    x: float
    y: float


def rows_at(outlines: Outlines, candidates: Bools, x: float, y: float, distance: float) -> list[int]:
    """Find the rows under a point, smallest area first, then those only touched within `distance` of their outline.

    `candidates` `(N,)` leaves rows out; all coordinates are image pixels.
    """
    near = outlines.rows_in_box((x - distance, y - distance, x + distance, y + distance)) & candidates
    inside, touched = [], []
    for row in np.flatnonzero(near):
        vertices, starts = outlines.rings.taken(np.array([row]))
        ends = vertices[following_vertices(starts)]
        if contains(vertices, ends, x, y):
            inside.append(int(row))
        elif squared_distances(vertices, ends, x, y)[0].min() <= distance**2:
            touched.append(int(row))
    areas = outlines.areas
    return sorted(inside, key=lambda row: areas[row]) + sorted(touched, key=lambda row: areas[row])


def rows_inside(outlines: Outlines, candidates: Bools, box_xyxy: BoxXyxy) -> list[int]:
    """Find the rows that lie wholly within a box."""
    boxes = outlines.boxes_xyxy
    x0, y0, x1, y1 = box_xyxy
    is_inside = (boxes[:, 0] >= x0) & (boxes[:, 1] >= y0) & (boxes[:, 2] <= x1) & (boxes[:, 3] <= y1)
    return [int(row) for row in np.flatnonzero(is_inside & candidates)]


def box_around(boxes_xyxy: Floats) -> BoxXyxy:
    """Give the smallest box around boxes `(N, 4)`; all zeros around none."""
    if not len(boxes_xyxy):
        return 0.0, 0.0, 0.0, 0.0
    x0, y0 = boxes_xyxy[:, :2].min(axis=0).tolist()
    x1, y1 = boxes_xyxy[:, 2:].max(axis=0).tolist()
    return x0, y0, x1, y1


def contains(starts: Vertices, ends: Vertices, x: float, y: float) -> bool:
    """Tell whether a point is inside, even-odd, of the rings whose edges run from `starts` to `ends`, `(E, 2)` each."""
    y0, y1 = starts[:, 1], ends[:, 1]
    crosses = (y0 > y) != (y1 > y)
    edges = np.flatnonzero(crosses)
    x0, x1 = starts[edges, 0], ends[edges, 0]
    at = x0 + (y - y0[edges]) * (x1 - x0) / (y1[edges] - y0[edges])
    return bool(np.count_nonzero(at > x) % 2)


def region_contains(region: Region, x: float, y: float) -> bool:
    """Tell whether a point is inside a region, and not in a hole of it."""
    rings = [ring for _, _, ring in _rings(region)]
    if not rings:
        return False
    return contains(np.concatenate(rings), np.concatenate([np.roll(ring, -1, axis=0) for ring in rings]), x, y)


def vertex_at(region: Region, x: float, y: float, distance: float) -> VertexHit | None:
    """Find the vertex nearest to a point, if it is within `distance` image pixels."""
    best, best_squared = None, distance**2
    for polygon_index, ring_index, ring in _rings(region):
        squared = (ring[:, 0] - x) ** 2 + (ring[:, 1] - y) ** 2
        vertex = int(squared.argmin())
        if squared[vertex] <= best_squared:
            best_squared = float(squared[vertex])
            best = VertexHit(polygon_index, ring_index, vertex, float(ring[vertex, 0]), float(ring[vertex, 1]))
    return best


def edge_at(region: Region, x: float, y: float, distance: float) -> EdgeHit | None:
    """Find the edge nearest to a point, if it is within `distance` image pixels."""
    best, best_squared = None, distance**2
    for polygon_index, ring_index, ring in _rings(region):
        squared, nearest = squared_distances(ring, np.roll(ring, -1, axis=0), x, y)
        edge = int(squared.argmin())
        if squared[edge] <= best_squared:
            best_squared = float(squared[edge])
            best = EdgeHit(polygon_index, ring_index, edge, float(nearest[edge, 0]), float(nearest[edge, 1]))
    return best


def _rings(region: Region) -> Iterator[tuple[int, int, Ring]]:
    for polygon_index, polygon in enumerate(region.polygons):
        for ring_index, ring in enumerate(polygon.rings):
            yield polygon_index, ring_index, ring


def following_vertices(ring_starts: Ints) -> Ints:
    """For each vertex the next one in its ring."""
    following = np.arange(1, ring_starts[-1] + 1)
    following[ring_starts[1:] - 1] = ring_starts[:-1]
    return following


def squared_distances(starts: Vertices, ends: Vertices, x: float, y: float) -> tuple[Floats, Floats]:
    """Give for each edge the squared distance `(E,)` to a point, and the nearest point on it `(E, 2)`."""
    point = np.array([x, y])
    edges = ends - starts
    lengths_squared = (edges * edges).sum(axis=1)
    along = ((point - starts) * edges).sum(axis=1) / np.where(lengths_squared > 0, lengths_squared, 1)
    nearest = starts + np.clip(along, 0, 1)[:, None] * edges
    return ((nearest - point) ** 2).sum(axis=1), nearest
