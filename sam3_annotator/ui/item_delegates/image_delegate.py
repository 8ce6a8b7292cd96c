"""Paints a row of the image list: thumbnail, name, how far it has come."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from PySide6.QtCore import QModelIndex, QObject, QPersistentModelIndex, QRect, QRectF, QSize, Signal
from PySide6.QtGui import QPainter, QPainterPath, QPixmap
from PySide6.QtWidgets import QStyledItemDelegate, QStyleOptionViewItem

from sam3_annotator.project import ImageRecord, ImageState
from sam3_annotator.ui.images.thumbnails import THUMBNAIL_SIZE, ThumbnailLoader
from sam3_annotator.ui.item_delegates.painting import centred, paint_ground, paint_icon, paint_text, shortened_name
from sam3_annotator.ui.item_models.image_model import ImageRole
from sam3_annotator.ui.sizes import scaled
from sam3_annotator.ui.theme import ICON_SIZE, ICON_SIZE_SMALL, RADIUS_SMALL, SPACE_S, SPACE_XS, theme

Index = QModelIndex | QPersistentModelIndex

STATE_ICONS: Mapping[ImageState, tuple[str, str]] = {
    ImageState.UNANNOTATED: ("circle-outline", "text_dim"),
    ImageState.IN_PROGRESS: ("circle-slice-4", "warning"),
    ImageState.DONE: ("check-circle", "success"),
    ImageState.REVIEWED: ("check-all", "success"),
    ImageState.CONFIRMED_EMPTY: ("circle-off-outline", "success"),
    ImageState.LEFT_OUT: ("minus-circle-outline", "text_dim"),
}
"""Icon and colour role of each state: the shape alone tells them apart."""
PROBLEM_ICON: Final = ("alert-outline", "warning")
LINE_HEIGHT: Final = 18
LEFT_OUT_OPACITY: Final = 0.4  # of the thumbnail


class ImageDelegate(QStyledItemDelegate):
    """Asks for the thumbnails of the rows it paints, so only of rows that are seen."""

    wanted = Signal(object)  # ImageRecord whose thumbnail is not there

    def __init__(self, thumbnails: ThumbnailLoader, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._thumbnails = thumbnails

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:  # noqa: ARG002 - Qt's
        """All rows are as high as a thumbnail or two lines, and a gap."""
        height = max(THUMBNAIL_SIZE.height(), 2 * scaled(LINE_HEIGHT) + 2 * SPACE_XS)
        return QSize(THUMBNAIL_SIZE.width() * 3, height + SPACE_S + SPACE_XS)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        """Paint one row."""
        record: ImageRecord = index.data(ImageRole.RECORD)
        problem: str = index.data(ImageRole.PROBLEM)
        painter.save()
        paint_ground(painter, option)
        row = option.rect.adjusted(SPACE_XS + SPACE_XS, 0, -(SPACE_XS + SPACE_S), 0)
        thumbnail = centred(THUMBNAIL_SIZE, row, row.left())
        is_left_out = record.state is ImageState.LEFT_OUT
        painter.setOpacity(LEFT_OUT_OPACITY if is_left_out else 1)
        self._paint_thumbnail(painter, thumbnail, record, has_problem=bool(problem))
        painter.setOpacity(1)
        state = centred(scaled(ICON_SIZE_SMALL), row, row.right() - scaled(ICON_SIZE_SMALL) + 1)
        # What is wrong with the file of an image that is left out is nobody's trouble.
        name, role = PROBLEM_ICON if problem and not is_left_out else STATE_ICONS[record.state]
        paint_icon(painter, state, name, role)
        left = thumbnail.right() + SPACE_S + 2
        text = QRect(left, row.center().y() - scaled(LINE_HEIGHT), state.left() - SPACE_S - left, scaled(LINE_HEIGHT))
        ink = "text_dim" if is_left_out else "text"
        paint_text(painter, text, shortened_name(index.data(ImageRole.NAME), text.width()), role=ink)
        text.translate(0, scaled(LINE_HEIGHT) + 1)
        paint_text(painter, text, index.data(ImageRole.CAPTION), font="number_caption", role="text_dim")
        painter.restore()

    def _paint_thumbnail(self, painter: QPainter, rect: QRect, record: ImageRecord, *, has_problem: bool) -> None:
        shape = QPainterPath()
        shape.addRoundedRect(QRectF(rect), RADIUS_SMALL, RADIUS_SMALL)
        pixmap = None if has_problem else self._thumbnails.pixmap(record.id)
        if pixmap is not None:
            _paint_clipped(painter, shape, rect, pixmap)
            return
        painter.fillPath(shape, theme().color("hover"))
        icon = QRect(0, 0, scaled(ICON_SIZE), scaled(ICON_SIZE))
        icon.moveCenter(rect.center())
        paint_icon(painter, icon, "image-off-outline" if has_problem else "image-outline", "text_disabled")
        if not has_problem:
            self.wanted.emit(record)


def _paint_clipped(painter: QPainter, shape: QPainterPath, rect: QRect, pixmap: QPixmap) -> None:
    painter.save()
    painter.setClipPath(shape)
    painter.drawPixmap(rect.topLeft(), pixmap)
    painter.restore()
