"""Cuts instances out of their image file: each with its surroundings dimmed, and the outline to be drawn over it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from math import ceil, floor
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QRect, QRectF, Qt
from PySide6.QtGui import QColor, QImage, QPainter, QPainterPath, QTransform

from sam3_annotator.project import InstanceId, Progress, Region, read_reduced
from sam3_annotator.ui.canvas.outlines import level_for_scale
from sam3_annotator.ui.canvas.paths import outline_of_region
from sam3_annotator.ui.images.cutout import scaled_part, side_around, square_around

SOFTNESS: Final = 0.8
"""Pixels read per pixel shown and side, at least: a little less than sharp takes a quarter of the time."""
SHADE: Final = QColor(0, 0, 0, 90)
"""Over what is around an instance: it tells what the thing is, so it stays well to be seen."""
BEYOND: Final = QColor("#000000")
"""Where the square sticks out of the image."""


@dataclass(frozen=True, slots=True)
class Crop:
    """A square picture of an instance, `side` pixels wide, and its outline in the same pixels."""

    picture: QImage
    outline: QPainterPath

    @property
    def side(self) -> int:
        """Its width and height in pixels."""
        return self.picture.width()


def read_crops(
    path: Path, regions: Mapping[InstanceId, Region], side: int, image_side: float, progress: Progress
) -> dict[InstanceId, Crop]:
    """Cut regions out of an image file, each as a square of `side` pixels.

    The file is read once, as small as its kind allows; `image_side` is the longer side of the image in pixels, as far
    as it is known, else infinite. Raises `ImageUnreadable` for a file that is missing or cannot be shown, and
    `Cancelled` if `progress` does.
    """
    smallest = min(side_around(region.box_xyxy, image_side) for region in regions.values())
    least_scale = min(SOFTNESS * side / smallest, 1.0)
    progress(0, len(regions))
    pixels, scale = read_reduced(path, least_scale)
    crops = {}
    for done, (instance_id, region) in enumerate(regions.items()):
        progress(done, len(regions))
        crops[instance_id] = cut(pixels, scale, region, side)
    return crops


def cut(pixels: NDArray[np.uint8], scale: float, region: Region, side: int) -> Crop:
    """Cut a region out of `(H, W, 3)` RGB pixels, of which there are `scale` per pixel of the image and side."""
    height, width = pixels.shape[:2]
    window = square_around(region.box_xyxy, round(width / scale), round(height / scale))
    zoom = side / window.width()
    to_picture = QTransform.fromScale(zoom, zoom).translate(-window.x(), -window.y())
    outline = to_picture.map(outline_of_region(region, level_for_scale(zoom)).fill)
    picture = QImage(side, side, QImage.Format.Format_RGB32)
    picture.fill(BEYOND)
    painter = QPainter(picture)
    part = _read_part(window, scale).intersected(QRect(0, 0, width, height))
    if not part.isEmpty():
        place = to_picture.mapRect(
            QRectF(part.x() / scale, part.y() / scale, part.width() / scale, part.height() / scale)
        )
        painter.drawImage(place, scaled_part(pixels, part, zoom / scale))
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    around = QPainterPath()
    around.setFillRule(Qt.FillRule.OddEvenFill)
    around.addRect(QRectF(picture.rect()))
    around.addPath(outline)
    painter.fillPath(around, SHADE)
    painter.end()
    return Crop(picture, outline)


def _read_part(window: QRect, scale: float) -> QRect:
    """Give the pixels read that a part of the image reaches into."""
    left, top = floor(window.left() * scale), floor(window.top() * scale)
    right = ceil((window.left() + window.width()) * scale)
    bottom = ceil((window.top() + window.height()) * scale)
    return QRect(left, top, right - left, bottom - top)
