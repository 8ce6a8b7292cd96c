"""How regions are painted that are not in the project: lightly, in a line of dots."""

from __future__ import annotations

from enum import Enum

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPainterPath

from sam3_annotator.project import Region, Ring
from sam3_annotator.ui.canvas.items import HALO, WHITE, lighter, outline_pen, paint_fill
from sam3_annotator.ui.canvas.outlines import level_for_scale
from sam3_annotator.ui.canvas.paths import Outline, outline_of_region

# Less fill than an instance has, and a line of dots: dashes are the draft's.
FILL_OPACITY, DOT_SIZE, HALO_WIDTH = 0.16, 2.0, 3.0
# In dot sizes: the dot and the gap.
DOTS = [1.0, 1.4]
FRAME_WIDTH, UNSEEN_SHADE = 1.5, QColor(0, 0, 0, 90)


class PreviewKind(Enum):
    """What a region is shown for; they are painted in this order."""

    UNSEEN = "what the model does not look at"
    COMPARED = "what the model draws where an instance is"
    WAITING = "what was painted and has no category yet"
    CLICK = "what a click would outline"


class PreviewItem:
    """A region, as last set; paints it for any view."""

    def __init__(self, fill_opacity: float = FILL_OPACITY) -> None:
        self.region: Region | None = None
        self._fill_opacity = fill_opacity
        self._color = QColor(WHITE)
        self._outline: tuple[int, Outline] | None = None

    def set_region(self, region: Region | None, color: QColor) -> bool:
        """Take the region to paint, or None; False if it is the same as before."""
        if self.region is region and self._color == color:
            return False
        self.region, self._color, self._outline = region, QColor(color), None
        return True

    def paint(self, painter: QPainter, device_scale: float, ratio: float, visible: QRectF) -> None:
        """Paint the region; the painter works in image pixels, `visible` is the part of the image in sight."""
        if self.region is None or self.region.is_empty:
            return
        level = level_for_scale(device_scale)
        if self._outline is None or self._outline[0] != level:
            self._outline = level, outline_of_region(self.region, level)
        outline = self._outline[1]
        paint_fill(painter, outline.fill, self._color, self._fill_opacity)
        halo, dots = outline_pen(HALO, HALO_WIDTH * ratio), outline_pen(lighter(self._color), DOT_SIZE * ratio)
        dots.setCapStyle(Qt.PenCapStyle.FlatCap)  # round ones take half as long again
        dots.setDashPattern(DOTS)
        pieces = [piece for piece in outline.strokes if piece.controlPointRect().intersects(visible)]
        for pen in (halo, dots):
            for piece in pieces:
                painter.strokePath(piece, pen)


class UnseenItem(PreviewItem):
    """What lies around a box, as last set; paints it darker, and the frame of the box."""

    def paint(self, painter: QPainter, device_scale: float, ratio: float, visible: QRectF) -> None:  # noqa: ARG002 - as other previews take
        """Paint the region, one polygon with the box as its hole; the painter works in image pixels."""
        if self.region is None:
            return
        (polygon,) = self.region.polygons
        frame = _rect_of(polygon.holes[0])
        around = QPainterPath()
        around.addRect(_rect_of(polygon.outer))
        around.addRect(frame)  # filled by the odd-even rule, which leaves out what both hold
        painter.fillPath(around, UNSEEN_SHADE)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        for pen in (outline_pen(HALO, HALO_WIDTH * ratio), outline_pen(self._color, FRAME_WIDTH * ratio)):
            painter.setPen(pen)
            painter.drawRect(frame)


def _rect_of(ring: Ring) -> QRectF:
    return QRectF(QPointF(*ring.min(0)), QPointF(*ring.max(0)))
