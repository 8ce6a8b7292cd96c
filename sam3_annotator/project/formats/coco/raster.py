"""What the COCO tools make of a polygon, to know before the export how well it stands for the region."""

# The rule of the tools: corners are rounded to fifths of a pixel, each side becomes a chain of such points, and
# where a chain crosses the middle of a column the column changes between inside and outside.

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from sam3_annotator.project.regions import Ring
from sam3_annotator.project.rle import Rle
from sam3_annotator.project.runs import without_pairs

_FINENESS = 5
_MIDDLE = 2  # the fifth that the middle of a pixel lies in

Integers = NDArray[np.int64]


def coco_iou(rings: Sequence[Ring], rle: Rle) -> float:
    """Return the IoU of a mask with what the COCO tools make of `rings`, x and y within the image."""
    theirs = _union([_filled(ring, rle.height, rle.width) for ring in rings])
    bounds = np.cumsum(rle.counts, dtype=np.int64)
    ours = bounds[: len(bounds) // 2 * 2]
    in_one_only = _length(without_pairs(np.sort(np.concatenate((theirs, ours)))))
    either = (_length(theirs) + rle.area + in_one_only) // 2
    return 1.0 - in_one_only / either if either else 1.0


def _length(ends: Integers) -> int:
    return int(ends[1::2].sum() - ends[0::2].sum())


def _filled(ring: Ring, height: int, width: int) -> Integers:
    """Return the sorted bounds of the runs of pixels inside, counted down the columns."""
    x, y = np.floor(_FINENESS * ring + 0.5).astype(np.int64).T
    u, v = _chain(np.append(x, x[0]), np.append(y, y[0]))
    steps = np.flatnonzero(u[1:] != u[:-1])
    left, upper = np.minimum(u[steps], u[steps + 1]), np.minimum(v[steps], v[steps + 1])
    column = (left - _MIDDLE) // _FINENESS
    is_middle = ((left - _MIDDLE) % _FINENESS == 0) & (column >= 0) & (column < width)
    row = np.clip(-((_MIDDLE - upper[is_middle]) // _FINENESS), 0, height)
    return without_pairs(np.sort(column[is_middle] * height + row))


def _chain(x: Integers, y: Integers) -> tuple[Integers, Integers]:
    """Return the points of the sides of a closed ring, one per step along the longer direction."""
    dx, dy = np.diff(x), np.diff(y)
    is_wide = np.abs(dx) >= np.abs(dy)
    long_side = np.where(is_wide, np.abs(dx), np.abs(dy))
    is_backward = np.where(is_wide, dx < 0, dy < 0)
    counts = long_side + 1
    step = np.arange(counts.sum()) - np.repeat(np.cumsum(counts) - counts, counts)
    side = np.repeat(np.arange(len(counts)), counts)
    along = np.where(is_backward[side], long_side[side] - step, step)
    first_x, first_y = np.where(is_backward, x[1:], x[:-1])[side], np.where(is_backward, y[1:], y[:-1])[side]
    short = np.where(is_wide, dy, dx) * np.where(is_backward, -1, 1)
    slope = (short / np.maximum(long_side, 1))[side]
    wide = is_wide[side]
    u = np.where(wide, first_x + along, (first_x + slope * along + 0.5).astype(np.int64))
    v = np.where(wide, (first_y + slope * along + 0.5).astype(np.int64), first_y + along)
    return u, v


def _union(parts: Sequence[Integers]) -> Integers:
    """Return the runs of what is in any of the parts."""
    if len(parts) == 1:
        return parts[0]
    places = np.concatenate(parts)
    changes = np.concatenate([np.where(np.arange(len(part)) % 2, -1, 1) for part in parts])
    order = np.lexsort((-changes, places))  # at one place, a run begins before another ends: they touch
    depth = np.cumsum(changes[order])
    is_bound = (depth == 0) | ((depth == 1) & (changes[order] == 1))
    ends: Integers = places[order][is_bound]
    return ends
