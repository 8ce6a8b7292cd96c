"""The area of a shape of CVAT, of whatever kind, as a region."""

from __future__ import annotations

import math
from collections.abc import Callable
from xml.etree.ElementTree import Element

import numpy as np

from sam3_annotator.project.formats.rings.ellipses import ring_of_ellipse
from sam3_annotator.project.formats.rings.even_odd import fill_even_odd
from sam3_annotator.project.pixel_edges import region_of_runs
from sam3_annotator.project.regions import Polygon, Region, Ring, rectangle
from sam3_annotator.project.rle import mask_to_rle
from sam3_annotator.project.runs import Runs, box_mask_of_runs, without_pairs

_LARGEST = 1e7  # pixels; beyond is no coordinate but a fault
_MOST_PIXELS = 2**31 - 1
_DECIMALS = 6  # of turned vertices: a quarter turn brings whole pixels to whole pixels


def region_of_element(shape: Element, width: int, height: int) -> Region:
    """Return the region of a `box`, `polygon`, `mask` or `ellipse`.

    `width` and `height` are the size of its image, 0 if unknown. Coordinates are pixels from the corner of the image,
    angles degrees clockwise around the centre. A polygon is filled by the even-odd rule; a mask becomes a region along
    its pixel edges. Raises ValueError, as the end of a sentence, if there is no area in it.
    """
    region = _READERS[shape.tag](shape, width, height)
    if region.is_empty:
        raise ValueError("has no area")
    return region


def mask_attributes(runs: Runs) -> dict[str, str]:
    """Return pixels, of which there are some, as attributes of a `mask`: a box, and run lengths row by row in it."""
    left, top, width, height = runs.box_xywh
    x, y = left - runs.x0, top - runs.y0
    mask = box_mask_of_runs(runs)[y : y + height, x : x + width]
    counts = mask_to_rle(mask.T).counts  # turned, since COCO counts down the columns
    numbers = {"left": left, "top": top, "width": width, "height": height}
    return {"rle": ", ".join(map(str, counts.tolist())), **{name: str(number) for name, number in numbers.items()}}


def _read_box(shape: Element, *_: int) -> Region:
    left, right = sorted((_number(shape, "xtl"), _number(shape, "xbr")))
    top, bottom = sorted((_number(shape, "ytl"), _number(shape, "ybr")))
    region = rectangle(left, top, right, bottom)
    if region.is_empty or not _angle(shape):
        return region
    return Region((Polygon(_turned(region.polygons[0].outer, (left + right) / 2, (top + bottom) / 2, _angle(shape))),))


def _read_polygon(shape: Element, *_: int) -> Region:
    pairs = [pair.split(",") for pair in shape.get("points", "").strip("; \n").split(";")]
    if len(pairs) < 3:
        raise ValueError("has less than 3 vertices")
    try:
        ring = np.array([(float(x), float(y)) for x, y in pairs])
    except ValueError as error:
        raise ValueError("has vertices that are no pairs of numbers") from error
    if not np.all(np.abs(ring) < _LARGEST):
        raise ValueError("has numbers that are too large or not finite")
    return fill_even_odd(ring)


def _read_ellipse(shape: Element, *_: int) -> Region:
    x, y, rx, ry = (_number(shape, name) for name in ("cx", "cy", "rx", "ry"))
    if min(rx, ry) <= 0:
        return Region()
    return Region((Polygon(_turned(ring_of_ellipse(x, y, rx, ry), x, y, _angle(shape))),))


def _turned(ring: Ring, x: float, y: float, degrees: float) -> Ring:
    cos, sin = math.cos(math.radians(degrees)), math.sin(math.radians(degrees))
    centre = np.array([x, y])
    turned: Ring = ((ring - centre) @ np.array([[cos, sin], [-sin, cos]]) + centre).round(_DECIMALS)
    return turned


def _read_mask(shape: Element, width: int, height: int) -> Region:
    left, top, columns, rows = (_whole(shape, name) for name in ("left", "top", "width", "height"))
    if columns <= 0 or rows <= 0 or columns * rows > (width * height or _MOST_PIXELS):
        raise ValueError(f"has a mask of {columns} x {rows} pixels, but its image has {width} x {height}")
    try:
        lengths = np.array([float(length) for length in shape.get("rle", "").split(",")])
    except ValueError as error:
        raise ValueError("has run lengths that are no numbers") from error
    if not np.all((lengths >= 0) & (lengths <= _MOST_PIXELS) & (lengths == np.floor(lengths))):
        raise ValueError("has run lengths that are no whole numbers from 0 on")
    if lengths.sum() != columns * rows:
        raise ValueError(
            f"has a damaged mask: its runs have {lengths.sum():.0f} pixels, but {columns} x {rows} has another number"
        )
    return region_of_runs(_runs_by_row(lengths.astype(np.int64), (left, top, columns, rows)))


def _runs_by_row(lengths: np.ndarray[tuple[int], np.dtype[np.int64]], box: tuple[int, int, int, int]) -> Runs:
    """Cut runs, which go on from one row of the box to the next, at the ends of the rows."""
    left, top, width, height = box
    bounds = np.cumsum(lengths)
    starts, ends = bounds[0 : len(bounds) - 1 : 2], bounds[1::2]
    starts, ends = starts[ends > starts], ends[ends > starts]
    first, counts = starts // width, (ends - 1) // width - starts // width + 1
    rows = np.arange(counts.sum()) - np.repeat(np.cumsum(counts) - counts - first, counts)
    begin = np.maximum(np.repeat(starts, counts), rows * width)
    end = np.minimum(np.repeat(ends, counts), (rows + 1) * width)
    return Runs(left, top, width, height, without_pairs((np.stack((begin, end), axis=1) + rows[:, None]).ravel()))


def _number(shape: Element, name: str) -> float:
    text = shape.get(name, "")
    try:
        number = float(text)
    except ValueError:
        number = math.nan
    if not abs(number) < _LARGEST:
        raise ValueError(f"has “{text[:20]}” as its {name}, which is no number of pixels" if text else f"has no {name}")
    return number


def _whole(shape: Element, name: str) -> int:
    number = _number(shape, name)
    if not number.is_integer():
        raise ValueError(f"has {number:g} as its {name}, which is no whole number")
    return int(number)


def _angle(shape: Element) -> float:
    return _number(shape, "rotation") % 360 if shape.get("rotation") else 0.0


_READERS: dict[str, Callable[[Element, int, int], Region]] = {
    "box": _read_box,
    "polygon": _read_polygon,
    "mask": _read_mask,
    "ellipse": _read_ellipse,
}

AREAS = frozenset(_READERS)
"""The kinds of shapes that have an area, by their tags."""
