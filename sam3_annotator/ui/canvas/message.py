"""What the canvas shows instead of an image: why there is none, or that it is on its way."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QFontMetricsF, QPainter

from sam3_annotator.ui.canvas.marks import paint_busy
from sam3_annotator.ui.sizes import scaled
from sam3_annotator.ui.theme import pixmap, theme

ICON_SIDE = 40
BUSY_RADIUS = 14.0
MAX_WIDTH = 420.0
GAP = 12.0
TITLE_GAP = 6.0
_FLAGS = Qt.AlignmentFlag.AlignHCenter | Qt.AlignmentFlag.AlignTop | Qt.TextFlag.TextWordWrap


@dataclass(frozen=True, slots=True)
class Message:
    """An icon of `resources/icons` or a sign of work, a title and a text; each may be empty."""

    title: str
    text: str
    icon: str = ""
    is_busy: bool = False

    @property
    def spoken(self) -> str:
        """What a screen reader says."""
        return " ".join(part for part in (self.title, self.text) if part)


def paint_message(painter: QPainter, message: Message, room: QRectF, ratio: float, step: int | None) -> None:
    """Paint a message in the middle of `room`; `step` turns the sign of work, None lets it stand."""
    width = min(scaled(MAX_WIDTH), room.width() - 2 * GAP)
    title_font, text_font = theme().font("title"), theme().font("body")
    title_height = _height(message.title, QFontMetricsF(title_font), width)
    text_height = _height(message.text, QFontMetricsF(text_font), width)
    mark_height = 2 * BUSY_RADIUS if message.is_busy else scaled(ICON_SIDE) if message.icon else 0.0
    total = (
        mark_height + (GAP if mark_height else 0.0) + title_height + (TITLE_GAP if title_height else 0) + text_height
    )
    left, top = room.center().x() - width / 2, room.center().y() - total / 2
    if message.is_busy:
        colors = theme().color("line"), theme().color("accent")
        paint_busy(painter, QPointF(room.center().x(), top + BUSY_RADIUS), step, BUSY_RADIUS, colors)
    elif message.icon:
        icon = pixmap(message.icon, "text_dim", scaled(ICON_SIDE), ratio)
        painter.drawPixmap(QPointF(round(room.center().x() - scaled(ICON_SIDE) / 2), round(top)), icon)
    top += mark_height + (GAP if mark_height else 0.0)
    painter.setFont(title_font)
    painter.setPen(theme().color("text"))
    painter.drawText(QRectF(left, top, width, title_height), _FLAGS, message.title)
    top += title_height + (TITLE_GAP if title_height else 0)
    painter.setFont(text_font)
    painter.setPen(theme().color("text_dim"))
    painter.drawText(QRectF(left, top, width, text_height), _FLAGS, message.text)


def _height(text: str, metrics: QFontMetricsF, width: float) -> float:
    return metrics.boundingRect(QRectF(0, 0, width, 10_000), _FLAGS, text).height() if text else 0.0
