"""How the polygon being drawn is painted: its line and its handles, and lightly what it encloses."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QImage, QPainter, QPainterPath

from sam3_annotator.ui.canvas import marks
from sam3_annotator.ui.canvas.items import HALO, WHITE, lighter, outline_pen, paint_fill, visible_part
from sam3_annotator.ui.canvas.outlines import (
    Floats,
    Rings,
    Vertices,
    level_for_scale,
    simplified_rings,
    tolerance_of_level,
)
from sam3_annotator.ui.canvas.paths import outline_of_line
from sam3_annotator.ui.canvas.polygon_drawing import PolygonDrawing
from sam3_annotator.ui.canvas.view_transform import ViewTransform

FILL_OPACITY = 0.16
LINE_WIDTH, HALO_WIDTH = 2.0, 4.0
# Where the hand is, nothing is settled yet.
HAND_LINE_WIDTH, HAND_HALO_WIDTH = 1.5, 3.0
# Fewer vertices are painted as soon as a picture of them.
PICTURED_FROM = 200


@dataclass(frozen=True, slots=True)
class _Place:
    """Where and how what is drawn is seen: while this stays, a picture of it does."""

    view: ViewTransform
    room: QRectF
    ratio: float
    color: QColor
    has_handles: bool


class PolygonItem:
    """Paints a drawing in `color` for any view."""

    def __init__(self, drawing: PolygonDrawing) -> None:
        self.color = QColor(WHITE)
        self._drawing = drawing
        self._line: tuple[Floats, int, Vertices, tuple[QPainterPath, ...]] | None = None
        self._picture: tuple[Floats, _Place, QImage] | None = None

    def paint(
        self, painter: QPainter, view: ViewTransform, room: QRectF, ratio: float, hand: Floats, *, has_handles: bool
    ) -> None:
        """Paint line and fill, and with `has_handles` the vertices; the painter works in canvas pixels.

        `hand` `(N, 2)` are the vertices that the hand would add now, `room` is all of the canvas, `ratio` device pixels
        per canvas pixel.
        """
        if not self._drawing.is_open and not len(hand):
            return
        line, _ = self._line_at(level_for_scale(view.zoom * ratio))
        painter.save()
        painter.translate(view.offset_x, view.offset_y)
        painter.scale(view.zoom, view.zoom)
        paint_fill(painter, outline_of_line(np.concatenate((line, hand))).fill, self.color, FILL_OPACITY)
        ahead = outline_of_line(np.concatenate((line[-1:], hand))).strokes
        visible = visible_part(view, room)
        _stroke(painter, ahead, lighter(self.color), HAND_LINE_WIDTH * ratio, HAND_HALO_WIDTH * ratio, visible)
        painter.restore()
        place = _Place(view, room, ratio, self.color, has_handles)
        if self._drawing.vertex_count >= PICTURED_FROM:
            painter.drawImage(room.topLeft(), self._pictured(place))
        else:
            self._paint_drawn(painter, place)

    def _pictured(self, place: _Place) -> QImage:
        vertices = self._drawing.vertices
        if self._picture is None or self._picture[0] is not vertices or self._picture[1] != place:
            image = QImage((place.room.size() * place.ratio).toSize(), QImage.Format.Format_ARGB32_Premultiplied)
            image.setDevicePixelRatio(place.ratio)
            image.fill(Qt.GlobalColor.transparent)
            painter = QPainter(image)
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            self._paint_drawn(painter, place)
            painter.end()
            self._picture = vertices, place, image
        return self._picture[2]

    def _paint_drawn(self, painter: QPainter, place: _Place) -> None:
        """Paint what stays while the hand moves."""
        view, ratio = place.view, place.ratio
        _, pieces = self._line_at(level_for_scale(view.zoom * ratio))
        painter.save()
        painter.translate(view.offset_x, view.offset_y)
        painter.scale(view.zoom, view.zoom)
        _stroke(painter, pieces, self.color, LINE_WIDTH * ratio, HALO_WIDTH * ratio, visible_part(view, place.room))
        painter.restore()
        if place.has_handles and self._drawing.is_open:
            points = self._drawing.vertices * view.zoom + (view.offset_x, view.offset_y)
            marks.paint_handles(painter, [points], place.room)
            if self._drawing.can_close:
                marks.paint_first_handle(painter, QPointF(*points[0].tolist()))

    def _line_at(self, level: int) -> tuple[Vertices, tuple[QPainterPath, ...]]:
        vertices = self._drawing.vertices
        if self._line is None or self._line[0] is not vertices or self._line[1] != level:
            line: Vertices = vertices
            if level > 0 and len(vertices):
                whole = Rings(vertices, np.array([0, len(vertices)]), np.array([0, 1]))
                line = simplified_rings(whole, tolerance_of_level(level)).vertices
            self._line = vertices, level, line, outline_of_line(line).strokes
        return self._line[2], self._line[3]


def _stroke(
    painter: QPainter, pieces: Iterable[QPainterPath], color: QColor, width: float, halo_width: float, visible: QRectF
) -> None:
    seen = [piece for piece in pieces if _is_seen(piece, visible)]
    for pen in (outline_pen(HALO, halo_width), outline_pen(color, width)):
        for piece in seen:
            painter.strokePath(piece, pen)


def _is_seen(piece: QPainterPath, visible: QRectF) -> bool:
    """Tell whether a line is in sight; upright and level ones have boxes without area, which intersect nothing."""
    box = piece.controlPointRect()
    return (
        box.left() <= visible.right()
        and box.right() >= visible.left()
        and box.top() <= visible.bottom()
        and box.bottom() >= visible.top()
    )
