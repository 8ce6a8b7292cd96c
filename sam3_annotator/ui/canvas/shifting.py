"""How far what lies on an image may be moved; without Qt."""

from __future__ import annotations

import math

from sam3_annotator.ui.canvas.hit_test import BoxXyxy

Shift = tuple[int, int]
Size = tuple[int, int]


def kept_shift(shift: tuple[float, float], box_xyxy: BoxXyxy, image_size: Size) -> Shift:
    """Limit a shift in image pixels to whole ones that keep a box on the image, `(width, height)`.

    A box that is beyond a border already goes no farther beyond it.
    """
    (dx, dy), (x0, y0, x1, y1), (width, height) = shift, box_xyxy, image_size
    return _kept_way(dx, x0, x1, width), _kept_way(dy, y0, y1, height)


def side_shift(distance: int, box_xyxy: BoxXyxy, image_size: Size) -> Shift:
    """Return the shift by `distance` pixels to the right and down, along each axis the other way if there is no room.

    Where there is none either way it goes as far as it can.
    """
    right, down = kept_shift((distance, distance), box_xyxy, image_size)
    left, up = kept_shift((-distance, -distance), box_xyxy, image_size)
    return max(right, left, key=abs), max(down, up, key=abs)


def _kept_way(way: float, low: float, high: float, length: int) -> int:
    """Limit the way of `low..high` so that it does not leave `0..length`, or not farther than it has already."""
    return min(max(round(way), math.ceil(min(-low, 0))), math.floor(max(length - high, 0)))
