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
    width, mark_height, title_height, text_height = _measures(message, room)
    left, top = room.center().x() - width / 2, 2 * room.center().y() - message_bottom(message, room)
    if message.is_busy:
        colors = theme().color("line"), theme().color("accent")
        paint_busy(painter, QPointF(room.center().x(), top + BUSY_RADIUS), step, BUSY_RADIUS, colors)
    elif message.icon:
        icon = pixmap(message.icon, "text_dim", scaled(ICON_SIDE), ratio)
        painter.drawPixmap(QPointF(round(room.center().x() - scaled(ICON_SIDE) / 2), round(top)), icon)
    top += mark_height + (GAP if mark_height else 0.0)
    painter.setFont(theme().font("title"))
    painter.setPen(theme().color("text"))
    painter.drawText(QRectF(left, top, width, title_height), _FLAGS, message.title)
    top += title_height + (TITLE_GAP if title_height else 0)
    painter.setFont(theme().font("body"))
    painter.setPen(theme().color("text_dim"))
    painter.drawText(QRectF(left, top, width, text_height), _FLAGS, message.text)


def message_bottom(message: Message, room: QRectF) -> float:
    """Say where a message in the middle of `room` ends."""
    _, mark, title, text = _measures(message, room)
    return room.center().y() + (mark + (GAP if mark else 0.0) + title + (TITLE_GAP if title else 0.0) + text) / 2


def _measures(message: Message, room: QRectF) -> tuple[float, float, float, float]:
    """Give the width of the text, and the heights of mark, title and text."""
    width = min(scaled(MAX_WIDTH), room.width() - 2 * GAP)
    mark = 2 * BUSY_RADIUS if message.is_busy else scaled(ICON_SIDE) if message.icon else 0.0
    title = _height(message.title, QFontMetricsF(theme().font("title")), width)
    return width, mark, title, _height(message.text, QFontMetricsF(theme().font("body")), width)


def _height(text: str, metrics: QFontMetricsF, width: float) -> float:
    return metrics.boundingRect(QRectF(0, 0, width, 10_000), _FLAGS, text).height() if text else 0.0
