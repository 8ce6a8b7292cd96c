"""How a stroke of the brush is painted while it grows: what it adds or takes away, joined with the region."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from PySide6.QtCore import QPointF, QRect, QRectF, Qt
from PySide6.QtGui import QColor, QImage, QPainter, QPen, QPolygonF

from sam3_annotator.project import Region
from sam3_annotator.ui.canvas.items import HALO, SELECTED, WHITE, outline_pen, paint_fill
from sam3_annotator.ui.canvas.outlines import level_for_scale
from sam3_annotator.ui.canvas.paths import Outline, outline_of_region
from sam3_annotator.ui.canvas.view_transform import ViewTransform

# Qt's time for a thick line grows faster than its length: it is painted in pieces of so many edges.
PIECE_EDGES = 16

_Mode = QPainter.CompositionMode
# What the canvas looks like: view, width and height in device pixels, device pixels per canvas pixel.
_Frame = tuple[ViewTransform, int, int, float]


class _Coverage:
    """The shape in the hand, grown by `offset` canvas pixels, as an image in one colour."""

    def __init__(self, offset: float, color: QColor) -> None:
        self.offset = offset
        self.color = color
        self.image = QImage()

    def paint_outline(self, outline: Outline, frame: _Frame) -> None:
        """Begin anew, with the region as it is; its outline is in image pixels."""
        view, width, height, ratio = frame
        self.image = _clear_image(width, height)
        scale = view.zoom * ratio
        painter = QPainter(self.image)
        painter.translate(view.offset_x * ratio, view.offset_y * ratio)
        painter.scale(scale, scale)
        paint_fill(painter, outline.fill, self.color, 1.0)
        if self.offset < 0:
            painter.setCompositionMode(_Mode.CompositionMode_DestinationOut)
        for piece in outline.strokes:
            painter.strokePath(piece, outline_pen(self.color, 2 * abs(self.offset) * ratio))
        painter.end()

    def paint_way(self, way: QPolygonF, radius: float, ratio: float, *, adds: bool) -> None:
        """Add a piece of the stroke, or take it away; way and `radius` are in device pixels."""
        # What is taken away leaves more where the shape is grown.
        width = 2 * (radius + (self.offset if adds else -self.offset) * ratio)
        if width <= 0:
            return
        painter = QPainter(self.image)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if not adds:
            painter.setCompositionMode(_Mode.CompositionMode_DestinationOut)
        pen = QPen(self.color, width)
        pen.setCapStyle(Qt.PenCapStyle.RoundCap)
        pen.setJoinStyle(Qt.PenJoinStyle.RoundJoin)
        painter.setPen(pen)
        for piece in _pieces(way):
            if piece.size() > 1:
                painter.drawPolyline(piece)
            else:
                painter.drawPoints(piece)
        painter.end()


class StrokePreview:
    """Paints the region in the hand as a selected instance, with a stroke added to it or taken from it.

    Halo, outline and fill are each painted from a coverage. A new piece of the stroke is added to the coverages, and
    only its surroundings are put together anew: the last piece of a stroke takes no longer than the first.
    """

    def __init__(self, region: Region, color: str, radius: float, *, adds: bool, fill_opacity: float) -> None:
        self._region = region
        self._radius = radius
        self._adds = adds
        self._fill_opacity = SELECTED.filled(fill_opacity).fill_opacity
        halo, line = SELECTED.halo_width / 2, SELECTED.width / 2
        self._halo = _Coverage(halo, QColor(HALO.red(), HALO.green(), HALO.blue()))
        self._line = _Coverage(line, WHITE)
        self._inside = _Coverage(-line, QColor(color))
        self._points: list[tuple[float, float]] = []
        self._painted_count = 0
        self._frame: _Frame | None = None
        self._shown = QImage()

    def extend(self, x: float, y: float) -> None:
        """Let the stroke go on to a point in image pixels."""
        self._points.append((x, y))

    def paint(self, painter: QPainter, view: ViewTransform, room: QRectF, ratio: float) -> None:
        """Paint it as it is now; the painter works in canvas pixels, of which `room` is all there are."""
        frame = view, round(room.width() * ratio), round(room.height() * ratio), ratio
        if frame != self._frame:
            self._frame, self._painted_count = frame, 0
            outline = outline_of_region(self._region, level_for_scale(view.zoom * ratio))
            for coverage in self._coverages:
                coverage.paint_outline(outline, frame)
            self._shown = _clear_image(frame[1], frame[2])
            self._paint_news(frame)
            self._put_together(self._shown.rect())
        elif self._painted_count < len(self._points):
            self._put_together(self._paint_news(frame))
        painter.save()
        painter.scale(1 / ratio, 1 / ratio)
        painter.drawImage(0, 0, self._shown)
        painter.restore()

    @property
    def _coverages(self) -> tuple[_Coverage, _Coverage, _Coverage]:
        return self._halo, self._line, self._inside

    def _paint_news(self, frame: _Frame) -> QRect:
        """Paint the points not painted yet into the coverages; returns where that was, in device pixels."""
        view, _, _, ratio = frame
        scale, offset = view.zoom * ratio, np.array([view.offset_x, view.offset_y]) * ratio
        points = np.array(self._points[max(self._painted_count - 1, 0) :]) * scale + offset
        self._painted_count = len(self._points)
        way = QPolygonF([QPointF(x, y) for x, y in points.tolist()])
        radius = self._radius * scale
        for coverage in self._coverages:
            coverage.paint_way(way, radius, ratio, adds=self._adds)
        margin = radius + self._halo.offset * ratio + 2
        return way.boundingRect().adjusted(-margin, -margin, margin, margin).toAlignedRect() & self._shown.rect()

    def _put_together(self, rect: QRect) -> None:
        painter = QPainter(self._shown)
        painter.setClipRect(rect)
        painter.setCompositionMode(_Mode.CompositionMode_Source)
        painter.setOpacity(HALO.alphaF())
        painter.drawImage(0, 0, self._halo.image)
        painter.setOpacity(1.0)
        painter.setCompositionMode(_Mode.CompositionMode_SourceOver)
        painter.drawImage(0, 0, self._line.image)
        painter.setCompositionMode(_Mode.CompositionMode_DestinationOut)
        painter.drawImage(0, 0, self._inside.image)
        painter.setCompositionMode(_Mode.CompositionMode_SourceOver)
        painter.setOpacity(self._fill_opacity)
        painter.drawImage(0, 0, self._inside.image)
        painter.end()


def _clear_image(width: int, height: int) -> QImage:
    image = QImage(width, height, QImage.Format.Format_ARGB32_Premultiplied)
    image.fill(Qt.GlobalColor.transparent)
    return image


def _pieces(way: QPolygonF) -> Iterator[QPolygonF]:
    for start in range(0, max(way.size() - 1, 1), PIECE_EDGES):
        yield QPolygonF(way.toList()[start : start + PIECE_EDGES + 1])
