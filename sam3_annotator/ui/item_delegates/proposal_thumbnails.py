"""Small pictures of proposals: each cut out of the image with what is around it dimmed; made when first painted."""

from __future__ import annotations

from collections import OrderedDict
from typing import Final

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QRect, QRectF, Qt
from PySide6.QtGui import QBrush, QColor, QImage, QPainter, QPainterPath, QPen, QPixmap

from sam3_annotator.project import Region
from sam3_annotator.ui.canvas.outlines import level_for_scale
from sam3_annotator.ui.canvas.paths import outline_of_region
from sam3_annotator.ui.canvas.proposals import Proposal
from sam3_annotator.ui.images.cutout import scaled_part, square_around
from sam3_annotator.ui.theme import RADIUS_SMALL

THUMBNAIL_SIDE: Final = 40
"""In device-independent pixels."""
KEPT: Final = 500
"""Thumbnails in memory: more than a model ever finds on an image, 13 MB at two pixels per point."""
OUTLINE_WIDTH: Final = 1.5
HALO_WIDTH: Final = 3.0
SHADE: Final = QColor(0, 0, 0, 140)
HALO: Final = QColor(0, 0, 0, 130)


class ProposalThumbnails:
    """Keeps the thumbnails of an image's proposals as long as its pixels and the colour stay the same."""

    def __init__(self) -> None:
        self._pixels: NDArray[np.uint8] | None = None
        self._color = QColor()
        self._kept: OrderedDict[tuple[int, float], tuple[Proposal, QPixmap]] = OrderedDict()

    def show(self, pixels: NDArray[np.uint8] | None, color: QColor) -> bool:
        """Take the `(H, W, 3)` RGB pixels of the image and the outlines' colour; say whether thumbnails change.

        What has a category of its own is outlined in the colour of that.
        """
        if pixels is self._pixels and color == self._color:
            return False
        self._pixels, self._color = pixels, QColor(color)
        self._kept.clear()
        return True

    def pixmap(self, proposal: Proposal, pixel_ratio: float) -> QPixmap | None:
        """Give a thumbnail for a screen of so many pixels per point; None while there are no pixels."""
        if self._pixels is None:
            return None
        key = id(proposal), pixel_ratio  # the proposal is kept beside, so that no other one gets its id
        if key in self._kept:
            self._kept.move_to_end(key)
            return self._kept[key][1]
        color = self._color if proposal.copy_of is None else QColor(proposal.copy_of.category_color)
        pixmap = QPixmap.fromImage(draw_thumbnail(self._pixels, proposal.region, color, pixel_ratio))
        self._kept[key] = proposal, pixmap
        if len(self._kept) > KEPT:
            self._kept.popitem(last=False)
        return pixmap


def draw_thumbnail(pixels: NDArray[np.uint8], region: Region, color: QColor, pixel_ratio: float) -> QImage:
    """Draw a region where it lies in `(H, W, 3)` RGB pixels, as a square with round corners on a clear ground."""
    side = round(THUMBNAIL_SIDE * pixel_ratio)
    height, width = pixels.shape[:2]
    window = square_around(region.box_xyxy, width, height)
    scale = side / window.width()
    picture = QImage(side, side, QImage.Format.Format_ARGB32_Premultiplied)
    picture.fill(Qt.GlobalColor.black)
    painter = QPainter(picture)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.scale(scale, scale)
    painter.translate(-window.topLeft())
    part = window.intersected(QRect(0, 0, width, height))
    painter.drawImage(QRectF(part), scaled_part(pixels, part, scale))
    outline = outline_of_region(region, level_for_scale(scale))
    around = QPainterPath()
    around.setFillRule(Qt.FillRule.OddEvenFill)
    around.addRect(QRectF(window))
    around.addPath(outline.fill)
    painter.fillPath(around, SHADE)
    for tint, points in ((HALO, HALO_WIDTH), (color, OUTLINE_WIDTH)):
        pen = QPen(tint, points * pixel_ratio, Qt.PenStyle.SolidLine, Qt.PenCapStyle.FlatCap, Qt.PenJoinStyle.RoundJoin)
        pen.setCosmetic(True)
        painter.strokePath(outline.fill, pen)
    painter.end()
    return _rounded(picture, pixel_ratio)


def _rounded(picture: QImage, pixel_ratio: float) -> QImage:
    rounded = QImage(picture.size(), QImage.Format.Format_ARGB32_Premultiplied)
    rounded.fill(Qt.GlobalColor.transparent)
    painter = QPainter(rounded)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(QBrush(picture))
    radius = RADIUS_SMALL * pixel_ratio
    painter.drawRoundedRect(QRectF(picture.rect()), radius, radius)
    painter.end()
    rounded.setDevicePixelRatio(pixel_ratio)
    return rounded
