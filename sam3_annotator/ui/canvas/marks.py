"""The small marks over the image: prompts, handles, bands, the sign that an answer is awaited, and the focus.

All are painted in device-independent canvas pixels, so they keep their size at any zoom.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence

import numpy as np
from PySide6.QtCore import QLineF, QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPainterPath, QPen

from sam3_annotator.ui.canvas.items import HALO, WHITE
from sam3_annotator.ui.canvas.outlines import Bools, Vertices
from sam3_annotator.ui.theme import DARK, FOCUS_WIDTH, theme

PROMPT_SIDE = 9.0
RIM_WIDTH = 2.0
# The sign in a prompt leaves more than half of it to its colour, which says as much as the sign.
SIGN_ARM, SIGN_WIDTH = 2.5, 1.5
HANDLE_SIDE = 7.0
HOVERED_HANDLE_SIDE = 10.0
SNAP_RADIUS = 8.0
# Handles nearer to each other than this are not told apart: one of them is shown.
HANDLE_SPACING = 9.0
# On the image, whose colours do not follow the theme, marks do not either.
INK, ACCENT = QColor(DARK["canvas"]), QColor(DARK["accent"])
POSITIVE, NEGATIVE = QColor(DARK["success"]), QColor(DARK["danger"])
# The square above an exemplar's corner that says which kind it is, and the arms of its sign.
TAG_SIDE, TAG_ARM = 16.0, 4.0
# The sign in a brush's circle, and the radius from which there is room for it; its halo is to be seen on white.
BRUSH_ARM, BRUSH_SIGN_ROOM = 4.0, 9.0
BRUSH_HALO = QColor(0, 0, 0, 170)
BUSY_STEPS = 12
BUSY_RADIUS = 12.0


def paint_point_prompt(painter: QPainter, at: QPointF, number: int, *, is_positive: bool) -> None:
    """Paint a green disc with + or a red square with -, rimmed in white, and its number beside it."""
    # In the middle of a pixel its strokes are sharp.
    at = QPointF(math.floor(at.x()) + 0.5, math.floor(at.y()) + 0.5)
    half = PROMPT_SIDE / 2
    rim = half + RIM_WIDTH
    inner, outer = (QRectF(at.x() - side, at.y() - side, 2 * side, 2 * side) for side in (half, rim))
    draw = painter.drawEllipse if is_positive else painter.drawRect
    painter.setPen(QPen(HALO, 1.5))
    painter.setBrush(WHITE)
    draw(outer)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(POSITIVE if is_positive else NEGATIVE)
    draw(inner)
    pen = QPen(WHITE, SIGN_WIDTH)
    pen.setCapStyle(Qt.PenCapStyle.FlatCap)
    painter.setPen(pen)
    lines = [QLineF(at.x() - SIGN_ARM, at.y(), at.x() + SIGN_ARM, at.y())]
    if is_positive:
        lines.append(QLineF(at.x(), at.y() - SIGN_ARM, at.x(), at.y() + SIGN_ARM))
    painter.drawLines(lines)
    paint_number(painter, at + QPointF(rim + 3, -rim + 2), number)


def paint_number(painter: QPainter, at: QPointF, number: int) -> None:
    """Write a prompt's number, white with a dark rim; `at` is the middle of its left edge."""
    font = theme().font("caption_strong")
    path = QPainterPath()
    path.addText(at + QPointF(0, font.pixelSize() * 0.36), font, str(number))
    pen = QPen(QColor(0, 0, 0, 190), 3)
    pen.setJoinStyle(Qt.PenJoinStyle.RoundJoin)
    painter.strokePath(path, pen)
    painter.fillPath(path, WHITE)


