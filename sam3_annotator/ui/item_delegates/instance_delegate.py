"""Paints a row of the instance list: colour, category, attributes, measure, and the eye that hides the instance."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRect, QSize
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem

from sam3_annotator.project import Category
from sam3_annotator.ui.item_delegates.painting import (
    SWATCH_SIZE,
    centred,
    paint_ground,
    paint_icon,
    paint_swatch,
    paint_text,
    text_width,
)
from sam3_annotator.ui.item_models.instance_model import InstanceRole
from sam3_annotator.ui.sizes import scaled
from sam3_annotator.ui.theme import ICON_SIZE_SMALL, SPACE_S

Index = QModelIndex | QPersistentModelIndex
ROW_HEIGHT: Final = 30
# With less room nothing is said of attributes; the tooltip does.
LEAST_WORDS_WIDTH: Final = 24
# What a name has before its measure is shown.
LEAST_NAME_WIDTH: Final = 40


class InstanceDelegate(QStyledItemDelegate):
    """Hidden instances are faded; their eye is shut and always visible, that of others under the pointer."""

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:  # noqa: ARG002 - Qt's
        """All rows have the same height."""
        return QSize(scaled(ROW_HEIGHT) * 4, scaled(ROW_HEIGHT))

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        """Paint one row."""
        category: Category = index.data(InstanceRole.CATEGORY)
        is_hidden: bool = index.data(InstanceRole.HIDDEN)
        painter.save()
        paint_ground(painter, option)
        swatch = centred(scaled(SWATCH_SIZE), option.rect, option.rect.left() + 2 * SPACE_S)
        paint_swatch(painter, swatch, category.color, is_faded=is_hidden)
        eye = eye_rect(option.rect)
        measure: str = index.data(InstanceRole.MEASURE)
        text = option.rect.adjusted(0, 0, 0, 0)
        text.setLeft(swatch.right() + 1 + SPACE_S + 2)
        text.setRight(eye.left() - SPACE_S - 2)
        measure_width = text_width(measure, "number_caption") + SPACE_S
        if text.width() >= measure_width + min(text_width(category.name), scaled(LEAST_NAME_WIDTH)):
            paint_text(painter, text, measure, font="number_caption", role="text_dim", is_right=True)
            text.setRight(text.right() - measure_width)
        paint_text(painter, text, category.name, role="text_dim" if is_hidden else "text")
        text.setLeft(text.left() + text_width(category.name) + SPACE_S)
        if text.width() > LEAST_WORDS_WIDTH:
            told: str = index.data(InstanceRole.ATTRIBUTES)
            paint_text(painter, text, told, font="caption", role="text_dim")
        is_pointed_at = bool(option.state & QStyle.StateFlag.State_MouseOver)
        role = "text" if is_pointed_at else "text_dim"
        paint_icon(painter, eye, "eye-off-outline" if is_hidden else "eye-outline", role)
        painter.restore()


def eye_rect(row: QRect) -> QRect:
    """Give the place of the eye in a row."""
    return centred(scaled(ICON_SIZE_SMALL), row, row.right() + 1 - 2 * SPACE_S - scaled(ICON_SIZE_SMALL))
