"""Several rings written as one, joined by lines that are walked there and back, and such a ring taken apart again."""

# Under the even-odd rule a line walked there and back changes nothing, so one ring can tell of holes and of parts.

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sam3_annotator.project.regions import Polygon, Ring, signed_ring_area

Vertex = tuple[float, float]

_NEAR = 1e-9
_MOST_COMPARED = 8000  # vertices whose distances are compared; of more, every n-th of a ring is


@dataclass(frozen=True, slots=True)
class _Bridge:
    """Leads from `point`, on the edge after vertex `edge` of ring `parent`, to vertex `start` of a later ring."""

    parent: int
    edge: int
    point: Vertex
    start: int


def keyhole(polygon: Polygon) -> Ring:
    """Return outer ring and holes as one ring; bridges run through the polygon only, level, so they hide in it.

    The hole nearest to the left is joined to what lies left of its leftmost vertex, the next to what is there by
    then, and so on. Holes run against the outer ring, which makes the ring right by the non-zero rule too.
    """
    if not polygon.holes:
        return polygon.outer
    holes = sorted(polygon.holes, key=lambda hole: tuple(hole[_leftmost(hole)]))
    rings = [_turned(polygon.outer, clockwise=True), *(_turned(hole, clockwise=False) for hole in holes)]
    starts = np.concatenate(rings)
    ends = np.concatenate([np.roll(ring, -1, axis=0) for ring in rings])
    firsts = np.cumsum([0, *(len(ring) for ring in rings)])
    bridges: list[_Bridge | None] = [None]
    for number, hole in enumerate(rings[1:], start=1):
        vertex = _leftmost(hole)
        known = int(firsts[number])
        edge, point = _hit_to_the_left(hole[vertex], starts[:known], ends[:known])
        parent = int(np.searchsorted(firsts, edge, side="right")) - 1
        bridges.append(_Bridge(parent, edge - int(firsts[parent]), point, vertex))
    return _walk_around(rings, bridges)


def join_rings(rings: Sequence[Ring]) -> Ring:
    """Return disjoint rings as one, joined by the shortest lines between their vertices that join them all."""
    if len(rings) == 1:
        return rings[0]
    every = 1 + sum(len(ring) for ring in rings) // _MOST_COMPARED
    owner = np.repeat(np.arange(len(rings)), [len(ring[::every]) for ring in rings])
    number = np.concatenate([np.arange(0, len(ring), every) for ring in rings])
    x, y = np.concatenate([ring[::every] for ring in rings]).T
    squared = np.full(len(x), np.inf)
    nearest = np.zeros(len(x), dtype=np.int64)
    order, place = [0], {0: 0}
    bridges: list[_Bridge | None] = [None]
    is_free = owner != 0
    while is_free.any():
        for vertex in np.flatnonzero(owner == order[-1]).tolist():
            distance = (x - x[vertex]) ** 2 + (y - y[vertex]) ** 2
            is_closer = distance < squared
            squared[is_closer] = distance[is_closer]
            nearest[is_closer] = vertex
        start = int(np.argmin(np.where(is_free, squared, np.inf)))
        chosen, end = int(owner[start]), int(nearest[start])
        bridges.append(
            _Bridge(place[int(owner[end])], int(number[end]), (float(x[end]), float(y[end])), int(number[start]))
        )
        place[chosen] = len(order)
        order.append(chosen)
        is_free &= owner != chosen
    return _walk_around([rings[i] for i in order], bridges)


def split_at_bridges(ring: Ring) -> list[Ring]:
    """Return the simple loops a ring consists of: bridges are left out, vertices passed twice are cut at."""
    vertices: list[Vertex] = [(x, y) for x, y in ring.tolist()]
    if len(set(vertices)) == len(vertices):
        return [ring]
    loops = [simple for loop in _without_bridges(vertices) for simple in _cut_at_touches(loop)]
    return [np.array(loop) for loop in loops if len(loop) >= 3]


