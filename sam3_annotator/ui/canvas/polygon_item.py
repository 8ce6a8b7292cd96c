"""How the polygon being drawn is painted: its line and its handles, and lightly what it encloses."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QColor, QPainter, QPainterPath

from sam3_annotator.ui.canvas import marks
from sam3_annotator.ui.canvas.items import HALO, WHITE, lighter, outline_pen, paint_fill
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


class PolygonItem:
    """Paints a drawing in `color` for any view."""

    def __init__(self, drawing: PolygonDrawing) -> None:
        self.color = QColor(WHITE)
        self._drawing = drawing
        self._line: tuple[Floats, int, Vertices, tuple[QPainterPath, ...]] | None = None

    def paint(self, painter: QPainter, view: ViewTransform, visible: QRectF, ratio: float, hand: Floats) -> None:
        """Paint line and fill; the painter works in canvas pixels.

        `hand` `(N, 2)` are the vertices that the hand would add now, `visible` is the part of the image in sight,
        `ratio` device pixels per canvas pixel.
        """
        if not self._drawing.is_open and not len(hand):
            return
        line, pieces = self._line_at(level_for_scale(view.zoom * ratio))
        painter.save()
        painter.translate(view.offset_x, view.offset_y)
        painter.scale(view.zoom, view.zoom)
        paint_fill(painter, outline_of_line(np.concatenate((line, hand))).fill, self.color, FILL_OPACITY)
        ahead = outline_of_line(np.concatenate((line[-1:], hand))).strokes
        _stroke(painter, ahead, lighter(self.color), HAND_LINE_WIDTH * ratio, HAND_HALO_WIDTH * ratio, visible)
        _stroke(painter, pieces, self.color, LINE_WIDTH * ratio, HALO_WIDTH * ratio, visible)
        painter.restore()

    def paint_handles(self, painter: QPainter, view: ViewTransform, room: QRectF) -> None:
        """Paint the vertices, the first one larger once a click on it would close the ring, in canvas pixels."""
        points = self._drawing.vertices * view.zoom + (view.offset_x, view.offset_y)
        marks.paint_handles(painter, [points], room)
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
