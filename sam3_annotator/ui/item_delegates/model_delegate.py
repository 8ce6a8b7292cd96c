"""Paints a row of the list of models: whether it can be used, its name, its state, and which one is in use."""

from __future__ import annotations

from enum import IntEnum
from typing import Final

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRect, QSize, Qt
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem

from sam3_annotator.model import ModelEntry, ModelState
from sam3_annotator.ui.item_delegates.painting import centred, paint_ground, paint_icon, paint_text
from sam3_annotator.ui.sizes import scaled
from sam3_annotator.ui.theme import ICON_SIZE_SMALL, SPACE_L, SPACE_S

Index = QModelIndex | QPersistentModelIndex
ROW_HEIGHT: Final = 48
LINE_HEIGHT: Final = 18
STATE_ICONS: Final = {
    ModelState.READY: ("circle-outline", "text_dim"),
    ModelState.ABSENT: ("tray-arrow-down", "text_dim"),
    ModelState.PARTIAL: ("circle-slice-4", "warning"),
    ModelState.MISSING: ("alert-outline", "warning"),
}
IN_USE_ICON: Final = ("check-circle", "success")
FAILED_ICON: Final = ("alert-circle-outline", "danger")
DISABLED_OPACITY: Final = 0.5


class ModelRole(IntEnum):
    """What an item of the list carries."""

    ENTRY = Qt.ItemDataRole.UserRole
    IS_IN_USE = Qt.ItemDataRole.UserRole + 1
    HAS_FAILED = Qt.ItemDataRole.UserRole + 2  # chosen, but it could not be loaded


class ModelDelegate(QStyledItemDelegate):
    """An icon tells the state by its shape; the model in use has a check mark instead."""

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:  # noqa: ARG002 - Qt's
        """All rows have the same height."""
        return QSize(scaled(ROW_HEIGHT) * 4, scaled(ROW_HEIGHT))

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        """Paint one row."""
        entry: ModelEntry = index.data(ModelRole.ENTRY)
        painter.save()
        paint_ground(painter, option)
        row = option.rect.adjusted(SPACE_L, 0, -SPACE_L, 0)
        if not option.state & QStyle.StateFlag.State_Enabled:
            painter.setOpacity(DISABLED_OPACITY)
        icon = centred(scaled(ICON_SIZE_SMALL), row, row.left())
        paint_icon(painter, icon, *_icon(index, entry))
        left = icon.right() + 1 + SPACE_S + 2
        top = row.center().y() - scaled(LINE_HEIGHT) + 1
        text = QRect(left, top, row.right() - left, scaled(LINE_HEIGHT))
        paint_text(painter, text, entry.title, font="strong", elide=Qt.TextElideMode.ElideMiddle)
        text.translate(0, scaled(LINE_HEIGHT))
        paint_text(painter, text, index.data(Qt.ItemDataRole.ToolTipRole), font="number_caption", role="text_dim")
        painter.restore()


def _icon(index: Index, entry: ModelEntry) -> tuple[str, str]:
    if index.data(ModelRole.HAS_FAILED):
        return FAILED_ICON
    return IN_USE_ICON if index.data(ModelRole.IS_IN_USE) else STATE_ICONS[entry.state]
