"""A rectangular part of an image, looked at in a resolution of its own."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass

CUT_WITHIN = 2.0
"""Pixels from a side of a window at which an outline, which may be simplified, counts as ending there."""


OVERLAP = 0.25
"""How much of their side the parts of an image have in common with the next."""


@dataclass(frozen=True, slots=True)
class Window:
    """The pixels `x0 <= x < x1`, `y0 <= y < y1` of an image; never empty."""

    x0: int
    y0: int
    x1: int
    y1: int

    @classmethod
    def around(cls, pixels: Iterable[tuple[int, int]], margin: float, image_size: tuple[int, int]) -> Window:
        """Make the window of pixels (x, y) of an image and a margin around them, as far as the image reaches."""
        height, width = image_size
        columns, rows = zip(*pixels, strict=True)
        return cls(
            max(0, int(min(columns) - margin)),
            max(0, int(min(rows) - margin)),
            min(width, int(max(columns) + margin) + 1),
            min(height, int(max(rows) + margin) + 1),
        )

    @classmethod
    def parts(cls, image_size: tuple[int, int], count: int) -> list[Window]:
        """Cover an image of this height and width with overlapping squares, `count` along its longer side.

        What is clearly smaller than the overlap, a quarter of their side, lies whole in one of them.
        """
        side = math.ceil(max(image_size) / (count - OVERLAP * (count - 1)))
        tops, lefts = (_starts(length, side) for length in image_size)
        return [
            cls(left, top, min(left + side, image_size[1]), min(top + side, image_size[0]))
            for top in tops
            for left in lefts
        ]

    @property
    def size(self) -> tuple[int, int]:
        """Height and width in image pixels."""
        return self.y1 - self.y0, self.x1 - self.x0

    def size_within(self, side: int) -> tuple[int, int]:
        """Height and width when shrunk so that the longer one is at most `side`; each at least 1."""
        scale = min(1.0, side / max(self.size))
        return max(1, round(self.size[0] * scale)), max(1, round(self.size[1] * scale))

    def holds(self, x: int, y: int) -> bool:
        """Whether an image pixel is in the window."""
        return self.x0 <= x < self.x1 and self.y0 <= y < self.y1

    def shows(self, box_xyxy: tuple[float, float, float, float]) -> bool:
        """Whether all of a box lies in the window."""
        x0, y0, x1, y1 = box_xyxy
        return self.x0 <= x0 and self.y0 <= y0 and x1 <= self.x1 and y1 <= self.y1

    def cuts(self, box_xyxy: tuple[float, float, float, float], image_size: tuple[int, int]) -> bool:
        """Whether what has this box ends at a side of the window within an image of this height and width.

        There may be more of it beyond.
        """
        height, width = image_size
        x0, y0, x1, y1 = box_xyxy
        return (
            (self.x0 > 0 and x0 - self.x0 < CUT_WITHIN)
            or (self.y0 > 0 and y0 - self.y0 < CUT_WITHIN)
            or (self.x1 < width and self.x1 - x1 < CUT_WITHIN)
            or (self.y1 < height and self.y1 - y1 < CUT_WITHIN)
        )

    def place(self, x: int, y: int, shape: tuple[int, int]) -> tuple[int, int]:
        """Return column and row of an image pixel where the window is shown with this height and width."""
        column = int((x + 0.5 - self.x0) * shape[1] / self.size[1])
        row = int((y + 0.5 - self.y0) * shape[0] / self.size[0])
        return min(max(column, 0), shape[1] - 1), min(max(row, 0), shape[0] - 1)


def _starts(length: int, side: int) -> list[int]:
    """Give where parts of this side begin along a side of the image, evenly."""
    if length <= side:
        return [0]
    count = math.ceil((length - OVERLAP * side) / ((1 - OVERLAP) * side))
    return [round(number * (length - side) / (count - 1)) for number in range(count)]
