"""The area of an instance in a form in which what was written and what was read can be compared."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol, Self

import numpy as np
from numpy.typing import NDArray

from sam3_annotator.project.geometry import region_iou
from sam3_annotator.project.regions import Polygon, Region, Ring
from sam3_annotator.project.runs import Runs, runs_of_region

Box = tuple[float, float, float, float]

_SLACK = 0.01  # pixels by which the decimals of a format may move an outline


class Area(Protocol):
    """What is compared: is it the same, is it so but for the outline, and else how alike are the two."""

    @property
    def box_xyxy(self) -> Box:
        """The box around it, in pixels."""

    def equals(self, other: Self) -> bool:
        """Whether the format gave back all there is."""

    def equals_but_for_outline(self, other: Self) -> bool:
        """Whether only what lies on the outline itself differs."""

    def iou(self, other: Self) -> float:
        """Return the IoU of the two."""


@dataclass(frozen=True, slots=True, eq=False)
class PixelArea:
    """The pixels of an instance.

    `ends` is int64, sorted, of even length: run *k* covers the positions from `ends[2k]` up to `ends[2k + 1]`, the
    position of a pixel being `row * (width + 1) + column` on an image `width` pixels wide. `outline` is the region that
    they are the pixels of, if it has to be as exact as its vertices are written only.
    """

    ends: NDArray[np.int64]
    width: int
    outline: Region | None = None

    @property
    def box_xyxy(self) -> Box:
        """The box around the pixels; all zeros if there are none."""
        if not len(self.ends):
            return (0, 0, 0, 0)
        rows, columns = np.divmod(self.ends, self.width + 1)
        return (int(columns[0::2].min()), int(rows[0]), int(columns[1::2].max()), int(rows[-1]) + 1)

    def equals(self, other: PixelArea) -> bool:
        """Whether the pixels are the same."""
        return np.array_equal(self.ends, other.ends)

    def equals_but_for_outline(self, other: PixelArea) -> bool:
        """Whether pixels differ only where the outline goes through their very centres, which decimals decide then."""
        import shapely

        if self.outline is None:
            return False
        places = _positions(np.sort(np.concatenate((self.ends, other.ends))))
        rows, columns = np.divmod(places, self.width + 1)
        rings = [shapely.LinearRing(ring) for polygon in self.outline.polygons for ring in polygon.rings]
        outline = shapely.MultiLineString(rings)
        shapely.prepare(outline)
        centres = shapely.points(columns + 0.5, rows + 0.5)
        return bool(np.all(shapely.dwithin(outline, centres, _SLACK)))

    def lies_within(self, other: PixelArea) -> bool:
        """Whether all pixels are pixels of the other, too."""
        in_one_only = _count(np.sort(np.concatenate((self.ends, other.ends))))
        return in_one_only == _count(other.ends) - _count(self.ends)

    def iou(self, other: PixelArea) -> float:
        """Return the IoU of the pixels; 1.0 if neither has any."""
        in_one_only = _count(np.sort(np.concatenate((self.ends, other.ends))))
        either = (_count(self.ends) + _count(other.ends) + in_one_only) // 2
        return 1.0 - in_one_only / either if either else 1.0


@dataclass(frozen=True, slots=True, eq=False)
class TurnedBox:
    """A box of any direction, by its four corners `(4, 2)` in pixels."""

    corners: Ring

    @property
    def box_xyxy(self) -> Box:
        """The upright box around it."""
        return (*self.corners.min(axis=0).tolist(), *self.corners.max(axis=0).tolist())

    def equals(self, other: TurnedBox) -> bool:
        """Whether no corner is further from the other box than decimals can tell."""
        import shapely

        ours, theirs = (shapely.LinearRing(box.corners) for box in (self, other))
        return bool(shapely.hausdorff_distance(ours, theirs) <= _SLACK)

    def equals_but_for_outline(self, other: TurnedBox) -> bool:
        """Whether the boxes are equal: there is nothing between."""
        return self.equals(other)

    def iou(self, other: TurnedBox) -> float:
        """Return the IoU of the boxes."""
        return region_iou(*(Region((Polygon(box.corners),)) for box in (self, other)))


def pixels_of_region(region: Region, height: int, width: int, *, has_outline: bool = False) -> PixelArea:
    """Return the pixels of a region on an image; with `has_outline` the region stays with them."""
    return pixels_of_runs(runs_of_region(region, height, width), width, region if has_outline else None)


def pixels_of_runs(runs: Runs, width: int, outline: Region | None = None) -> PixelArea:
    """Return the pixels of runs on an image `width` pixels wide."""
    rows, columns = np.divmod(runs.ends, runs.width + 1)
    return PixelArea((rows + runs.y0) * (width + 1) + columns + runs.x0, width, outline)


def _positions(ends: NDArray[np.int64]) -> NDArray[np.int64]:
    starts, counts = ends[0::2], ends[1::2] - ends[0::2]
    firsts = np.cumsum(counts) - counts
    return np.repeat(starts - firsts, counts) + np.arange(int(counts.sum()))


def _count(ends: NDArray[np.int64]) -> int:
    return int(ends[1::2].sum() - ends[0::2].sum())
