"""The pixels of the shown image at halved sizes, and the painting of any part of them at any scale."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QImage, QPainter

from sam3_annotator.ui.canvas.hit_test import BoxXyxy
from sam3_annotator.ui.canvas.light import relit

# Rows halved at a time: Qt's images are limited to 2^31 bytes, and its painting to sides of 32767 pixels.
STRIP_ROWS = 2048
# Around what is painted, so that smooth scaling finds its neighbours.
SOURCE_MARGIN = 2
# From this scale on (device-independent: 200 %), pixels are shown as what they are.
CRISP_ZOOM = 2.0


class ImagePyramid:
    """`(H, W, 3)` uint8 RGB pixels, not copied, and their halvings.

    `prepare` makes the halvings, on any one thread; until then distant views are painted from single pixels.
    """

    def __init__(self, pixels: NDArray[np.uint8]) -> None:
        if pixels.ndim != 3 or pixels.shape[2] != 3 or pixels.dtype != np.uint8 or 0 in pixels.shape:
            raise ValueError(f"The canvas shows (H, W, 3) uint8 arrays; got {pixels.dtype} of shape {pixels.shape}.")
        # Level 0 is RGB as given; further levels are (h, w, 4) in Qt's order of a 32-bit pixel.
        self._levels: list[NDArray[np.uint8]] = [np.ascontiguousarray(pixels)]
        self._deepest = max(self.width, self.height).bit_length() - 1

    @property
    def pixels(self) -> NDArray[np.uint8]:
        """The image itself, `(H, W, 3)` RGB."""
        return self._levels[0]

    @property
    def nbytes(self) -> int:
        """Memory held by the image and the halvings made so far."""
        return sum(level.nbytes for level in self._levels)

    @property
    def width(self) -> int:
        """Width in pixels."""
        return int(self._levels[0].shape[1])

    @property
    def height(self) -> int:
        """Height in pixels."""
        return int(self._levels[0].shape[0])

    @property
    def is_prepared(self) -> bool:
        """All halvings are there."""
        return len(self._levels) > self._deepest

    def prepare(self) -> None:
        """Make all halvings; takes some 10 ms per megapixel."""
        while not self.is_prepared:
            self._levels.append(_halved(self._levels[-1]))

    def paint(
        self,
        painter: QPainter,
        box_xyxy: BoxXyxy,
        device_scale: float,
        *,
        is_smooth: bool,
        table: NDArray[np.uint8] | None = None,
    ) -> None:
        """Paint the part in `box_xyxy` (image pixels, as is the painter) at device pixels per image pixel.

        The `table` says what each of the 256 values is shown as; None leaves all as they are.
        """
        wanted = min(max(math.floor(math.log2(1 / device_scale) + 1e-9), 0), self._deepest)
        level = min(wanted, len(self._levels) - 1)
        pixels, factor, step = self._levels[level], 2.0**level, 2 ** (wanted - level)
        margin = SOURCE_MARGIN * step
        x0 = max(math.floor(box_xyxy[0] / factor / step) * step - margin, 0)
        y0 = max(math.floor(box_xyxy[1] / factor / step) * step - margin, 0)
        x1 = min(math.ceil(box_xyxy[2] / factor) + margin, pixels.shape[1])
        y1 = min(math.ceil(box_xyxy[3] / factor) + margin, pixels.shape[0])
        if x0 >= x1 or y0 >= y1:
            return
        part = pixels[y0:y1:step, x0:x1:step]
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, is_smooth)
        target = QRectF(x0 * factor, y0 * factor, part.shape[1] * step * factor, part.shape[0] * step * factor)
        packed = np.ascontiguousarray(part)
        if table is not None:
            packed = relit(packed.reshape(len(packed), -1), table).reshape(packed.shape)
        painter.drawImage(target, _image_of(packed))


def _image_of(pixels: NDArray[np.uint8]) -> QImage:
    """Give contiguous pixels of a level as a 32-bit image, for which Qt paints fastest; they must outlive it."""
    height, width, channels = pixels.shape
    if channels == 4:
        return QImage(pixels.data, width, height, width * 4, QImage.Format.Format_RGB32)
    rgb = QImage(pixels.data, width, height, width * 3, QImage.Format.Format_RGB888)
    return rgb.convertToFormat(QImage.Format.Format_RGB32)


def _halved(pixels: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Halve both sides, rounding up; strip by strip, so that no image is too large."""
    height, width = pixels.shape[:2]
    half = np.empty(((height + 1) // 2, (width + 1) // 2, 4), dtype=np.uint8)
    for top in range(0, height, STRIP_ROWS):
        strip = _image_of(pixels[top : top + STRIP_ROWS])
        rows = (strip.height() + 1) // 2
        small = strip.scaled(
            half.shape[1], rows, Qt.AspectRatioMode.IgnoreAspectRatio, Qt.TransformationMode.SmoothTransformation
        ).convertToFormat(QImage.Format.Format_RGB32)
        half[top // 2 : top // 2 + rows] = np.frombuffer(small.constBits(), np.uint8).reshape(rows, -1, 4)
    return half
