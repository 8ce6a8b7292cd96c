"""Paints a row of the proposals: a thumbnail, score and size, and the marks that accept or reject it."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QModelIndex, QObject, QPersistentModelIndex, QRect, QRectF, QSize
from PySide6.QtGui import QHelpEvent, QPainter, QPainterPath
from PySide6.QtWidgets import QAbstractItemView, QStyle, QStyledItemDelegate, QStyleOptionViewItem, QToolTip

from sam3_annotator.ui.canvas.proposals import Proposal
from sam3_annotator.ui.item_delegates.painting import centred, paint_ground, paint_icon, paint_text
from sam3_annotator.ui.item_delegates.proposal_thumbnails import THUMBNAIL_SIDE, ProposalThumbnails
from sam3_annotator.ui.item_models.proposal_model import ProposalRole
from sam3_annotator.ui.keyboard.key_map import KeyMap
from sam3_annotator.ui.keyboard.keys import with_key
from sam3_annotator.ui.sizes import scaled
from sam3_annotator.ui.theme import ICON_SIZE, ICON_SIZE_SMALL, RADIUS_SMALL, SPACE_M, SPACE_S, SPACE_XS, theme

Index = QModelIndex | QPersistentModelIndex
LINE_HEIGHT: Final = 18


def row_height() -> int:
    """Give the height of all rows: of a thumbnail or two lines, and a gap."""
    return max(THUMBNAIL_SIDE, 2 * scaled(LINE_HEIGHT)) + SPACE_M


class ProposalDelegate(QStyledItemDelegate):
    """The marks show on the current row, which the keys are about, and on the one under the pointer."""

    def __init__(self, thumbnails: ProposalThumbnails, keys: KeyMap, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._keys = keys
        self._thumbnails = thumbnails

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:  # noqa: ARG002 - Qt's
        """All rows have the same height."""
        return QSize(3 * row_height(), row_height())

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        """Paint one row."""
        painter.save()
        paint_ground(painter, option)
        thumbnail = centred(THUMBNAIL_SIDE, option.rect, option.rect.left() + SPACE_S + 2)
        self._paint_thumbnail(painter, thumbnail, index.data(ProposalRole.PROPOSAL))
        left = thumbnail.right() + 1 + SPACE_M
        right = accept_rect(option.rect).left() - SPACE_S
        text = QRect(left, option.rect.center().y() - scaled(LINE_HEIGHT) + 1, right - left, scaled(LINE_HEIGHT))
        paint_text(painter, text, index.data(), font="number")
        text.translate(0, scaled(LINE_HEIGHT))
        paint_text(painter, text, index.data(ProposalRole.SIZE), font="number_caption", role="text_dim")
        if option.state & (QStyle.StateFlag.State_Selected | QStyle.StateFlag.State_MouseOver):
            paint_icon(painter, accept_rect(option.rect), "check", "text")
            paint_icon(painter, reject_rect(option.rect), "close", "text")
        painter.restore()

    def helpEvent(self, event: QHelpEvent, view: QAbstractItemView, option: QStyleOptionViewItem, index: Index) -> bool:
        """Name the mark under the pointer and its key, else the proposal."""
        for mark, words, action_id in (
            (accept_rect(option.rect), "Accept", "accept"),
            (reject_rect(option.rect), "Reject", "delete_vertex"),
        ):
            if mark.contains(event.pos()):
                QToolTip.showText(event.globalPos(), with_key(words, self._keys.text(action_id)), view)
                return True
        return super().helpEvent(event, view, option, index)

    def _paint_thumbnail(self, painter: QPainter, rect: QRect, proposal: Proposal) -> None:
        pixmap = self._thumbnails.pixmap(proposal, painter.device().devicePixelRatioF())
        if pixmap is not None:
            painter.drawPixmap(rect.topLeft(), pixmap)
            return
        shape = QPainterPath()
        shape.addRoundedRect(QRectF(rect), RADIUS_SMALL, RADIUS_SMALL)
        painter.fillPath(shape, theme().color("hover"))
        icon = QRect(0, 0, scaled(ICON_SIZE), scaled(ICON_SIZE))
        icon.moveCenter(rect.center())
        paint_icon(painter, icon, "image-outline", "text_disabled")


def reject_rect(row: QRect) -> QRect:
    """Give the place of the mark that rejects in a row."""
    return centred(scaled(ICON_SIZE_SMALL), row, row.right() + 1 - 2 * SPACE_S - scaled(ICON_SIZE_SMALL))


def accept_rect(row: QRect) -> QRect:
    """Give the place of the mark that accepts in a row."""
    return reject_rect(row).translated(-(scaled(ICON_SIZE_SMALL) + SPACE_S + SPACE_XS), 0)
