"""Tracing of masks along the edges of their pixels, exact and without a loop over pixels."""

from __future__ import annotations

import itertools
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sam3_annotator.project.regions import Polygon, Region, Ring
from sam3_annotator.project.runs import Runs

Integers = NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False)
class _Sides:
    """The straight vertical pieces of the border, sorted by `top`, then `x`; each runs with the area on its right.

    A left side (`is_left`: a run starts there) therefore runs upwards, a right side downwards.
    """

    x: Integers
    top: Integers
    bottom: Integers
    is_left: NDArray[np.bool_]

    @property
    def tail(self) -> Integers:
        return np.where(self.is_left, self.bottom, self.top)

    @property
    def head(self) -> Integers:
        return np.where(self.is_left, self.top, self.bottom)


@dataclass(frozen=True, slots=True, eq=False)
class _Trace:
    """Closed walks over sides: `order` lists the sides walk after walk, walk *k* starts at `starts[k]`."""

    order: Integers
    starts: Integers

    @property
    def walk_of_side(self) -> Integers:
        lengths = np.diff(self.starts, append=len(self.order))
        walks = np.empty(len(self.order), dtype=np.int64)
        walks[self.order] = np.repeat(np.arange(len(self.starts)), lengths)
        return walks


def region_of_runs(runs: Runs) -> Region:
    """Return the region whose border runs along the edges of the pixels of `runs`.

    Parts are 4-connected. Rings are simple and valid by the rules of OGC: where pixels meet at a corner only, rings
    touch there and no ring passes twice. Outer rings run clockwise on the screen, holes the other way round.
    """
    if not len(runs.ends):
        return Region()
    sides = _find_sides(runs)
    keys, corners = _sorted_corners(sides, runs)
    trace = _walk(_followers(corners, len(sides.x)))
    rings, walk_of_ring = _cut_into_rings(sides, trace, keys, corners)
    offset = np.array([runs.x0, runs.y0], dtype=np.float64)
    outer_of_walk = _outer_walks(runs, sides, trace)
    return _assemble([ring + offset for ring in rings], outer_of_walk[walk_of_ring])


def _find_sides(runs: Runs) -> _Sides:
    stride = runs.width + 1
    parts = [_straight_pieces(runs.ends[which::2], stride) for which in (0, 1)]
    x, top, bottom = (np.concatenate(columns) for columns in zip(*parts, strict=True))
    is_left = np.zeros(len(x), dtype=np.bool_)
    is_left[: len(parts[0][0])] = True
    order = np.argsort(top * stride + x)
    return _Sides(x[order], top[order], bottom[order], is_left[order])


def _straight_pieces(positions: Integers, stride: int) -> tuple[Integers, Integers, Integers]:
    """Join positions that lie under one another; returns x, top and bottom of each piece."""
    above = np.searchsorted(positions, positions - stride)
    continues = positions[above] == positions - stride
    is_last = np.ones(len(positions), dtype=np.bool_)
    is_last[above[continues]] = False
    x, first_row = _column_by_column(positions[~continues], stride)
    _, last_row = _column_by_column(positions[is_last], stride)
    return x, first_row, last_row + 1


def _column_by_column(positions: Integers, stride: int) -> tuple[Integers, Integers]:
    """Return column and row of the positions, sorted by column, then row."""
    row = positions // stride
    column = positions - row * stride
    rows = int(row[-1]) + 1
    keys = np.sort(column * rows + row)
    sorted_column = keys // rows
    return sorted_column, keys - sorted_column * rows


def _sorted_corners(sides: _Sides, runs: Runs) -> tuple[Integers, Integers]:
    """Return the corners in reading order: their keys, and which they are (side, or side + count for its tail).

    Two corners share a vertex where two pixels meet at their corner only. There the right side comes first:
    each strand of the border then turns around its own pixel, which makes parts 4-connected.
    """
    columns = runs.width + 1
    heads = (sides.head * columns + sides.x) * 2 + sides.is_left
    tails = (sides.tail * columns + sides.x) * 2 + sides.is_left
    keys = np.concatenate((heads, tails))
    order = np.argsort(keys)
    return keys[order] >> 1, order


def _followers(corners: Integers, count: int) -> Integers:
    """Return for every side the one that follows: the corners of a row belong together two by two."""
    left, right = corners[0::2], corners[1::2]
    left_is_head = left < count
    following = np.empty(count, dtype=np.int64)
    following[np.where(left_is_head, left, right)] = np.where(left_is_head, right, left) - count
    return following


def _walk(following: Integers) -> _Trace:
    """Order the sides walk by walk, each from its lowest number on, by doubling the length of known stretches."""
    count = len(following)
    first = np.arange(count)
    reach = following
    while True:
        lower = np.minimum(first, first[reach])
        if np.array_equal(lower, first):
            break
        first, reach = lower, reach[reach]
    is_last = first == following
    still_to_go = np.where(is_last, 0, 1)
    reach = np.where(is_last, np.arange(count), following)
    while True:
        further = still_to_go[reach]
        if not further.any():
            break
        still_to_go, reach = still_to_go + further, reach[reach]
    leaders = np.flatnonzero(first == np.arange(count))
    lengths = still_to_go[leaders] + 1
    starts = np.cumsum(lengths) - lengths
    order = np.empty(count, dtype=np.int64)
    last_place = np.empty(count, dtype=np.int64)
    last_place[leaders] = starts + lengths - 1
    order[last_place[first] - still_to_go] = np.arange(count)
    return _Trace(order, starts)


