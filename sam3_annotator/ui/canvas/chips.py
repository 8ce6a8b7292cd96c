"""Label chips: what an instance or a proposal is, beside it and never over it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QPointF, QRectF, QSizeF, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QPainter

from sam3_annotator.ui.canvas.hit_test import BoxXyxy
from sam3_annotator.ui.canvas.scene import CanvasInstance
from sam3_annotator.ui.sizes import scaled
from sam3_annotator.ui.theme import theme

HEIGHT = 18
GAP = 5.0
PADDING = 6.0
SWATCH_WIDTH = 3.0
# From the left edge to the text, past a swatch.
INDENT = 2 * PADDING + SWATCH_WIDTH - 1.0
RADIUS = 4.0
# An object narrower than this, or than this share of its chip, goes without.
MIN_WIDTH = 32.0
MIN_SHARE = 0.5
# Longer names are cut: a chip must not hide what lies beside its object.
MAX_NAME_WIDTH = 140.0
# Where more objects than this could have chips, none has: they would hide the image.
MAX_COUNT = 40


@dataclass(frozen=True, slots=True)
class ChipFace:
    """What a chip says, beside a swatch of `color` (`#rrggbb`) if there is one; `is_focused` marks it."""

    text: str
    color: str | None = None
    is_focused: bool = False

    @property
    def indent(self) -> float:
        """From the left edge to the text."""
        return PADDING if self.color is None else INDENT


@dataclass(frozen=True, slots=True)
class Chip:
    """A chip in its place, in canvas pixels."""

    face: ChipFace
    rect: QRectF


def instance_face(instance: CanvasInstance) -> ChipFace:
    """Say what an instance is: `car` or `car 0.93`; a long name is cut."""
    metrics = QFontMetricsF(theme().font("number_caption"))
    name = metrics.elidedText(instance.label, Qt.TextElideMode.ElideRight, scaled(MAX_NAME_WIDTH))
    return ChipFace(name if instance.score is None else f"{name}  {instance.score:.2f}", instance.color)


def place_chips(
    wanted: Sequence[tuple[ChipFace, BoxXyxy]], room: QRectF, occupied: Sequence[QRectF] = ()
) -> list[Chip]:
    """Find room for chips, the first first; boxes of their objects are in canvas pixels, `room` is the canvas.

    A chip goes above its box, else below; where it would leave the canvas or cover another chip or what is
    `occupied`, it is left out.
    """
    metrics = QFontMetricsF(theme().font("number_caption"))
    placed: list[Chip] = []
    for face, box in wanted:
        width = metrics.horizontalAdvance(face.text) + face.indent + PADDING + 1
        rect = _place(box, QSizeF(width, scaled(HEIGHT)), room, [*occupied, *(chip.rect for chip in placed)])
        if rect is not None:
            placed.append(Chip(face, rect))
    return placed


def _place(box: BoxXyxy, size: QSizeF, room: QRectF, taken: Sequence[QRectF]) -> QRectF | None:
    x0, y0, x1, y1 = box
    if x1 - x0 < max(scaled(MIN_WIDTH), MIN_SHARE * size.width()):
        return None
    left = min(max(x0, room.left() + GAP), room.right() - GAP - size.width())
    if left > x1 or left + size.width() < x0:
        return None
    for top in (y0 - GAP - size.height(), y1 + GAP):
        rect = QRectF(QPointF(round(left), round(top)), size)
        if room.contains(rect) and not any(rect.intersects(other) for other in taken):
            return rect
    return None


def paint_chips(painter: QPainter, chips: Sequence[Chip]) -> None:
    """Paint chips on their own ground, so that they read on any image."""
    painter.setFont(theme().font("number_caption"))
    ground, focused_ground = theme().color("panel", 0.92), theme().color("accent_fill")
    text, focused_text, line = theme().color("text"), theme().color("on_accent"), QColor(0, 0, 0, 70)
    for chip in chips:
        face, rect = chip.face, chip.rect
        painter.setPen(line)
        painter.setBrush(focused_ground if face.is_focused else ground)
        painter.drawRoundedRect(rect.adjusted(0.5, 0.5, -0.5, -0.5), RADIUS, RADIUS)
        if face.color is not None:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(face.color))
            swatch = QRectF(rect.left() + PADDING, rect.top() + 4, SWATCH_WIDTH, rect.height() - 8)
            painter.drawRoundedRect(swatch, 1.5, 1.5)
        painter.setPen(focused_text if face.is_focused else text)
        inside = rect.adjusted(face.indent, 0, 0, 0)
        painter.drawText(inside, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, face.text)