def paint_box_prompt(painter: QPainter, box: QRectF, *, color: QColor = POSITIVE, is_growing: bool = False) -> None:
    """Paint a box prompt, with a halo; dashed while it is being drawn."""
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.setPen(QPen(HALO, 3.5))
    painter.drawRect(box)
    pen = QPen(color, 1.5)
    if is_growing:
        painter.setPen(QPen(WHITE, 1.5))
        painter.drawRect(box)
        pen.setDashPattern([4, 3])
    painter.setPen(pen)
    painter.drawRect(box)


def exemplar_tag(box: QRectF, room: QRectF) -> QRectF:
    """Place the tag of an exemplar above the left corner of its box; in it where the canvas, `room`, ends above."""
    left = min(max(box.left() - 1, room.left()), room.right() - TAG_SIDE)  # flush with the line
    top = box.top() - TAG_SIDE
    return QRectF(round(left), round(top if top >= room.top() else max(box.top(), room.top())), TAG_SIDE, TAG_SIDE)


def paint_exemplar(
    painter: QPainter, box: QRectF, room: QRectF, *, is_positive: bool, is_growing: bool = False
) -> None:
    """Paint an exemplar: a green box with + or a red one with -; dashed while it is being drawn."""
    color = POSITIVE if is_positive else NEGATIVE
    paint_box_prompt(painter, box, color=color, is_growing=is_growing)
    if not box.intersects(room):
        return
    tag = exemplar_tag(box, room)
    painter.setPen(QPen(HALO, 1))
    painter.setBrush(color)
    painter.drawRect(tag)
    at = tag.center()
    lines = [QLineF(at.x() - TAG_ARM, at.y(), at.x() + TAG_ARM, at.y())]
    if is_positive:
        lines.append(QLineF(at.x(), at.y() - TAG_ARM, at.x(), at.y() + TAG_ARM))
    painter.setPen(QPen(WHITE, 2))
    painter.drawLines(lines)


def paint_band(painter: QPainter, band: QRectF) -> None:
    """Paint the band that selects what lies in it."""
    fill = QColor(ACCENT)
    fill.setAlphaF(0.16)
    painter.setPen(QPen(ACCENT, 1))
    painter.setBrush(fill)
    painter.drawRect(band)


def paint_handles(painter: QPainter, rings: Sequence[Vertices], room: QRectF) -> None:
    """Paint a square at each vertex of rings `(V, 2)` that is within `room`, as far as they can be told apart."""
    half = HANDLE_SIDE / 2
    painter.setPen(QPen(INK, 1))
    painter.setBrush(WHITE)
    for ring in rings:
        points = told_apart(ring[_is_within(ring, room)], HANDLE_SPACING)
        painter.drawRects([QRectF(x - half, y - half, HANDLE_SIDE, HANDLE_SIDE) for x, y in points.tolist()])


def paint_first_handle(painter: QPainter, at: QPointF) -> None:
    """Paint the handle that closes a ring when it is clicked."""
    half = HOVERED_HANDLE_SIDE / 2
    painter.setPen(QPen(INK, 1))
    painter.setBrush(WHITE)
    painter.drawRect(QRectF(at.x() - half, at.y() - half, 2 * half, 2 * half))


def paint_snap(painter: QPainter, at: QPointF) -> None:
    """Paint a ring around the place that a vertex snaps to."""
    painter.setBrush(Qt.BrushStyle.NoBrush)
    for color, width in ((INK, 4.5), (WHITE, 2.5)):
        painter.setPen(QPen(color, width))
        painter.drawEllipse(at, SNAP_RADIUS, SNAP_RADIUS)


def _is_within(points: Vertices, room: QRectF) -> Bools:
    x, y = points[:, 0], points[:, 1]
    is_in_x = (x > room.left() - HANDLE_SIDE) & (x < room.right() + HANDLE_SIDE)
    is_in: Bools = is_in_x & (y > room.top() - HANDLE_SIDE) & (y < room.bottom() + HANDLE_SIDE)
    return is_in


