"""The rings of all instances in flat arrays, also simplified for distant views; without Qt."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from sam3_annotator.project import Region

Floats = NDArray[np.float64]
Ints = NDArray[np.intp]
Bools = NDArray[np.bool_]
Singles = NDArray[np.float32]
Vertices = NDArray[np.floating]

NO_VERTICES: Floats = np.empty((0, 2))
# Simplified outlines deviate by so much of a device pixel at most, which is not seen.
DEVIATION = 0.35
# Coarser than this an outline of any image is a speck.
MAX_LEVEL = 8
MAX_PASSES = 8
# A pass that drops a smaller share of the vertices is the last.
WORTH_ANOTHER_PASS = 0.05


@dataclass(frozen=True, slots=True, eq=False)
class Rings:
    """Rings of consecutive rows: row `i` has the rings `row_starts[i]..row_starts[i + 1]`, and so on for vertices.

    `vertices` is `(V, 2)` x, y in image pixels, `ring_starts` `(R + 1,)`, `row_starts` `(N + 1,)`.
    """

    vertices: Vertices
    ring_starts: Ints
    row_starts: Ints

    def taken(self, rows: Ints) -> tuple[Vertices, Ints]:
        """Give the vertices and ring starts of some rows, in their order."""
        rings = _concatenated_ranges(self.row_starts[rows], self.row_starts[rows + 1])
        starts, ends = self.ring_starts[rings], self.ring_starts[rings + 1]
        vertices = self.vertices[_concatenated_ranges(starts, ends)]
        return vertices, np.concatenate(([0], np.cumsum(ends - starts)))

    def appended(self, more: Rings) -> Rings:
        """Put the rows of `more` after these."""
        return Rings(
            np.concatenate((self.vertices, more.vertices), dtype=self.vertices.dtype),
            np.concatenate((self.ring_starts, more.ring_starts[1:] + self.ring_starts[-1])),
            np.concatenate((self.row_starts, more.row_starts[1:] + self.row_starts[-1])),
        )


def _concatenated_ranges(starts: Ints, ends: Ints) -> Ints:
    """Give `start..end` of each pair, one after the other."""
    lengths = ends - starts
    shifts = np.repeat(starts - np.concatenate(([0], np.cumsum(lengths)[:-1])), lengths)
    return shifts + np.arange(len(shifts))


@dataclass(frozen=True, slots=True, eq=False)
class Outlines:
    """One row per region: its box `(N, 4)` xyxy, its area `(N,)` and its rings at every level of detail asked for.

    Outer rings and holes are wound against each other, so vertices may run the other way than in the region.
    Level 0 is the region itself; each further level deviates by up to twice as much as the one before.
    """

    boxes_xyxy: Floats
    areas: Floats
    rings: Rings
    _levels: dict[int, Rings] = field(default_factory=dict)

    @staticmethod
    def of(regions: Sequence[Region]) -> Outlines:
        """Lay out regions in their order."""
        rings: list[Floats] = []
        kinds: list[float] = []
        counts: list[int] = []
        for region in regions:
            counts.append(0)
            for polygon in region.polygons:
                rings += polygon.rings
                kinds += [1.0] + [-1.0] * len(polygon.holes)
                counts[-1] += len(polygon.rings)
        flat = Rings(
            np.concatenate(rings) if rings else np.empty((0, 2)),
            _starts_of([len(ring) for ring in rings]),
            _starts_of(counts),
        )
        flat, ring_areas = _wound(flat, np.array(kinds))
        return Outlines(*_boxes_and_areas(flat, ring_areas), flat)

    def __len__(self) -> int:
        return len(self.areas)

    def at_level(self, level: int) -> Rings:
        """Give the rings at a level of detail; made when first asked for."""
        if level <= 0:
            return self.rings
        if level not in self._levels:
            finest = max((known for known in self._levels if known < level), default=0)
            self._levels[level] = simplified_rings(self.at_level(finest), tolerance_of_level(level))
        return self._levels[level]

    def appended(self, more: Outlines) -> Outlines:
        """Put the rows of `more` after these; levels made so far are kept."""
        levels = {level: rings.appended(more.at_level(level)) for level, rings in self._levels.items()}
        return Outlines(
            np.concatenate((self.boxes_xyxy, more.boxes_xyxy)),
            np.concatenate((self.areas, more.areas)),
            self.rings.appended(more.rings),
            levels,
        )

    def rows_in_box(self, box_xyxy: tuple[float, float, float, float]) -> Bools:
        """Tell `(N,)` which rows have boxes that touch this one."""
        boxes = self.boxes_xyxy
        x0, y0, x1, y1 = box_xyxy
        touches: Bools = (boxes[:, 0] <= x1) & (boxes[:, 2] >= x0) & (boxes[:, 1] <= y1) & (boxes[:, 3] >= y0)
        return touches


def _starts_of(lengths: Sequence[int]) -> Ints:
    return np.concatenate(([0], np.cumsum(lengths, dtype=np.intp)))


def _wound(rings: Rings, kinds: Floats) -> tuple[Rings, Floats]:
    """Turn outer rings (kind 1) one way and holes (kind -1) the other; also give the signed areas `(R,)`.

    So the rings of many regions can be filled at once by the winding rule: holes stay open, overlaps stay filled.
    """
    vertices, starts = rings.vertices, rings.ring_starts
    if not len(kinds):
        return rings, kinds
    following = np.arange(1, len(vertices) + 1)
    following[starts[1:] - 1] = starts[:-1]
    x, y = vertices[:, 0], vertices[:, 1]
    areas = np.add.reduceat(x * y[following] - y * x[following], starts[:-1]) / 2
    is_wrong = areas * kinds < 0
    if is_wrong.any():
        lengths = np.diff(starts)
        order = np.arange(len(vertices))
        mirrored = np.repeat(starts[:-1] + starts[1:] - 1, lengths) - order
        rings = Rings(vertices[np.where(np.repeat(is_wrong, lengths), mirrored, order)], starts, rings.row_starts)
    return rings, np.abs(areas) * kinds


def _boxes_and_areas(rings: Rings, ring_areas: Floats) -> tuple[Floats, Floats]:
    row_count = len(rings.row_starts) - 1
    boxes, areas = np.zeros((row_count, 4)), np.zeros(row_count)
    rows = np.flatnonzero(np.diff(rings.row_starts))
    if len(rows):
        first_rings = rings.row_starts[rows]
        first_vertices = rings.ring_starts[first_rings]
        boxes[rows, :2] = np.minimum.reduceat(rings.vertices, first_vertices)
        boxes[rows, 2:] = np.maximum.reduceat(rings.vertices, first_vertices)
        areas[rows] = np.add.reduceat(ring_areas, first_rings)
    return boxes, areas


def tolerance_of_level(level: int) -> float:
    """Give what one pass of simplification may deviate, in image pixels; 1 takes the stairs of a mask away."""
    return float(2.0 ** (level - 2))


def level_for_scale(device_scale: float) -> int:
    """Choose the coarsest level whose deviation is not seen at `device_scale` device pixels per image pixel."""
    level = math.floor(math.log2(DEVIATION / device_scale)) + 2
    return min(max(level, 0), MAX_LEVEL)


def simplified_rings(rings: Rings, tolerance: float) -> Rings:
    """Drop vertices nearer than `tolerance` to the line between their neighbours, in a few passes over all rings.

    Every ring keeps at least three vertices. Meant for painting only: rings may come to cross.
    """
    # Separate columns in single precision: a million vertices take a tenth of the time.
    x, y = (rings.vertices[:, column].astype(np.float32) for column in (0, 1))
    starts = rings.ring_starts
    for turn in range(MAX_PASSES):
        kept = np.flatnonzero(_kept_vertices(x, y, starts, tolerance, first=1 + turn % 2))
        dropped_share = 1 - len(kept) / max(len(x), 1)
        x, y, starts = x[kept], y[kept], np.searchsorted(kept, starts)
        if turn and dropped_share < WORTH_ANOTHER_PASS:
            break
    return Rings(np.stack((x, y), axis=1), starts, rings.row_starts)


def _kept_vertices(x: Singles, y: Singles, starts: Ints, tolerance: float, *, first: int) -> Bools:
    """Judge every other vertex, so that the neighbours of a dropped one stay; each ring's ends and middle stay too."""
    keep = np.ones(len(x), dtype=bool)
    previous_x, previous_y = x[first - 1 : -2 : 2], y[first - 1 : -2 : 2]
    step_x, step_y = x[first:-1:2] - previous_x, y[first:-1:2] - previous_y
    chord_x, chord_y = x[first + 1 :: 2] - previous_x, y[first + 1 :: 2] - previous_y
    chord_squared = chord_x * chord_x + chord_y * chord_y
    along = chord_x * step_x + chord_y * step_y
    cross = chord_x * step_y - chord_y * step_x
    limit = np.float32(tolerance**2)
    # A vertex may lie near the line but beyond its ends: such a spike must stay.
    is_on_chord = (cross * cross <= limit * chord_squared) & (along >= 0) & (along <= chord_squared)
    keep[first:-1:2] = ~(is_on_chord | (step_x * step_x + step_y * step_y <= limit))
    keep[starts[:-1]] = True
    keep[starts[1:] - 1] = True
    keep[(starts[:-1] + starts[1:]) // 2] = True
    return keep
