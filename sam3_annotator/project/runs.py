"""Row runs: the pixels of a mask as sorted left and right ends, the common ground of masks and regions."""

from __future__ import annotations

import itertools
import math
from dataclasses import dataclass
from typing import Any

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

    @property
    def box_xywh(self) -> tuple[int, int, int, int]:
        """The smallest box around the pixels as x, y, width, height; all zeros if there are none."""
        if not len(self.ends):
            return (0, 0, 0, 0)
        row = self.ends // (self.width + 1)
        column = self.ends - row * (self.width + 1)
        left, right = int(column[0::2].min()), int(column[1::2].max())
        top, bottom = int(row[0]), int(row[-1]) + 1
        return (self.x0 + left, self.y0 + top, right - left, bottom - top)


_BLOCK = 64
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
    _copy(mask[y0:y1, x0:x1], padded[:, :-1])
    flat = padded.ravel()
    ends = np.flatnonzero(flat[1:] != flat[:-1]) + 1
    if flat[0]:
        ends = np.concatenate(([0], ends))
    return Runs(x0, y0, x1 - x0, y1 - y0, ends)


def runs_by_value(values: NDArray[np.integer[Any]]) -> dict[int, Runs]:
    """Return the runs of every value but 0 of a `(H, W)` array of whole numbers, smallest value first."""
    height, width = values.shape
    if not values.size:
        return {}
    starts_here = np.ones((height, width), dtype=np.bool_)
    np.not_equal(values[:, 1:], values[:, :-1], out=starts_here[:, 1:])
    starts = np.flatnonzero(starts_here)
    ends = np.append(starts[1:], values.size)
    value = values.ravel()[starts]
    order = np.argsort(value, kind="stable")
    order = order[value[order] != 0]
    value, starts, ends = value[order], starts[order], ends[order]
    found, firsts = np.unique(value, return_index=True)
    bounds = itertools.pairwise([*firsts.tolist(), len(value)])
    return {
        number: _runs_of_places(starts[first:last], ends[first:last], width)
        for number, (first, last) in zip(found.tolist(), bounds, strict=True)
    }


def _runs_of_places(starts: NDArray[np.int64], ends: NDArray[np.int64], width: int) -> Runs:
    """Return runs within rows, counted through the pixels of an image of `width`, without the extra column."""
    row = starts // width
    left, right = starts - row * width, ends - row * width
    x0, x1, y0 = int(left.min()), int(right.max()), int(row[0])
    row_start = (row - y0) * (x1 - x0 + 1) - x0
    return Runs(x0, y0, x1 - x0, int(row[-1]) + 1 - y0, np.column_stack((row_start + left, row_start + right)).ravel())


def _copy(source: NDArray[np.bool_], target: NDArray[np.bool_]) -> None:
    """Copy in blocks that fit the processor's cache if `source` runs down its columns: five times as fast then."""
    height, width = (source.shape[0], source.shape[1]) if abs(source.strides[1]) == 1 else (_BLOCK, 4 * _BLOCK)
    for y in range(0, source.shape[0], height):
        for x in range(0, source.shape[1], width):
            target[y : y + height, x : x + width] = source[y : y + height, x : x + width]


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
    x0, y0, x1, y1 = region.box_xyxy
    box = (max(math.floor(x0), 0), max(math.floor(y0), 0), min(math.ceil(x1), width), min(math.ceil(y1), height))
    return runs_in_box(region, box)


def runs_in_box(region: Region, box: tuple[int, int, int, int]) -> Runs:
    """Return the pixels of a box (x0, y0, x1, y1) that are inside, by the rule of `runs_of_region`."""
    x0, y0, x1, y1 = box
    rings = [ring for polygon in region.polygons for ring in polygon.rings]
    if not rings or x1 <= x0 or y1 <= y0:
        return _NOTHING
    rows, columns = _crossings(np.concatenate(rings), [len(ring) for ring in rings], y0, y1)
    first_inside = np.clip(np.ceil(columns - 0.5), x0, x1).astype(np.int64) - x0
    ends = np.sort((rows - y0) * (x1 - x0 + 1) + first_inside)
    return Runs(x0, y0, x1 - x0, y1 - y0, without_pairs(ends))


def _crossings(vertices: Ring, lengths: list[int], y0: int, y1: int) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """Return row and x of every crossing of an edge with the line through the centres of rows `y0..y1`."""
    after = np.roll(vertices, -1, axis=0)
    firsts = np.cumsum([0, *lengths[:-1]])
    after[firsts + np.array(lengths) - 1] = vertices[firsts]
    row_before, row_after = (np.clip(np.ceil(ends[:, 1] - 0.5), y0, y1).astype(np.int64) for ends in (vertices, after))
    crosses = row_before != row_after
    before, after, row_before, row_after = (a[crosses] for a in (vertices, after, row_before, row_after))
    # The upper end first: an edge shared by two polygons then crosses a row at the very same x in both.
    is_upward = row_before > row_after
    upper = np.where(is_upward[:, None], after, before)
    lower = np.where(is_upward[:, None], before, after)
    first, counts = np.minimum(row_before, row_after), np.abs(row_after - row_before)
    rows = np.arange(int(counts.sum())) - np.repeat(np.cumsum(counts) - counts - first, counts)
    slope = (lower[:, 0] - upper[:, 0]) / (lower[:, 1] - upper[:, 1])
    start = np.repeat(np.column_stack((upper, slope)), counts, axis=0)
    return rows, start[:, 0] + (rows + 0.5 - start[:, 1]) * start[:, 2]


def without_pairs(ends: NDArray[np.int64]) -> NDArray[np.int64]:
    """Drop every two equal neighbours of a sorted array: runs without pixels, or runs that touch."""
    if not np.any(ends[1:] == ends[:-1]):
        return ends
    values, counts = np.unique(ends, return_counts=True)
    odd: NDArray[np.int64] = values[counts % 2 == 1]
    return odd


def pixel_iou(a: Region, b: Region) -> float:
    """Return the IoU of the pixels of two regions, wherever they lie; 1.0 if neither has any."""
    boxes = np.array([a.box_xyxy, b.box_xyxy])
    low, high = np.floor(boxes[:, :2].min(axis=0)), np.ceil(boxes[:, 2:].max(axis=0))
    box = (int(low[0]), int(low[1]), int(high[0]), int(high[1]))
    in_a, in_b = runs_in_box(a, box), runs_in_box(b, box)
    ends = np.sort(np.concatenate((in_a.ends, in_b.ends)))
    in_one_only = int(ends[1::2].sum() - ends[0::2].sum())
    union = (in_a.area + in_b.area + in_one_only) // 2
    return 1.0 if union == 0 else 1.0 - in_one_only / union
