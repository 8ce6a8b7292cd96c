"""Run-length code of masks as COCO defines it: down the columns, zeros first."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from sam3_annotator.project.pixel_edges import region_of_runs
from sam3_annotator.project.regions import Region
from sam3_annotator.project.runs import Runs, box_mask_of_runs, runs_of_mask, without_pairs

_FIRST_CHARACTER = 48
_CHARACTER_BITS = 5
_MORE = 0x20
_LONGEST_NUMBER = 7  # characters of a number of 32 bits
_MOST_PIXELS = 2**31 - 1


@dataclass(frozen=True, slots=True, eq=False)
class Rle:
    """The code of one mask: `counts` (uint32) are lengths of runs of 0, 1, 0, ... pixels, column after column.

    Raises ValueError if the counts are not those of a `height` x `width` mask.
    """

    height: int
    width: int
    counts: NDArray[np.uint32]

    def __post_init__(self) -> None:
        """Check that the runs fill the mask."""
        total = int(self.counts.sum(dtype=np.uint64))
        if total != self.height * self.width:
            raise ValueError(f"the runs have {total} pixels, but {self.height} x {self.width} has another number")

    @property
    def area(self) -> int:
        """The number of pixels of the mask."""
        return int(self.counts[1::2].sum(dtype=np.uint64))


def mask_to_rle(mask: NDArray[np.bool_]) -> Rle:
    """Return the code of a `(H, W)` bool mask."""
    return _rle_of_columns(runs_of_mask(mask.T), *mask.shape)


def runs_to_rle(runs: Runs, height: int, width: int) -> Rle:
    """Return the code of row runs in a `height` x `width` image."""
    columns = runs_of_mask(box_mask_of_runs(runs).T)
    return _rle_of_columns(replace(columns, x0=columns.x0 + runs.y0, y0=columns.y0 + runs.x0), height, width)


def _rle_of_columns(columns: Runs, height: int, width: int) -> Rle:
    """Make the code from the runs of the transposed mask."""
    column = columns.ends // (columns.width + 1)
    row = columns.ends - column * (columns.width + 1)
    places = without_pairs((column + columns.y0) * height + row + columns.x0)
    bounds = np.concatenate(([0], places, [height * width]))
    counts = np.diff(bounds)
    if len(counts) > 1 and counts[-1] == 0:
        counts = counts[:-1]
    return Rle(height, width, counts.astype(np.uint32))


def rle_to_region(rle: Rle) -> Region:
    """Return the region of the mask along its pixel edges; only the columns that have pixels are filled."""
    bounds = np.cumsum(rle.counts, dtype=np.int64)
    if rle.area == 0:
        return Region()
    starts, ends = bounds[0 : len(bounds) - 1 : 2], bounds[1::2]
    some = ends > starts
    first = int(starts[some][0]) // rle.height
    last = (int(ends[some][-1]) - 1) // rle.height
    inside = np.clip(bounds, first * rle.height, (last + 1) * rle.height) - first * rle.height
    lengths = np.diff(inside, prepend=0)
    values = np.arange(len(lengths)) % 2 == 1
    mask = np.repeat(values, lengths).reshape(-1, rle.height).T
    runs = runs_of_mask(mask)
    return region_of_runs(replace(runs, x0=runs.x0 + first))


def rle_to_coco_string(rle: Rle) -> str:
    """Return the counts as the ASCII string that COCO calls compressed.

    From the fourth on a count is written as the difference to the one before the last. A number is a series of 5 bits
    each, lowest first; a bit says that more follow, and the last of them carries the sign.
    """
    counts = rle.counts.astype(np.int64)
    numbers = counts.copy()
    numbers[3:] -= counts[1:-2]
    size = np.where(numbers < 0, ~numbers, numbers)
    limits = 2 ** (_CHARACTER_BITS * np.arange(1, _LONGEST_NUMBER) - 1)
    lengths = 1 + np.searchsorted(limits, size, side="right")
    place = np.arange(lengths.sum()) - np.repeat(np.cumsum(lengths) - lengths, lengths)
    bits = (np.repeat(numbers, lengths) >> (_CHARACTER_BITS * place)) & (_MORE - 1)
    more = place < np.repeat(lengths, lengths) - 1
    characters: bytes = (bits + _MORE * more + _FIRST_CHARACTER).astype(np.uint8).tobytes()
    return characters.decode("ascii")


def coco_string_to_counts(string: str) -> NDArray[np.uint32]:
    """Return the counts of a compressed string; raises ValueError if it is none."""
    # A character beyond ASCII becomes a reference, whose & is none of the code's.
    ascii_only = string.encode("ascii", errors="xmlcharrefreplace")
    code = np.frombuffer(ascii_only, dtype=np.uint8).astype(np.int64) - _FIRST_CHARACTER
    if np.any((code < 0) | (code >= 2 * _MORE)) or (len(code) and code[-1] & _MORE):
        raise ValueError("the run-length string has characters that do not belong there, or is cut off")
    is_last = code & _MORE == 0
    lengths = np.diff(np.flatnonzero(is_last), prepend=-1)
    if lengths.max(initial=0) > _LONGEST_NUMBER:
        raise ValueError("the run-length string has a number that is too large")
    starts = np.cumsum(lengths) - lengths
    place = np.arange(len(code)) - np.repeat(starts, lengths)
    numbers = np.add.reduceat((code & (_MORE - 1)) << (_CHARACTER_BITS * place), starts) if len(code) else code
    is_negative = code[is_last] & (_MORE >> 1) != 0
    numbers = numbers - (is_negative.astype(np.int64) << (_CHARACTER_BITS * lengths))
    counts = numbers.copy()
    counts[1::2] = np.cumsum(numbers[1::2])
    counts[2::2] = np.cumsum(numbers[2::2])
    if np.any((counts < 0) | (counts > _MOST_PIXELS)):
        raise ValueError("the run-length string has a run of negative or absurd length")
    result: NDArray[np.uint32] = counts.astype(np.uint32)
    return result
