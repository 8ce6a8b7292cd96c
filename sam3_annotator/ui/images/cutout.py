"""The part of an image that is shown of a region: which square, and its pixels at the size it is shown in."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QRect, Qt
from PySide6.QtGui import QImage

MARGIN: Final = 0.2
"""What is shown around a region on each side, as a share of its longer side."""
LEAST_SIDE: Final = 24
"""Image pixels shown at least: of a speck, its surroundings say what it is."""
OVERSAMPLING: Final = 5
"""Image pixels looked at per pixel of a thumbnail and side, at most: more are not seen, and cost."""


def square_around(box_xyxy: tuple[float, float, float, float], width: int, height: int) -> QRect:
    """Give the square of an image of `width` and `height` to be shown of a region with this box.

    It stays inside the image as far as it fits in.
    """
    x0, y0, x1, y1 = box_xyxy
    side = round(side_around(box_xyxy, max(width, height)))
    return QRect(_start(x0, x1, side, width), _start(y0, y1, side, height), side, side)


def side_around(box_xyxy: tuple[float, float, float, float], image_side: float) -> float:
    """Give the side of that square, in pixels of an image whose longer side is `image_side`."""
    x0, y0, x1, y1 = box_xyxy
    return min(max(max(x1 - x0, y1 - y0) * (1 + 2 * MARGIN), LEAST_SIDE), image_side)


def _start(low: float, high: float, side: int, length: int) -> int:
    if side >= length:
        return (length - side) // 2
    return min(max(round((low + high - side) / 2), 0), length - side)


def scaled_part(pixels: NDArray[np.uint8], part: QRect, scale: float) -> QImage:
    """Give a part of the image at about the size it is shown in: Qt scales down well only before painting."""
    step = max(int(1 / scale / OVERSAMPLING), 1)
    rows = slice(part.top(), part.top() + part.height(), step)
    columns = slice(part.left(), part.left() + part.width(), step)
    packed = np.ascontiguousarray(pixels[rows, columns])
    rgb = QImage(packed.data, packed.shape[1], packed.shape[0], 3 * packed.shape[1], QImage.Format.Format_RGB888)
    return rgb.convertToFormat(QImage.Format.Format_RGB32).scaled(  # seven times as fast as scaling what is packed
        max(round(part.width() * scale), 1),
        max(round(part.height() * scale), 1),
        Qt.AspectRatioMode.IgnoreAspectRatio,
        Qt.TransformationMode.SmoothTransformation,
    )
