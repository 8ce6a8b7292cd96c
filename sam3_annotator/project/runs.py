"""Row runs: the pixels of a mask as sorted left and right ends, the common ground of masks and regions."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sam3_annotator.project.regions import Region, Ring


@dataclass(frozen=True, slots=True, eq=False)
class Runs:
    """Runs of pixels inside a box of an image.

    The box starts at column `x0`, row `y0` and is `width` x `height` pixels. `ends` is int64, sorted, of even length:
    run *k* covers the positions `ends[2k]` up to but without `ends[2k + 1]`, where the position of a pixel of
    the box is `row * (width + 1) + column`. The extra column keeps runs from crossing into the next row.
    """

    x0: int
    y0: int
    width: int
    height: int
    ends: NDArray[np.int64]

    @property
    def area(self) -> int:
        """The number of pixels."""
        return int(self.ends[1::2].sum() - self.ends[0::2].sum())


_NOTHING = Runs(0, 0, 0, 0, np.empty(0, dtype=np.int64))


def runs_of_mask(mask: NDArray[np.bool_]) -> Runs:
    """Return the runs of a `(H, W)` bool mask; only the box around its pixels is looked at closely."""
    rows = np.flatnonzero(mask.any(axis=1))
    if not len(rows):
        return _NOTHING
    y0, y1 = int(rows[0]), int(rows[-1]) + 1
    columns = np.flatnonzero(mask[y0:y1].any(axis=0))
    x0, x1 = int(columns[0]), int(columns[-1]) + 1
    padded = np.zeros((y1 - y0, x1 - x0 + 1), dtype=np.bool_)
    padded[:, :-1] = mask[y0:y1, x0:x1]
    flat = padded.ravel()
    ends = np.flatnonzero(flat[1:] != flat[:-1]) + 1
    if flat[0]:
        ends = np.concatenate(([0], ends))
    return Runs(x0, y0, x1 - x0, y1 - y0, ends)


def box_mask_of_runs(runs: Runs) -> NDArray[np.bool_]:
    """Return the `(runs.height, runs.width)` mask of the box."""
    size = runs.height * (runs.width + 1)
    lengths = np.diff(runs.ends, prepend=0, append=size)
    values = np.zeros(len(lengths), dtype=np.bool_)
    values[1::2] = True
    return np.repeat(values, lengths).reshape(runs.height, runs.width + 1)[:, : runs.width]


def mask_of_runs(runs: Runs, height: int, width: int) -> NDArray[np.bool_]:
    """Return the `(height, width)` mask; the box must lie inside it."""
    mask = np.zeros((height, width), dtype=np.bool_)
    if len(runs.ends):
        mask[runs.y0 : runs.y0 + runs.height, runs.x0 : runs.x0 + runs.width] = box_mask_of_runs(runs)
    return mask


def runs_of_region(region: Region, height: int, width: int) -> Runs:
    """Return the pixels of a `height` x `width` image whose centres are inside the region.

    Rings are filled by the even-odd rule, which is the union for the disjoint polygons of a region. A centre exactly
    on an edge counts as right of and below it, so that it belongs to one of two neighbours and never to both.
    Parts outside the image are cut.
    """
    rings = [ring for polygon in region.polygons for ring in polygon.rings]
    return runs_of_rings(rings, 0, 0, width, height)


def runs_of_rings(rings: list[Ring], left: int, top: int, right: int, bottom: int) -> Runs:
    """Return the pixels inside the rings (even-odd) within columns `left..right` and rows `top..bottom`."""
    if not rings:
        return _NOTHING
    vertices = np.concatenate(rings)
    low, high = vertices.min(axis=0), vertices.max(axis=0)
    x0, y0 = (int(v) for v in np.clip(np.floor(low), (left, top), (right, bottom)))
    x1, y1 = (int(v) for v in np.clip(np.ceil(high), (left, top), (right, bottom)))
    if x1 <= x0 or y1 <= y0:
        return _NOTHING
    rows, columns = _crossings(vertices, [len(ring) for ring in rings], y0, y1)
    first_inside = np.clip(np.ceil(columns - 0.5), x0, x1).astype(np.int64) - x0
    ends = np.sort((rows - y0) * (x1 - x0 + 1) + first_inside)
    return Runs(x0, y0, x1 - x0, y1 - y0, _without_pairs(ends))


def _crossings(vertices: Ring, lengths: list[int], y0: int, y1: int) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """Return row and x of every crossing of an edge with the line through the centres of rows `y0..y1`."""
    after = np.roll(vertices, -1, axis=0)
    firsts = np.cumsum([0, *lengths[:-1]])
    after[firsts + np.array(lengths) - 1] = vertices[firsts]
    # The upper end first: an edge shared by two polygons then crosses a row at the very same x in both.
    swap = vertices[:, 1] > after[:, 1]
    upper = np.where(swap[:, None], after, vertices)
    lower = np.where(swap[:, None], vertices, after)
    first = np.clip(np.ceil(upper[:, 1] - 0.5), y0, y1).astype(np.int64)
    last = np.clip(np.ceil(lower[:, 1] - 0.5), y0, y1).astype(np.int64)
    counts = last - first
    edge = np.repeat(np.arange(len(counts)), counts)
    rows = np.arange(len(edge)) - np.repeat(np.cumsum(counts) - counts - first, counts)
    dx, dy = (lower - upper)[edge].T
    columns = upper[edge, 0] + (rows + 0.5 - upper[edge, 1]) * dx / dy
    return rows, columns


def _without_pairs(ends: NDArray[np.int64]) -> NDArray[np.int64]:
    """Drop every two equal neighbours of a sorted array: runs without pixels, or runs that touch."""
    if not np.any(ends[1:] == ends[:-1]):
        return ends
    values, counts = np.unique(ends, return_counts=True)
    odd: NDArray[np.int64] = values[counts % 2 == 1]
    return odd


def common_area(a: Runs, b: Runs) -> int:
    """Return the number of pixels in both; the two must be of the same box (see `runs_of_rings`)."""
    ends = np.sort(np.concatenate((a.ends, b.ends)))
    either_not_both = int(ends[1::2].sum() - ends[0::2].sum())
    return (a.area + b.area - either_not_both) // 2
