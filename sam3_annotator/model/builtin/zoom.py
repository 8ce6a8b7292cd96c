"""Square windows onto an image, and the pixels seen through them at the network's resolution."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

Box = tuple[float, float, float, float]
"""x0, y0, x1, y1 in image pixels."""

GREY = (127, 127, 127)
SMALLEST_SPAN = 48.0
"""A window is at least so many image pixels wide: closer up there is nothing more to see."""


@dataclass(frozen=True, slots=True)
class ViewWindow:
    """The square of `span` image pixels with its corner at `x0`, `y0`; it may reach beyond the image."""

    x0: float
    y0: float
    span: float

    @staticmethod
    def whole(image_size: tuple[int, int]) -> ViewWindow:
        """See the whole image of this height and width, centred."""
        height, width = image_size
        span = float(max(height, width))
        return ViewWindow((width - span) / 2, (height - span) / 2, span)

    @staticmethod
    def around(box: Box, margin: float, image_size: tuple[int, int]) -> ViewWindow:
        """See a box with `margin` times its longer side; moved into the image where it fits, else centred."""
        height, width = image_size
        span = max((box[2] - box[0]) * margin, (box[3] - box[1]) * margin, SMALLEST_SPAN)
        span = min(span, 1.05 * max(height, width))
        corner = []
        for low, high, size in ((box[0], box[2], width), (box[1], box[3], height)):
            start = (low + high - span) / 2
            corner.append(min(max(start, 0.0), size - span) if size > span else (size - span) / 2)
        return ViewWindow(corner[0], corner[1], span)

    @property
    def area(self) -> Box:
        """The window as a box."""
        return self.x0, self.y0, self.x0 + self.span, self.y0 + self.span

    def shows(self, box: Box, ideal: ViewWindow) -> bool:
        """Tell whether the window shows a box well enough to do for the `ideal` one."""
        x0, y0, x1, y1 = self.area
        room = 0.06 * self.span
        inside = x0 + room <= box[0] and y0 + room <= box[1] and box[2] <= x1 - room and box[3] <= y1 - room
        return (inside and 0.8 < ideal.span / self.span < 1.2) or self == ideal

    def place(self, x: float, y: float, side: int) -> tuple[float, float]:
        """Where an image point is in a view of `side` pixels."""
        return (x - self.x0) * side / self.span, (y - self.y0) * side / self.span

    def place_box(self, box: Box, side: int) -> Box:
        """Where a box is in a view of `side` pixels."""
        return (*self.place(box[0], box[1], side), *self.place(box[2], box[3], side))


class Pyramid:
    """An image and its halves, down to about the size of a view, so that every window is cut in little time."""

    def __init__(self, pixels: NDArray[np.uint8], side: int) -> None:
        """Halve `pixels` `(H, W, 3)` uint8 until the longer side is below `2 * side`."""
        self.levels = [pixels]
        while max(self.levels[-1].shape) > 2 * side:
            height, width = self.levels[-1].shape[:2]
            size = (max(1, width // 2), max(1, height // 2))
            self.levels.append(np.asarray(cv2.resize(self.levels[-1], size, interpolation=cv2.INTER_AREA), np.uint8))

    @property
    def nbytes(self) -> int:
        """Memory held by all levels."""
        return sum(level.nbytes for level in self.levels)

    @property
    def image_size(self) -> tuple[int, int]:
        """Height and width of the image."""
        return self.levels[0].shape[0], self.levels[0].shape[1]

    def cut(self, window: ViewWindow, side: int) -> NDArray[np.uint8]:
        """Give what the window shows as `(side, side, 3)` uint8; grey beyond the image."""
        index = 0
        while index + 1 < len(self.levels) and window.span / side > 1.5 * 2**index:
            index += 1
        level = self.levels[index]
        height, width = self.image_size
        area = (0.0, 0.0, float(width), float(height))
        matrix = view_to_grid(window, side, area, (level.shape[0], level.shape[1]))
        flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
        return np.asarray(cv2.warpAffine(level, matrix, (side, side), flags=flags, borderValue=GREY), np.uint8)


def view_to_grid(window: ViewWindow, side: int, area: Box, shape: tuple[int, int]) -> NDArray[np.float64]:
    """Give the `(2, 3)` matrix from pixel indices of a view to those of a grid `shape` laid over `area`."""
    rows = []
    for axis in (0, 1):
        start = (window.x0, window.y0)[axis]
        extent = area[axis + 2] - area[axis]
        cells = shape[1 - axis]
        scale = window.span / side * cells / extent
        # Pixel i is centred at i + 0.5, OpenCV's at i.
        offset = (start - area[axis]) * cells / extent + 0.5 * scale - 0.5
        rows.append([scale, 0.0, offset] if axis == 0 else [0.0, scale, offset])
    return np.array(rows)


@dataclass(frozen=True, slots=True, eq=False)
class Belief:
    """Where the object is thought to be: probabilities `(h, w)` float32 over an `area` of the image, 0 elsewhere.

    `window` is the one it was seen through, if any.
    """

    chance: NDArray[np.float32]
    area: Box
    window: ViewWindow | None = None

    @staticmethod
    def from_mask(mask: NDArray[np.bool_], side: int) -> Belief | None:
        """Take a mask `(H, W)` of the image at most `side` pixels fine; None if it is empty."""
        rows, columns = np.flatnonzero(mask.any(1)), np.flatnonzero(mask.any(0))
        if not len(rows):
            return None
        y0, y1, x0, x1 = int(rows[0]), int(rows[-1]) + 1, int(columns[0]), int(columns[-1]) + 1
        part = mask[y0:y1, x0:x1].astype(np.float32)
        scale = min(1.0, side / max(part.shape))
        size = (max(1, round(part.shape[1] * scale)), max(1, round(part.shape[0] * scale)))
        small = cv2.resize(part, size, interpolation=cv2.INTER_AREA)
        return Belief(np.pad(small, 1), _padded((x0, y0, x1, y1), small.shape))

    @staticmethod
    def from_logits(logits: NDArray[np.float32], image_size: tuple[int, int]) -> Belief:
        """Take logits `(h, w)` of the whole image."""
        return Belief(to_chance(logits), (0.0, 0.0, float(image_size[1]), float(image_size[0])))

    def seen_through(self, window: ViewWindow, side: int) -> NDArray[np.float32]:
        """Give the probabilities in a view, `(side, side)` float32."""
        shape = (self.chance.shape[0], self.chance.shape[1])
        matrix = view_to_grid(window, side, self.area, shape)
        flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
        return np.asarray(cv2.warpAffine(self.chance, matrix, (side, side), flags=flags), np.float32)

    def box(self, around: Sequence[tuple[float, float]] = ()) -> Box | None:
        """Bound what is on, of the parts that hold one of the points `around` if any does; None if all is off."""
        on = (self.chance > 0.5).astype(np.uint8)
        if around:
            on = parts_with(on, [self._cell(x, y) for x, y in around])
        rows, columns = np.flatnonzero(on.any(1)), np.flatnonzero(on.any(0))
        if not len(rows):
            return None
        x0, y0, x1, y1 = self.area
        across, down = (x1 - x0) / on.shape[1], (y1 - y0) / on.shape[0]
        low = (x0 + float(columns[0]) * across, y0 + float(rows[0]) * down)
        return (*low, x0 + (float(columns[-1]) + 1) * across, y0 + (float(rows[-1]) + 1) * down)

    def agrees(self, points: Sequence[tuple[float, float, bool]]) -> bool:
        """Tell whether just the positive points `x, y, positive`, in image pixels, are thought to be on the object."""
        return all(self._is_on(x, y) == positive for x, y, positive in points)

    def _is_on(self, x: float, y: float) -> bool:
        column, row = self._cell(x, y)
        height, width = self.chance.shape
        return 0 <= column < width and 0 <= row < height and bool(self.chance[int(row), int(column)] > 0.5)

    def _cell(self, x: float, y: float) -> tuple[float, float]:
        x0, y0, x1, y1 = self.area
        return (x - x0) * self.chance.shape[1] / (x1 - x0), (y - y0) * self.chance.shape[0] / (y1 - y0)


def _padded(box: tuple[int, int, int, int], shape: tuple[int, ...]) -> Box:
    """Give the area of a grid over `box` after one more cell on each side."""
    across, down = (box[2] - box[0]) / shape[1], (box[3] - box[1]) / shape[0]
    return box[0] - across, box[1] - down, box[2] + across, box[3] + down


def to_chance(logits: NDArray[np.float32]) -> NDArray[np.float32]:
    """Turn logits into probabilities."""
    return np.asarray(1 / (1 + np.exp(-np.clip(logits, -30, 30))), np.float32)


def parts_with(on: NDArray[np.uint8], points: Sequence[tuple[float, float]]) -> NDArray[np.uint8]:
    """Keep the connected parts of `on` `(h, w)` that hold a point (x, y in cells); all parts if none does."""
    count, labels = cv2.connectedComponents(on, connectivity=8)
    height, width = on.shape
    held = {int(labels[int(y), int(x)]) for x, y in points if 0 <= x < width and 0 <= y < height} - {0}
    if not held:
        return on
    keeps = np.zeros(count, np.uint8)
    keeps[list(held)] = 1
    return np.asarray(keeps[labels], np.uint8)
