"""Paints a row of the history: what the step did, the image it was on, and whether the project is there."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRect, QSize, Qt
from PySide6.QtGui import QFontMetrics, QPainter
from PySide6.QtWidgets import QStyledItemDelegate, QStyleOptionViewItem

from sam3_annotator.ui.item_delegates.painting import paint_ground, paint_text, text_width
from sam3_annotator.ui.item_models.history_model import HistoryRole
from sam3_annotator.ui.sizes import scaled
from sam3_annotator.ui.theme import SPACE_M, SPACE_S, theme

Index = QModelIndex | QPersistentModelIndex
ROW_HEIGHT: Final = 42
NOW: Final = "Now"


class HistoryDelegate(QStyledItemDelegate):
    """What was done in one line, the path of the image below it; steps that are undone are dimmed."""

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:  # noqa: ARG002 - Qt's
        """All rows have the same height."""
        return QSize(4 * SPACE_M, scaled(ROW_HEIGHT))

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        """Paint one row."""
        is_now: bool = index.data(HistoryRole.IS_NOW)
        is_undone: bool = index.data(HistoryRole.IS_UNDONE)
        image: str = index.data(HistoryRole.IMAGE)
        painter.save()
        paint_ground(painter, option, is_chosen=is_now)
        words_height, image_height = _line_heights()
        place = option.rect.adjusted(SPACE_M, 0, -SPACE_M, 0)
        if is_now:
            paint_text(painter, place, NOW, font="caption_strong", role="accent_text", is_right=True)
            place.setRight(place.right() - text_width(NOW, "caption_strong") - SPACE_S)
        height = words_height + (image_height if image else 0)
        words = QRect(place.left(), place.top() + (place.height() - height) // 2, place.width(), words_height)
        role = "text_dim" if is_undone else "text"
        paint_text(painter, words, index.data(), font="strong" if is_now else "body", role=role)
        if image:
            # The end of a path is its image: of a long one the folders are left out.
            below = QRect(words.left(), words.bottom() + 1, words.width(), image_height)
            paint_text(painter, below, image, font="caption", role="text_dim", elide=Qt.TextElideMode.ElideLeft)
        painter.restore()


def _line_heights() -> tuple[int, int]:
    body, caption = (QFontMetrics(theme().font(name)).lineSpacing() for name in ("body", "caption"))
    return body, caption
