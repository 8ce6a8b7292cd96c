"""What the rows of all lists have in common: ground, swatch, badge, elided text, icon."""

from __future__ import annotations

from functools import lru_cache
from typing import Final

from PySide6.QtCore import QRect, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFontMetrics, QIcon, QPainter, QPen, QPixmap
from PySide6.QtWidgets import QStyle, QStyleOptionViewItem

from sam3_annotator.ui.sizes import scaled
from sam3_annotator.ui.theme import RADIUS, RADIUS_SMALL, SPACE_XS, pixmap, theme

SWATCH_SIZE: Final = 14
BADGE_SIZE: Final = 18
ROW_INSET: Final = 1
CHOSEN_BAR_WIDTH: Final = 3


def paint_ground(painter: QPainter, option: QStyleOptionViewItem, *, is_chosen: bool | None = None) -> None:
    """Paint the rounded ground of a row: chosen, under the pointer, or none; and the focus ring.

    `is_chosen` overrules the selection of the view, for lists whose choice is not a selection.
    """
    state = option.state
    chosen = bool(state & QStyle.StateFlag.State_Selected) if is_chosen is None else is_chosen
    frame = QRectF(option.rect.adjusted(SPACE_XS, ROW_INSET, -SPACE_XS, -ROW_INSET))
    if chosen:
        # The same with and without the focus: while the canvas has it, the list still says what is chosen.
        ground = theme().color("selection")
    elif state & QStyle.StateFlag.State_MouseOver:
        ground = theme().color("hover")
    else:
        ground = None
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    if ground is not None:
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(ground)
        painter.drawRoundedRect(frame, RADIUS, RADIUS)
    if chosen:  # not by the shade of the ground alone, which is faint
        bar = QRectF(frame.left(), frame.center().y() - frame.height() / 4, CHOSEN_BAR_WIDTH, frame.height() / 2)
        painter.setBrush(theme().color("accent"))
        painter.drawRoundedRect(bar, CHOSEN_BAR_WIDTH / 2, CHOSEN_BAR_WIDTH / 2)
    if state & QStyle.StateFlag.State_HasFocus and state & QStyle.StateFlag.State_KeyboardFocusChange:
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(QPen(theme().color("accent"), 1))
        painter.drawRoundedRect(frame.adjusted(0.5, 0.5, -0.5, -0.5), RADIUS, RADIUS)


def paint_swatch(painter: QPainter, rect: QRect, color: str, *, is_faded: bool = False) -> None:
    """Paint the colour of a category, with a rim that keeps it apart from any ground."""
    painter.save()
    if is_faded:
        painter.setOpacity(0.4)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setBrush(QColor(color))
    painter.setPen(QPen(theme().color("text", 0.25), 1))
    painter.drawRoundedRect(QRectF(rect).adjusted(0.5, 0.5, -0.5, -0.5), RADIUS_SMALL - 0.5, RADIUS_SMALL - 0.5)
    painter.restore()


def swatch_icon(color: str, ratio: float = 2.0) -> QIcon:
    """Give the colour of a category as an icon for menus and combo boxes; painted once for all that have it."""
    return _swatch_icon(color, scaled(SWATCH_SIZE), ratio, theme().is_dark)


@lru_cache(maxsize=256)
def _swatch_icon(color: str, side: int, ratio: float, _is_dark: bool) -> QIcon:  # the rim is of the theme
    pixmap = QPixmap(round(side * ratio), round(side * ratio))
    pixmap.fill(Qt.GlobalColor.transparent)
    pixmap.setDevicePixelRatio(ratio)
    painter = QPainter(pixmap)
    paint_swatch(painter, QRect(0, 0, side, side), color)
    painter.end()
    return QIcon(pixmap)


def paint_badge(painter: QPainter, rect: QRect, text: str) -> None:
    """Paint a key the way the rest of the window shows keys."""
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setBrush(theme().color("raised"))
    painter.setPen(QPen(theme().color("line_strong"), 1))
    painter.drawRoundedRect(QRectF(rect).adjusted(0.5, 0.5, -0.5, -0.5), RADIUS_SMALL, RADIUS_SMALL)
    painter.setFont(theme().font("number_caption"))
    painter.setPen(theme().color("text_dim"))
    painter.drawText(rect, Qt.AlignmentFlag.AlignCenter, text)
    painter.restore()


def paint_text(
    painter: QPainter,
    rect: QRect,
    text: str,
    *,
    font: str = "body",
    role: str = "text",
    is_right: bool = False,
    elide: Qt.TextElideMode = Qt.TextElideMode.ElideRight,
) -> None:
    """Paint one line of text, centred upright, shortened to fit."""
    used_font = theme().font(font)
    painter.setFont(used_font)
    painter.setPen(theme().color(role))
    painter.setLayoutDirection(Qt.LayoutDirection.LayoutDirectionAuto)  # of the text: its end is where its dots go
    side = Qt.AlignmentFlag.AlignRight if is_right else Qt.AlignmentFlag.AlignLeft
    shown = QFontMetrics(used_font).elidedText(text, elide, rect.width())
    painter.drawText(
        rect, side | Qt.AlignmentFlag.AlignAbsolute | Qt.AlignmentFlag.AlignVCenter | Qt.TextFlag.TextSingleLine, shown
    )


def shortened_name(name: str, width: int, font: str = "body") -> str:
    """Shorten the name of a file to fit: without its ending first, then between a short beginning and a long end.

    Files of one folder often begin alike, and differ in the number at the end.
    """
    metrics = QFontMetrics(theme().font(font))
    stem, dot, ending = name.rpartition(".")
    if not dot or not stem or not ending.isalnum() or metrics.horizontalAdvance(name) <= width:
        stem = name
    if metrics.horizontalAdvance(stem) <= width:
        return stem
    room = width // 3 + metrics.horizontalAdvance("…")
    beginning = metrics.elidedText(stem, Qt.TextElideMode.ElideRight, room).rstrip(".…")
    room = width - metrics.horizontalAdvance(beginning)
    return beginning + metrics.elidedText(stem.removeprefix(beginning), Qt.TextElideMode.ElideLeft, room)


def text_width(text: str, font: str = "body") -> int:
    """Give the width of a line of text in device-independent pixels."""
    return QFontMetrics(theme().font(font)).horizontalAdvance(text)


def paint_icon(painter: QPainter, rect: QRect, name: str, role: str) -> None:
    """Paint an icon as large as `rect`, sharp on the screen that is painted on."""
    painter.drawPixmap(rect.topLeft(), pixmap(name, role, rect.width(), painter.device().devicePixelRatioF()))


def centred(size: int | QSize, rect: QRect, x: int) -> QRect:
    """Give a rectangle of this size whose left edge is at `x`, in the middle of a row's height."""
    wanted = QSize(size, size) if isinstance(size, int) else size
    return QRect(x, rect.y() + (rect.height() - wanted.height()) // 2, wanted.width(), wanted.height())