def _without_bridges(vertices: list[Vertex]) -> list[list[Vertex]]:
    """Leave out sides walked in both directions; what follows the one then follows what came before the other."""
    count = len(vertices)
    sides = [(vertex, vertices[(i + 1) % count]) for i, vertex in enumerate(vertices)]
    waiting: dict[tuple[Vertex, Vertex], list[int]] = {}
    way_back: dict[int, int] = {}
    for number, (start, end) in enumerate(sides):
        if waiting.get((end, start)):
            other = waiting[end, start].pop()
            way_back[number], way_back[other] = other, number
        else:
            waiting.setdefault((start, end), []).append(number)
    loops = []
    left = dict.fromkeys(number for number in range(count) if number not in way_back)
    while left:
        number = next(iter(left))
        loop = []
        while number in left:
            del left[number]
            loop.append(vertices[number])
            number = (number + 1) % count
            while number in way_back:
                number = (way_back[number] + 1) % count
        loops.append(loop)
    return loops


def _cut_at_touches(vertices: list[Vertex]) -> list[list[Vertex]]:
    loops: list[list[Vertex]] = []
    path: list[Vertex] = []
    places: dict[Vertex, int] = {}
    for vertex in vertices:
        if vertex in places:
            place = places[vertex]
            loops.append(path[place:])
            for passed in path[place + 1 :]:
                del places[passed]
            del path[place + 1 :]
        else:
            places[vertex] = len(path)
            path.append(vertex)
    loops.append(path)
    return loops


def _leftmost(ring: Ring) -> int:
    return int(np.lexsort((ring[:, 1], ring[:, 0]))[0])


def _turned(ring: Ring, *, clockwise: bool) -> Ring:
    return ring if (signed_ring_area(ring) > 0) == clockwise else ring[::-1]


def _hit_to_the_left(vertex: Ring, starts: Ring, ends: Ring) -> tuple[int, Vertex]:
    """Return the nearest edge on the level of a vertex and left of it (or at it), and where it is met."""
    x, y = (float(v) for v in vertex)
    low, high = np.minimum(starts, ends), np.maximum(starts, ends)
    met = np.flatnonzero((low[:, 1] <= y) & (y <= high[:, 1]) & (low[:, 0] <= x + _NEAR))
    (ax, ay), (bx, by) = starts[met].T, ends[met].T
    height = by - ay
    with np.errstate(divide="ignore", invalid="ignore"):
        at = ax + (y - ay) * ((bx - ax) / height)
    at = np.where(y == ay, ax, np.where(y == by, bx, at))
    at = np.where(height == 0, np.minimum(high[met, 0], x), at)
    at[at > x + _NEAR] = -np.inf
    best = int(np.argmax(at))
    edge: int = met[best]
    return int(edge), (min(float(at[best]), x), y)


def _walk_around(rings: Sequence[Ring], bridges: Sequence[_Bridge | None]) -> Ring:
    """Walk around the first ring and, at the head of each bridge, over it, around the later ring and back."""
    branches: list[list[tuple[_Bridge, Ring]]] = [[] for _ in rings]
    for number in range(len(rings) - 1, 0, -1):  # a ring is joined to an earlier one, so it is complete by now
        bridge = bridges[number]
        if bridge is None:
            continue
        walked = _with_branches(rings[number], branches[number], bridge.start)
        branches[bridge.parent].append((bridge, np.concatenate((walked, rings[number][[bridge.start]]))))
    walk = _with_branches(rings[0], branches[0], 0)
    is_new: NDArray[np.bool_] = (walk != np.roll(walk, 1, axis=0)).any(axis=1)
    once: Ring = walk[is_new]
    return once


def _with_branches(ring: Ring, branches: list[tuple[_Bridge, Ring]], start: int) -> Ring:
    """Return the ring from vertex `start` on, each branch put in after the edge it leaves from begins."""
    count = len(ring)

    def place(branch: tuple[_Bridge, Ring]) -> tuple[int, float]:
        bridge, _ = branch
        away = np.abs(np.array(bridge.point) - ring[bridge.edge]).sum()
        return (bridge.edge - start) % count, float(away)

    pieces: list[Ring] = []
    turned = np.roll(ring, -start, axis=0)
    done = 0
    for bridge, walk in sorted(branches, key=place):
        until = (bridge.edge - start) % count + 1
        pieces.extend((turned[done:until], np.array([bridge.point]), walk, np.array([bridge.point])))
        done = until
    pieces.append(turned[done:])
    return np.concatenate(pieces)
