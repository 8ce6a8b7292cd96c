"""A crop in memory: painted once in the size and colour it is shown in, then only copied to the screen."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QBrush, QColor, QImage, QPainter, QPen, QPixmap, QTransform

from sam3_annotator.ui.gallery.crops import Crop
from sam3_annotator.ui.theme import RADIUS_SMALL

OUTLINE_WIDTH: Final = 1.5
HALO_WIDTH: Final = 3.5
HALO: Final = QColor(0, 0, 0, 130)
_BYTES_OF_A_PIXEL: Final = 4
_BYTES_OF_A_VERTEX: Final = 24


class KeptCrop:
    """Remembers what it was painted as last: it is asked for the same again and again while the gallery is scrolled."""

    def __init__(self, crop: Crop) -> None:
        self._crop = crop
        self._painted: tuple[int, float, str, QPixmap] | None = None

    @property
    def side(self) -> int:
        """The width and height of the crop, in its pixels."""
        return self._crop.side

    @property
    def nbytes(self) -> int:
        """About what it takes in memory, painted."""
        vertices = self._crop.outline.elementCount()
        return 2 * self.side * self.side * _BYTES_OF_A_PIXEL + vertices * _BYTES_OF_A_VERTEX

    def pixmap(self, points: int, pixel_ratio: float, color: str) -> QPixmap:
        """Give the crop with its outline in `color`, so many points wide, for a screen of so many pixels per point."""
        if self._painted is None or self._painted[:3] != (points, pixel_ratio, color):
            self._painted = points, pixel_ratio, color, self._paint(points, pixel_ratio, QColor(color))
        return self._painted[3]

    def _paint(self, points: int, pixel_ratio: float, color: QColor) -> QPixmap:
        side = round(points * pixel_ratio)
        scale = side / self.side
        picture = QImage(side, side, QImage.Format.Format_ARGB32_Premultiplied)
        picture.fill(Qt.GlobalColor.transparent)
        painter = QPainter(picture)
        painter.setRenderHints(QPainter.RenderHint.Antialiasing | QPainter.RenderHint.SmoothPixmapTransform)
        ground = QBrush(self._crop.picture)
        ground.setTransform(QTransform.fromScale(scale, scale))
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(ground)
        radius = RADIUS_SMALL * pixel_ratio
        painter.drawRoundedRect(QRectF(picture.rect()), radius, radius)
        painter.setCompositionMode(QPainter.CompositionMode.CompositionMode_SourceAtop)  # not over the round corners
        painter.scale(scale, scale)
        for tint, width in ((HALO, HALO_WIDTH), (color, OUTLINE_WIDTH)):
            pen = QPen(tint, width * pixel_ratio)
            pen.setCosmetic(True)
            pen.setJoinStyle(Qt.PenJoinStyle.RoundJoin)
            painter.strokePath(self._crop.outline, pen)
        painter.end()
        picture.setDevicePixelRatio(pixel_ratio)
        return QPixmap.fromImage(picture)
