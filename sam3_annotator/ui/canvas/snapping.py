"""Where a vertex being drawn snaps to: vertices and edges of what is there, and directions; without Qt."""

from __future__ import annotations

import math

import numpy as np

from sam3_annotator.ui.canvas.hit_test import following_vertices, squared_distances
from sam3_annotator.ui.canvas.outlines import Floats, Ints, Vertices
from sam3_annotator.ui.canvas.scene import Scene

_DIAGONAL = math.sqrt(0.5)
# Multiples of 45 degrees, clockwise on the screen; exact, so that level edges are level to the last digit.
_DIRECTIONS = (
    (1.0, 0.0),
    (_DIAGONAL, _DIAGONAL),
    (0.0, 1.0),
    (-_DIAGONAL, _DIAGONAL),
    (-1.0, 0.0),
    (-_DIAGONAL, -_DIAGONAL),
    (0.0, -1.0),
    (_DIAGONAL, -_DIAGONAL),
)


def snapped_way(
    scene: Scene, image_size: tuple[int, int], x: float, y: float, distance: float, start: Floats | None
) -> Floats | None:
    """Find the nearest vertex, else the nearest point of an edge, within `distance` image pixels of a point.

    Visible instances count, and the border of the image. The result is the vertices `(N, 2)` to be added, the last of
    which is the one found. If `start`, the vertex before, is of the same ring, they follow that ring from there, the
    shorter way round; there are none if `start` is at the place found. None if nothing is near.
    """
    vertices, starts = scene.rings_near((x - distance, y - distance, x + distance, y + distance))
    vertices, starts = _with_border(vertices, starts, *image_size)
    squared = ((vertices - (x, y)) ** 2).sum(axis=1)
    nearest = squared.min()
    if nearest <= distance**2:
        places = np.flatnonzero(squared == nearest)
        return _shortest_way(vertices, starts, places, start)
    squared, points = squared_distances(vertices, vertices[following_vertices(starts)], x, y)
    edge = int(squared.argmin())
    return points[edge : edge + 1] if squared[edge] <= distance**2 else None


def _with_border(vertices: Vertices, starts: Ints, width: int, height: int) -> tuple[Floats, Ints]:
    border = np.array([(0.0, 0.0), (width, 0.0), (width, height), (0.0, height)])
    return np.concatenate((vertices, border)), np.append(starts, starts[-1] + len(border))


def _shortest_way(vertices: Floats, starts: Ints, places: Ints, start: Floats | None) -> Floats:
    """Choose among the rings that have a vertex at the same place: neighbours share theirs."""
    rings = np.searchsorted(starts, places, side="right") - 1
    ways = []
    for place, first, end in zip(places.tolist(), starts[rings].tolist(), starts[rings + 1].tolist(), strict=True):
        way = None if start is None else way_along(vertices[first:end], start, place - first)
        if way is not None:
            ways.append(way)
    return min(ways, key=_length)[1:] if ways else vertices[places[:1]]


def way_along(ring: Floats, start: Floats, end_index: int) -> Floats | None:
    """Give the vertices of a ring from its vertex `start` to that of an index, both included, the shorter way round.

    None if `start` `(2,)` is no vertex of the ring.
    """
    indices = np.flatnonzero((ring == start).all(axis=1))
    if not len(indices):
        return None
    begin, count = int(indices[0]), len(ring)
    ways = [ring[(begin + step * np.arange((step * (end_index - begin)) % count + 1)) % count] for step in (1, -1)]
    return min(ways, key=_length)


def _length(line: Floats) -> float:
    return float(np.hypot(*np.diff(line, axis=0).T).sum())


def turned(start: Floats, x: float, y: float, image_size: tuple[int, int]) -> tuple[float, float]:
    """Turn the edge from `start` `(2,)` to a point to the nearest multiple of 45 degrees; it ends within the image."""
    start_x, start_y = start.tolist()
    way_x, way_y = x - start_x, y - start_y
    along_x, along_y = _DIRECTIONS[round(math.atan2(way_y, way_x) / (math.pi / 4)) % 8]
    rooms = (_room(start_x, along_x, image_size[0]), _room(start_y, along_y, image_size[1]))
    length = min(way_x * along_x + way_y * along_y, *rooms)
    return start_x + length * along_x, start_y + length * along_y


def _room(start: float, along: float, size: float) -> float:
    """Say how far one can go in a direction before the image ends."""
    if along == 0:
        return math.inf
    return (size - start) / along if along > 0 else start / -along