def _cut_into_rings(sides: _Sides, trace: _Trace, keys: Integers, corners: Integers) -> tuple[list[Ring], Integers]:
    """Return simple rings and the walk each comes from: a walk is cut where it passes a vertex twice."""
    order = trace.order
    vertices = np.empty((2 * len(order), 2))
    vertices[:, 0] = np.repeat(sides.x[order], 2)
    vertices[0::2, 1] = sides.tail[order]
    vertices[1::2, 1] = sides.head[order]
    touches = _touches_by_walk(trace, keys, corners)
    bounds = [*(2 * trace.starts).tolist(), len(vertices)]
    rings: list[Ring] = []
    walks: list[int] = []
    for walk, (start, stop) in enumerate(itertools.pairwise(bounds)):
        pieces = _simple_loops(vertices, start, stop, touches[walk]) if walk in touches else [vertices[start:stop]]
        rings.extend(pieces)
        walks.extend([walk] * len(pieces))
    return rings, np.array(walks)


def _touches_by_walk(trace: _Trace, keys: Integers, corners: Integers) -> dict[int, list[tuple[int, int]]]:
    """Return for each walk that touches itself the (place in the vertices, vertex key) of all such passes, in order."""
    count = len(trace.order)
    place_of_side = np.empty(count, dtype=np.int64)
    place_of_side[trace.order] = np.arange(count)
    walk_of_side = trace.walk_of_side
    double = np.flatnonzero(keys[1:] == keys[:-1])
    first, second = corners[double], corners[double + 1]
    same_walk = walk_of_side[first % count] == walk_of_side[second % count]
    passes = np.concatenate((first[same_walk], second[same_walk]))
    places = 2 * place_of_side[passes % count] + (passes < count)
    order = np.argsort(places)
    touches: dict[int, list[tuple[int, int]]] = {}
    vertex_keys = np.tile(keys[double][same_walk], 2)
    found = zip(
        walk_of_side[passes % count][order].tolist(), places[order].tolist(), vertex_keys[order].tolist(), strict=True
    )
    for walk, place, key in found:
        touches.setdefault(walk, []).append((place, key))
    return touches


def _simple_loops(vertices: Ring, start: int, stop: int, passes: list[tuple[int, int]]) -> list[Ring]:
    """Cut the closed walk `vertices[start:stop]` at the vertices it passes twice."""
    loops: list[Ring] = []
    pieces: list[Ring] = []
    open_since: dict[int, int] = {}
    keys_on_path: list[int] = []
    since = start
    for place, key in passes:
        pieces.append(vertices[since:place])
        since = place
        if key not in open_since:
            open_since[key] = len(pieces)
            keys_on_path.append(key)
            continue
        depth = open_since[key]
        loops.append(np.concatenate(pieces[depth:]))
        del pieces[depth:]
        while keys_on_path[-1] != key:
            del open_since[keys_on_path.pop()]
    pieces.append(vertices[since:stop])
    loops.append(np.concatenate(pieces))
    return loops


def _outer_walks(runs: Runs, sides: _Sides, trace: _Trace) -> Integers:
    """Return for every walk the walk around the outside of the same part.

    The pixel above the top of a hole belongs to a run of that part; the walk along the left end of this run is the
    outer one or that of a hole further up, so that following it up ends at the outer one.
    """
    lengths = np.where(sides.is_left, -1, 1) * (sides.bottom - sides.top) * sides.x
    is_hole = np.add.reduceat(lengths[trace.order], trace.starts) < 0
    outer = np.arange(len(trace.starts))
    if not is_hole.any():
        return outer
    stride = runs.width + 1
    highest = trace.order[trace.starts[is_hole]]  # walks start at their highest, leftmost side
    above = (sides.top[highest] - 1) * stride + sides.x[highest]
    left_ends = runs.ends[0::2]
    row, x = np.divmod(left_ends[np.searchsorted(left_ends, above, side="right") - 1], stride)
    lefts = np.flatnonzero(sides.is_left)
    keys = sides.x[lefts] * (runs.height + 1) + sides.top[lefts]
    by_column = np.argsort(keys)
    lefts, keys = lefts[by_column], keys[by_column]
    side = lefts[np.searchsorted(keys, x * (runs.height + 1) + row, side="right") - 1]
    outer[is_hole] = trace.walk_of_side[side]
    while True:
        further = outer[outer]
        if np.array_equal(further, outer):
            return outer
        outer = further


def _assemble(rings: list[Ring], part_of_ring: Integers) -> Region:
    outers: dict[int, Ring] = {}
    holes: dict[int, list[Ring]] = {}
    for ring, part, is_outer in zip(rings, part_of_ring.tolist(), _run_clockwise(rings), strict=True):
        if is_outer:
            outers[part] = ring
        else:
            holes.setdefault(part, []).append(ring)
    return Region(tuple(Polygon(outer, holes.get(part, ())) for part, outer in outers.items()))


def _run_clockwise(rings: list[Ring]) -> list[bool]:
    """Say for each rectilinear ring whether it runs clockwise on the screen."""
    vertices = np.concatenate(rings)
    firsts = np.cumsum([0, *(len(ring) for ring in rings[:-1])])
    before = np.roll(vertices[:, 1], 1)
    before[firsts] = vertices[np.append(firsts[1:], len(vertices)) - 1, 1]
    areas = np.add.reduceat(vertices[:, 0] * (vertices[:, 1] - before), firsts)
    flags: list[bool] = (areas > 0).tolist()
    return flags
