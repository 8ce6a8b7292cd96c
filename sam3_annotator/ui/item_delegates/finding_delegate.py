"""Paints a row of the findings: how much it matters, what kind it is, and its sentence."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRect, QSize, Qt
from PySide6.QtGui import QFontMetrics, QPainter, QTextLayout, QTextOption
from PySide6.QtWidgets import QStyledItemDelegate, QStyleOptionViewItem

from sam3_annotator.project import Finding, Severity
from sam3_annotator.ui.item_delegates.painting import paint_ground, paint_icon, paint_text
from sam3_annotator.ui.item_models.finding_model import FindingRole
from sam3_annotator.ui.theme import ICON_SIZE_SMALL, SPACE_M, SPACE_S, SPACE_XS, theme

Index = QModelIndex | QPersistentModelIndex
_LINES: Final = 3  # of the sentence; the tooltip has all of it
_ICONS: Final = {
    Severity.ERROR: ("alert-circle-outline", "danger"),
    Severity.WARNING: ("alert-outline", "warning"),
    Severity.NOTE: ("information-outline", "text_dim"),
}


class FindingDelegate(QStyledItemDelegate):
    """The heading of the kind in one line, the sentence in up to three below it."""

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:  # noqa: ARG002 - Qt's
        """All rows have the same height."""
        heading, words = (QFontMetrics(theme().font(name)).lineSpacing() for name in ("caption_strong", "caption"))
        return QSize(4 * SPACE_M, heading + _LINES * words + 2 * SPACE_S)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        """Paint one row."""
        finding: Finding = index.data(FindingRole.FINDING)
        painter.save()
        paint_ground(painter, option)
        row = option.rect.adjusted(SPACE_M, SPACE_S, -SPACE_M, -SPACE_S)
        heading = QRect(row)
        heading.setHeight(QFontMetrics(theme().font("caption_strong")).lineSpacing())
        name, role = _ICONS[finding.severity]
        paint_icon(painter, QRect(row.left(), row.top() - 1, ICON_SIZE_SMALL, ICON_SIZE_SMALL), name, role)
        heading.setLeft(row.left() + ICON_SIZE_SMALL + SPACE_S)
        paint_text(painter, heading, finding.kind.heading, font="caption_strong")
        words = QRect(heading.left(), heading.bottom() + 1 + SPACE_XS // 2, heading.width(), 0)
        words.setBottom(row.bottom() + 1)
        _paint_lines(painter, words, finding.sentence)
        painter.restore()


def _paint_lines(painter: QPainter, place: QRect, text: str) -> None:
    """Paint text over up to three lines; what does not fit is cut off with an ellipsis."""
    font = theme().font("caption")
    metrics = QFontMetrics(font)
    painter.setFont(font)
    painter.setPen(theme().color("text_dim"))
    layout = QTextLayout(text, font)
    option = QTextOption()
    option.setWrapMode(QTextOption.WrapMode.WrapAtWordBoundaryOrAnywhere)
    layout.setTextOption(option)
    layout.beginLayout()
    for number in range(_LINES):
        line = layout.createLine()
        if not line.isValid():
            break
        line.setLineWidth(place.width())
        until = line.textStart() + line.textLength() if number < _LINES - 1 else len(text)
        words = metrics.elidedText(text[line.textStart() : until].strip(), Qt.TextElideMode.ElideRight, place.width())
        painter.drawText(place.left(), place.top() + number * metrics.lineSpacing() + metrics.ascent(), words)
    layout.endLayout()
