"""How instances are painted: filled, outlined, with a halo that reads on any image."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPainterPath, QPen

from sam3_annotator.ui.canvas.hit_test import BoxXyxy
from sam3_annotator.ui.canvas.outlines import Ints, level_for_scale
from sam3_annotator.ui.canvas.paths import Outline, outlines_of_rows, path_of_rows
from sam3_annotator.ui.canvas.scene import Batch
from sam3_annotator.ui.canvas.tiles import TileJob
from sam3_annotator.ui.canvas.view_transform import ViewTransform

WHITE = QColor("#ffffff")
HALO = QColor(0, 0, 0, 120)
DEFAULT_FILL_OPACITY = 0.25
# Below this side on the screen an instance gets a hairline without halo: more would cover it.
SMALL_SIDE = 24.0
# The same where instances crowd, so many in a square of this side.
CROWDED_SMALL_SIDE, CROWD, CROWD_SQUARE = 96.0, 60, 512.0
# Cost of a row on a slow machine, for the choice between painting at once and on the worker.
FULL_ROW_MS, SMALL_ROW_MS, VERTEX_MS = 0.45, 0.03, 0.0004


@dataclass(frozen=True, slots=True)
class OutlineStyle:
    """Widths in device-independent pixels; `line` replaces the category's colour in the outline."""

    width: float = 1.5
    halo_width: float = 3.0
    fill_opacity: float = DEFAULT_FILL_OPACITY
    line: QColor | None = None

    def filled(self, fill_opacity: float) -> OutlineStyle:
        """Take the fill the user has chosen, stronger where this style is."""
        return replace(self, fill_opacity=min(fill_opacity + self.fill_opacity - DEFAULT_FILL_OPACITY, 1.0))


SAVED = OutlineStyle()
# Painted over the instance as saved, so its fill adds to that one's.
HOVERED = OutlineStyle(2.0, 4.0, 0.12)
SELECTED = OutlineStyle(2.0, 4.0, DEFAULT_FILL_OPACITY + 0.03, WHITE)


def lighter(color: QColor) -> QColor:
    """Mix a colour with white, as an outline under the cursor has it."""
    red, green, blue = (channel + (1 - channel) * 0.45 for channel in (color.redF(), color.greenF(), color.blueF()))
    return QColor.fromRgbF(red, green, blue)


def outline_pen(color: QColor, width: float) -> QPen:
    """Make a pen of this width in device pixels, whatever the zoom."""
    pen = QPen(color, width)
    pen.setCosmetic(True)
    # Round joins are not seen at these widths and take twice as long; round caps close outlines stroked in pieces.
    pen.setJoinStyle(Qt.PenJoinStyle.BevelJoin)
    pen.setCapStyle(Qt.PenCapStyle.RoundCap)
    return pen


def visible_part(view: ViewTransform, room: QRectF) -> QRectF:
    """Map the canvas to the image, with some room around it for the width of outlines."""
    margin = 8.0
    return QRectF(
        QPointF(*view.to_image(room.left() - margin, room.top() - margin)),
        QPointF(*view.to_image(room.right() + margin, room.bottom() + margin)),
    )


def paint_outlined(
    painter: QPainter, outline: Outline, color: QColor, style: OutlineStyle, ratio: float, visible: QRectF
) -> None:
    """Paint one instance; `ratio` is device pixels per device-independent pixel, `visible` the part in sight."""
    paint_fill(painter, outline.fill, color, style.fill_opacity)
    pieces = [piece for piece in outline.strokes if piece.controlPointRect().intersects(visible)]
    for pen in (outline_pen(HALO, style.halo_width * ratio), outline_pen(style.line or color, style.width * ratio)):
        for piece in pieces:
            painter.strokePath(piece, pen)


def paint_fill(painter: QPainter, path: QPainterPath, color: QColor, opacity: float) -> None:
    """Fill a path; its ragged edge, which is painted several times as fast as a smooth one, goes below the outline."""
    fill = QColor(color)
    fill.setAlphaF(opacity)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
    painter.fillPath(path, fill)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)


def small_side(instance_count: int, image_area: float) -> float:
    """Choose below which side on the screen instances are painted as small ones; `image_area` is as on the screen."""
    is_crowded = instance_count * CROWD_SQUARE**2 > CROWD * image_area
    return CROWDED_SMALL_SIDE if is_crowded else SMALL_SIDE


def plan_batch(
    batch: Batch, box_xyxy: BoxXyxy, device_scale: float, style: OutlineStyle, ratio: float, small: float = SMALL_SIDE
) -> TileJob:
    """Plan the painting of many instances at a scale, as far as they are in a box of the image.

    They get the detail that can be seen; those with sides below `small` are painted in one go.
    """
    boxes = batch.outlines.boxes_xyxy[batch.rows]
    sides = np.maximum(boxes[:, 2] - boxes[:, 0], boxes[:, 3] - boxes[:, 1]) * device_scale
    is_small = sides < small * ratio
    small_count = int(np.count_nonzero(is_small))
    rings = batch.outlines.rings
    ring_span = rings.row_starts[batch.rows + 1], rings.row_starts[batch.rows]
    vertex_count = int((rings.ring_starts[ring_span[0]] - rings.ring_starts[ring_span[1]]).sum())
    cost = small_count * SMALL_ROW_MS + (len(batch.rows) - small_count) * FULL_ROW_MS + vertex_count * VERTEX_MS
    level = level_for_scale(device_scale)

    visible = QRectF(QPointF(*box_xyxy[:2]), QPointF(*box_xyxy[2:]))

    def paint(painter: QPainter) -> None:
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        large = np.flatnonzero(~is_small)
        for color, places in _by_color(batch, np.flatnonzero(is_small)):
            _paint_small(painter, batch, batch.rows[places], color, style, level, ratio)
        outlines = outlines_of_rows(batch.outlines.at_level(level), batch.rows[large])
        for place, outline in zip(large.tolist(), outlines, strict=True):
            color = QColor(batch.palette[batch.color_codes[place]])
            paint_outlined(painter, outline, color, style, ratio, visible)

    return TileJob(cost, paint)


def _by_color(batch: Batch, places: Ints) -> Iterator[tuple[QColor, Ints]]:
    codes = batch.color_codes[places]
    for code in np.unique(codes).tolist():
        yield QColor(batch.palette[code]), places[codes == code]


def _paint_small(
    painter: QPainter, batch: Batch, rows: Ints, color: QColor, style: OutlineStyle, level: int, ratio: float
) -> None:
    """Paint all instances of a colour as one path: a hundred times faster than one by one."""
    path = path_of_rows(batch.outlines.at_level(level), rows)
    paint_fill(painter, path, color, style.fill_opacity)
    painter.strokePath(path, outline_pen(style.line or color, ratio))
