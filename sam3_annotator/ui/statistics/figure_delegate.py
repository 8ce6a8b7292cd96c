"""Paints the cells of a table of figures."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QModelIndex, QObject, QPersistentModelIndex, QRect, QRectF, QSize
from PySide6.QtGui import QColor, QPainter, QPen
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem

from sam3_annotator.ui.item_delegates.painting import SWATCH_SIZE, centred, paint_swatch, paint_text, text_width
from sam3_annotator.ui.sizes import scaled
from sam3_annotator.ui.statistics.columns import MAKINGS, NOTHING, Column, Look
from sam3_annotator.ui.statistics.figure_table import FigureRole, Row, is_total
from sam3_annotator.ui.statistics.figures import CategoryFigures
from sam3_annotator.ui.statistics.stacked_bar import paint_stacked_bar
from sam3_annotator.ui.theme import ROW_HEIGHT, SPACE_M, SPACE_S, theme

Index = QModelIndex | QPersistentModelIndex

BAR_HEIGHT: Final = 8
LEAST_BAR: Final = 3.0
WIDEST_NUMBER: Final = "00,000,000"


class FigureDelegate(QStyledItemDelegate):
    """Paints whole rows as chosen or pointed at: `pointed_row` is that under the pointer, -1 for none."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.pointed_row = -1

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:  # noqa: ARG002 - Qt's
        """All rows have the same height."""
        return QSize(scaled(ROW_HEIGHT), scaled(ROW_HEIGHT))

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        """Paint one cell."""
        row: Row = index.data(FigureRole.ROW)
        column: Column = index.data(FigureRole.COLUMN)
        painter.save()
        self._paint_ground(painter, option, index.row(), row)
        cell = option.rect.adjusted(scaled(SPACE_S), 0, -scaled(SPACE_S), 0)
        match column.look:
            case Look.NAME:
                _paint_name(painter, cell, row)
            case Look.MAKINGS:
                _paint_makings(painter, cell, row)
            case Look.BAR:
                _paint_bar(painter, cell, row, index.data(FigureRole.SHARE))
        if column.look not in (Look.NAME, Look.MAKINGS):
            _paint_value(painter, cell, row, column)
        painter.restore()

    def _paint_ground(self, painter: QPainter, option: QStyleOptionViewItem, number: int, row: Row) -> None:
        if option.state & QStyle.StateFlag.State_Selected:
            painter.fillRect(option.rect, theme().color("selection"))
        elif number == self.pointed_row:
            painter.fillRect(option.rect, theme().color("hover"))
        elif is_total(row):
            painter.fillRect(option.rect, theme().color("raised"))
        painter.setPen(QPen(theme().color("line"), 1))
        if is_total(row):
            painter.drawLine(option.rect.bottomLeft(), option.rect.bottomRight())


def _font(row: Row, *, is_number: bool) -> str:
    if is_number:
        return "number_strong" if is_total(row) else "number"
    return "strong" if is_total(row) else "body"


def _paint_name(painter: QPainter, cell: QRect, row: Row) -> None:
    if row.category is not None:
        swatch = centred(scaled(SWATCH_SIZE), cell, cell.left())
        paint_swatch(painter, swatch, row.category.color)
        cell.setLeft(swatch.right() + SPACE_S)
    paint_text(painter, cell, row.name, font=_font(row, is_number=False))


def _paint_value(painter: QPainter, cell: QRect, row: Row, column: Column) -> None:
    text = column.text(row)
    role = "text_dim" if text in (NOTHING, "0") else "text"
    font = _font(row, is_number=not column.is_text)
    paint_text(painter, cell, text, font=font, role=role, is_right=not column.is_text)


def _paint_bar(painter: QPainter, cell: QRect, row: Row, share: float) -> None:
    room = cell.width() - text_width(WIDEST_NUMBER, "number") - SPACE_S
    if share <= 0 or room < scaled(BAR_HEIGHT) or row.category is None:
        return
    height = scaled(BAR_HEIGHT)
    frame = QRectF(cell.left(), cell.center().y() - height / 2 + 0.5, max(share * room, LEAST_BAR), height)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setBrush(QColor(row.category.color))
    painter.setPen(QPen(theme().color("text", 0.25), 1))
    radius = min(frame.width() / 4, 3.0)  # a bar that is short stays a bar, and becomes no dot
    painter.drawRoundedRect(frame.adjusted(0.5, 0.5, -0.5, -0.5), radius, radius)


def _paint_makings(painter: QPainter, cell: QRect, row: Row) -> None:
    if isinstance(row, CategoryFigures):
        width = cell.width() - SPACE_M
        height = scaled(BAR_HEIGHT)
        frame = QRectF(cell.left() + SPACE_M, cell.center().y() - height / 2 + 0.5, width, height)
        parts = [(row.effort.made[making], theme().color(role)) for making, (role, _) in MAKINGS.items()]
        paint_stacked_bar(painter, frame, parts)