def told_apart(points: Vertices, spacing: float) -> Vertices:
    """Leave out points `(V, 2)` of a line that follow the one kept before by less than `spacing` along the line."""
    if not len(points):
        return points
    steps = np.hypot(*np.diff(points, axis=0).T)
    if (steps >= spacing).all():
        return points
    way = np.concatenate(([0.0], np.cumsum(steps)))
    kept = [0]
    while (following := int(np.searchsorted(way, way[kept[-1]] + spacing))) < len(way):
        kept.append(following)
    return points[kept]


def paint_hovered_handle(painter: QPainter, at: QPointF) -> None:
    """Paint the handle under the cursor."""
    half = HOVERED_HANDLE_SIDE / 2
    painter.setPen(QPen(WHITE, 2))
    painter.setBrush(ACCENT)
    painter.drawRect(QRectF(at.x() - half, at.y() - half, 2 * half, 2 * half))


def paint_brush(painter: QPainter, at: QPointF, radius: float, *, adds: bool) -> None:
    """Paint the circle of a brush, with + or - in its middle; beside it, where it is too small for that."""
    painter.setBrush(Qt.BrushStyle.NoBrush)
    is_small = radius < BRUSH_SIGN_ROOM
    sign = at + QPointF(1, 1) * (radius * math.sqrt(0.5) + BRUSH_ARM + 3) if is_small else at
    lines = [QLineF(sign.x() - BRUSH_ARM, sign.y(), sign.x() + BRUSH_ARM, sign.y())]
    if adds:
        lines.append(QLineF(sign.x(), sign.y() - BRUSH_ARM, sign.x(), sign.y() + BRUSH_ARM))
    for color, width in ((BRUSH_HALO, 3.5), (WHITE, 1.25)):
        pen = QPen(color, width)
        pen.setCapStyle(Qt.PenCapStyle.RoundCap)
        painter.setPen(pen)
        painter.drawEllipse(at, max(radius, 1.0), max(radius, 1.0))
        painter.drawLines(lines)


def paint_ghost_handle(painter: QPainter, at: QPointF) -> None:
    """Paint where a click would add a vertex: a pale handle with a plus."""
    half = HOVERED_HANDLE_SIDE / 2
    painter.setPen(QPen(WHITE, 1))
    painter.setBrush(QColor(0, 0, 0, 130))
    painter.drawEllipse(at, half, half)
    arm = half - 2.5
    lines: Iterable[QLineF] = (
        QLineF(at.x() - arm, at.y(), at.x() + arm, at.y()),
        QLineF(at.x(), at.y() - arm, at.x(), at.y() + arm),
    )
    painter.drawLines(list(lines))


def paint_busy(
    painter: QPainter,
    at: QPointF,
    step: int | None,
    radius: float = BUSY_RADIUS,
    colors: tuple[QColor, QColor] = (HALO, WHITE),
) -> None:
    """Paint a ring around a point: turning with `step`, standing and dotted where that is None (reduced motion).

    `colors` are those of the ring and of what turns in it.
    """
    ring = QRectF(at.x() - radius, at.y() - radius, 2 * radius, 2 * radius)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    if step is None:
        pen = QPen(colors[1], 2)
        pen.setDashPattern([1.5, 2.5])
        painter.setPen(pen)
        painter.drawEllipse(ring)
        return
    painter.setPen(QPen(colors[0], 3))
    painter.drawEllipse(ring)
    pen = QPen(colors[1], 2)
    pen.setCapStyle(Qt.PenCapStyle.RoundCap)
    painter.setPen(pen)
    start = -round(360 * 16 * (step % BUSY_STEPS) / BUSY_STEPS)
    painter.drawArc(ring, start, 100 * 16)


def paint_focus(painter: QPainter, room: QRectF) -> None:
    """Paint the frame of a canvas `room` that has the focus."""
    inset = FOCUS_WIDTH / 2
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.setPen(QPen(theme().color("accent"), FOCUS_WIDTH))
    painter.drawRect(room.adjusted(inset, inset, -inset, -inset))
