"""A row of a YOLO label file: the number of a class, a box or a ring in shares of the image, perhaps a score."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from sam3_annotator.project.errors import FormatError
from sam3_annotator.project.formats.yolo.rings import region_of_ring, to_whole_pixels
from sam3_annotator.project.regions import Region, Ring, rectangle

_MOST_CLASSES = 10**6
_BOX = 4


@dataclass(frozen=True, slots=True, eq=False)
class _RelativeRegion:
    """A region before the size of its image is known: `(N, 2)` vertices in shares of width and height.

    A box has its corners at the top left and at the bottom right. `where` is the file and the line.
    """

    vertices: Ring
    is_box: bool
    where: str

    def __call__(self, width: int, height: int) -> Region:
        """Return the region in pixels, cut at the image; raises FormatError if nothing of it has an area there."""
        if self.is_box:
            corners = to_whole_pixels(self.vertices * (width, height), width, height)
            region = rectangle(*np.clip(corners, 0, (width, height)).ravel().tolist())
        else:
            region = region_of_ring(self.vertices, width, height)
        if region.is_empty:
            raise FormatError(f"{self.where} has no area on its image, so it was left out.")
        return region


@dataclass(frozen=True, slots=True)
class Row:
    """An instance as a row tells it; `region_on` gives its region on an image of so many pixels in width and height."""

    number: int
    region_on: Callable[[int, int], Region]
    score: float | None


def read_row(line: str, keypoint_values: int, where: str) -> Row:
    """Read one row; `keypoint_values` is how many numbers of keypoints follow the box in this dataset.

    After the class come the 4 numbers of a box (centre, width, height), or the vertices of a ring, 4 if it is an
    oriented box; then perhaps a score, as in predictions. Keypoints are left out. `where` is for sentences of
    `Row.region_on`. Raises ValueError, as the end of a sentence.
    """
    words = line.split()
    number = _class_number(words[0])
    values = [_value(word) for word in words[1:]]
    if keypoint_values and len(values) - _BOX - keypoint_values in (0, 1):
        del values[_BOX : _BOX + keypoint_values]
    shape, score = (values[:-1], values[-1]) if len(values) % 2 else (values, None)
    if len(shape) < _BOX or (score is not None and not 0 <= score <= 1):
        raise ValueError(
            f"has {len(values)} numbers after the class; a box has 4, a polygon 6, 8, ..., and one between 0 and 1 may "
            "follow; keypoints take a kpt_shape in data.yaml"
        )
    beyond = next((value for value in shape if not -1 < value < 2), None)
    if beyond is not None:
        raise ValueError(f"has the coordinate {beyond:g}; coordinates are shares of width and height, from 0 to 1")
    vertices = _corners(shape) if len(shape) == _BOX else np.array(shape).reshape(-1, 2)
    return Row(number, _RelativeRegion(vertices, len(shape) == _BOX, where), score)


def _class_number(word: str) -> int:
    value = _value(word)
    if not (0 <= value < _MOST_CLASSES and value == int(value)):
        raise ValueError(f"has {word} for a class, which is no whole number from 0 on")
    return int(value)


def _value(word: str) -> float:
    try:
        value = float(word)
    except ValueError:
        value = math.nan
    if not math.isfinite(value):
        shown = word if len(word) <= 20 else f"{word[:20]}…"
        raise ValueError(f"has “{shown}” in place of a number")
    return value


def _corners(box: list[float]) -> Ring:
    x, y, width, height = box
    if width <= 0 or height <= 0:
        raise ValueError(f"has a box without area (width {width:g}, height {height:g})")
    return np.array([[x - width / 2, y - height / 2], [x + width / 2, y + height / 2]])
