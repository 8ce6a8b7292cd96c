"""Draws masks of an image's size from low-resolution logits, computing only what lies on outlines."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

Indices = NDArray[np.intp]


def paint_positive(mask: NDArray[np.bool_], logits: NDArray[np.float32]) -> tuple[slice, slice]:
    """Set the pixels of an empty, contiguous `mask` `(H, W)` where the logits `(h, w)` of the whole image are positive.

    Returns the rows and columns outside of which nothing is set.

    The same as resizing all logits (bilinear, half-pixel centres, `align_corners=False`) and comparing with 0. Down a
    column of pixels the values run straight from one row of logits to the next, so that it is enough to know where the
    sign turns; and it turns only in cells of four neighbouring logits of which some are positive and some are not.
    """
    is_on = logits > 0
    rows, columns = np.flatnonzero(is_on.any(1)), np.flatnonzero(is_on.any(0))
    if not len(rows):
        return slice(0, 0), slice(0, 0)
    down = _Taps.between(logits.shape[0], mask.shape[0]).around(rows[0], rows[-1])
    across = _Taps.between(logits.shape[1], mask.shape[1]).around(columns[0], columns[-1])
    if not len(down.place) or not len(across.place):  # it lies between the pixels of a smaller image
        return slice(0, 0), slice(0, 0)
    levels = mask.view(np.uint8)
    part = levels[down.pixels, across.pixels]
    part[0] = across.blend(logits, down.low[0], np.arange(len(across.place))) > 0
    row, column = _find_turns(logits, is_on, down, across)
    turns = (row + down.first) * mask.shape[1] + column + across.first
    np.bitwise_xor.at(levels.reshape(-1), turns, np.ones(len(turns), np.uint8))
    for above, below in pairwise(part):
        np.bitwise_xor(above, below, out=below)
    return down.pixels, across.pixels


def _find_turns(
    logits: NDArray[np.float32], is_on: NDArray[np.bool_], down: _Taps, across: _Taps
) -> tuple[Indices, Indices]:
    """Find the pixels `(row, column)`, counted from the taps' first, whose sign is not that of the pixel above."""
    low_row, column = _outline(is_on, down, across)
    above, below = across.blend(logits, low_row, column), across.blend(logits, low_row + 1, column)
    turning = np.flatnonzero((above > 0) != (below > 0))
    above, below = above[turning].astype(np.float64), below[turning].astype(np.float64)
    zero = low_row[turning] + above / (above - below)
    # A pixel at the very zero is not positive: it still belongs to what comes before a rise.
    row = np.searchsorted(down.place, np.where(below > 0, np.nextafter(zero, np.inf), zero))
    is_within = row < len(down.place)
    return row[is_within], column[turning][is_within]


def _outline(is_on: NDArray[np.bool_], down: _Taps, across: _Taps) -> tuple[Indices, Indices]:
    """List the columns of pixels that cross each cell on an outline: the row of logits above it, and the column."""
    rows = is_on[down.low[0] : down.high[-1] + 1]
    upper, lower = rows[:-1], rows[1:]
    some, every = upper | lower, upper & lower
    some[:, :-1], every[:, :-1] = some[:, :-1] | some[:, 1:], every[:, :-1] & every[:, 1:]
    row, cell = np.nonzero(some & ~every)
    starts = np.searchsorted(across.low, np.arange(is_on.shape[1] + 1))
    start, widths = starts[cell], starts[cell + 1] - starts[cell]
    steps = np.arange(widths.sum()) - np.repeat(np.cumsum(widths) - widths, widths)
    return np.repeat(row + down.low[0], widths), np.repeat(start, widths) + steps


@dataclass(frozen=True, slots=True, eq=False)
class _Taps:
    """At which `place` among source pixels, between which two, each target pixel from `first` on lies."""

    first: int
    place: NDArray[np.float32]
    low: Indices
    high: Indices

    @staticmethod
    def between(source_size: int, target_size: int) -> _Taps:
        """Lay target pixels over source pixels, edge on edge."""
        # In single precision, as the resizing that this stands for.
        scale = np.float32(source_size) / np.float32(target_size)
        place = (np.arange(target_size, dtype=np.float32) + np.float32(0.5)) * scale - np.float32(0.5)
        place = np.maximum(place, np.float32(0))
        low = place.astype(np.intp)
        return _Taps(0, place, low, np.minimum(low + 1, source_size - 1))

    def around(self, first_source: int, last_source: int) -> _Taps:
        """Keep the target pixels that any of these source pixels has a part in."""
        start, stop = np.searchsorted(self.high, first_source), np.searchsorted(self.low, last_source, "right")
        part = slice(int(start), int(stop))
        return _Taps(self.first + int(start), self.place[part], self.low[part], self.high[part])

    @property
    def pixels(self) -> slice:
        """The target pixels themselves."""
        return slice(self.first, self.first + len(self.place))

    def blend(self, values: NDArray[np.float32], row: Indices | int, pixel: Indices) -> NDArray[np.float32]:
        """Give values of source rows at the places of target pixels, counted from the first."""
        low, high = self.low[pixel], self.high[pixel]
        weight = self.place[pixel] - low.astype(np.float32)
        blended: NDArray[np.float32] = values[row, low] * (1 - weight) + values[row, high] * weight
        return blended
