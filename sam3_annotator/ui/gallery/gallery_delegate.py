"""Paints a cell of the gallery: the crop of an instance with its outline, its category and score below."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QModelIndex, QObject, QPersistentModelIndex, QPointF, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QFontMetrics, QHelpEvent, QPainter, QPen
from PySide6.QtWidgets import QAbstractItemView, QStyle, QStyledItemDelegate, QStyleOptionViewItem, QToolTip

from sam3_annotator.project import Category, ListedInstance, says_missing
from sam3_annotator.ui.gallery.crop_loader import CropLoader
from sam3_annotator.ui.gallery.gallery_model import GalleryRole
from sam3_annotator.ui.item_delegates.painting import centred, paint_icon, paint_swatch, paint_text, text_width
from sam3_annotator.ui.plain_tip import plain_tip
from sam3_annotator.ui.sizes import scaled
from sam3_annotator.ui.theme import ICON_SIZE, RADIUS, RADIUS_SMALL, SPACE_S, SPACE_XS, theme

Index = QModelIndex | QPersistentModelIndex
GAP: Final = SPACE_XS // 2
"""Around each card; neighbours have two of them between them."""
PADDING: Final = SPACE_S - 2
SWATCH: Final = 10
CHOSEN_WIDTH: Final = 2
_TEXT_FROM: Final = 112
"""Side of a crop, in points, from which there is room for words where it cannot be shown."""


class GalleryDelegate(QStyledItemDelegate):
    """A cell is a card in a narrow gap: the crop, as large as the cell is wide, over a caption."""

    def __init__(self, loader: CropLoader, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._loader = loader

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        """Paint one cell."""
        entry: ListedInstance | None = index.data(GalleryRole.ENTRY)
        if entry is None:
            return
        category: Category = index.data(GalleryRole.CATEGORY)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        _paint_card(painter, option, option.rect.adjusted(GAP, GAP, -GAP, -GAP))
        place = crop_rect(option.rect)
        crop = self._loader.crop(entry.id)
        if crop is not None:
            pixmap = crop.pixmap(place.width(), painter.device().devicePixelRatioF(), category.color)
            painter.drawPixmap(place.topLeft(), pixmap)
        else:
            self._paint_absence(painter, place, self._loader.problem(entry.image_id))
        caption = QRect(place.left(), place.bottom() + 1 + SPACE_XS, place.width(), _caption_height() - SPACE_XS)
        _paint_caption(painter, caption, category, entry.score)
        painter.restore()

    def helpEvent(self, event: QHelpEvent, view: QAbstractItemView, option: QStyleOptionViewItem, index: Index) -> bool:
        """Say what an instance is, or why it cannot be shown."""
        entry: ListedInstance | None = index.data(GalleryRole.ENTRY)
        problem = "" if entry is None else self._loader.problem(entry.image_id)
        if problem:
            QToolTip.showText(event.globalPos(), plain_tip(problem), view)
            return True
        return super().helpEvent(event, view, option, index)

    def _paint_absence(self, painter: QPainter, place: QRect, problem: str) -> None:
        """Paint that there is no crop yet, or why there will be none."""
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(theme().color("canvas"))
        painter.drawRoundedRect(QRectF(place), RADIUS_SMALL, RADIUS_SMALL)
        icon = QRect(0, 0, scaled(ICON_SIZE), scaled(ICON_SIZE))
        has_words = bool(problem) and place.width() >= _TEXT_FROM
        icon.moveCenter(place.center() - QPointF(0, SPACE_S * has_words).toPoint())
        paint_icon(painter, icon, "image-off-outline" if problem else "image-outline", "text_disabled")
        if has_words:
            words = absence_words(problem)
            painter.setFont(theme().font("caption"))
            painter.setPen(theme().color("text_dim"))
            below = QRect(place.left(), icon.bottom() + SPACE_XS, place.width(), _caption_height())
            painter.drawText(below, Qt.AlignmentFlag.AlignCenter, words)


def absence_words(problem: str) -> str:
    """Say in few words what a sentence says of an image."""
    return "Image is missing" if says_missing(problem) else "Image is unreadable"


def cell_size(side: int) -> QSize:
    """Give the size of a cell with a crop of so many points."""
    around = 2 * (GAP + PADDING)
    return QSize(side + around, side + around + _caption_height())


def crop_rect(cell: QRect) -> QRect:
    """Give the place of the crop in a cell."""
    around = GAP + PADDING
    side = cell.width() - 2 * around
    return QRect(cell.left() + around, cell.top() + around, side, side)


def _caption_height() -> int:
    return QFontMetrics(theme().font("caption")).height() + SPACE_XS


def _paint_card(painter: QPainter, option: QStyleOptionViewItem, card: QRect) -> None:
    frame = QRectF(card)
    is_chosen = bool(option.state & QStyle.StateFlag.State_Selected)
    if is_chosen or option.state & QStyle.StateFlag.State_MouseOver:
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(theme().color("selection" if is_chosen else "hover"))
        painter.drawRoundedRect(frame, RADIUS, RADIUS)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    if is_chosen:
        painter.setPen(QPen(theme().color("accent"), CHOSEN_WIDTH))
        painter.drawRoundedRect(frame.adjusted(1, 1, -1, -1), RADIUS - 1, RADIUS - 1)
    elif option.state & QStyle.StateFlag.State_HasFocus and option.state & QStyle.StateFlag.State_KeyboardFocusChange:
        painter.setPen(QPen(theme().color("accent"), 1))
        painter.drawRoundedRect(frame.adjusted(0.5, 0.5, -0.5, -0.5), RADIUS, RADIUS)


def _paint_caption(painter: QPainter, place: QRect, category: Category, score: float | None) -> None:
    paint_swatch(painter, centred(scaled(SWATCH), place, place.left() + 1), category.color)
    name = place.adjusted(scaled(SWATCH) + SPACE_XS + 2, 0, 0, 0)
    if score is not None:
        words = f"{score:.2f}"
        paint_text(painter, name, words, font="number_caption", role="text_dim", is_right=True)
        name.setRight(name.right() - text_width(words, "number_caption") - SPACE_XS)
    paint_text(painter, name, category.name, font="caption")
