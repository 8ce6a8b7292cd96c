"""Paints a row of the findings: how much it matters, what kind it is, and its sentence."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QPoint, QRect, QSize, Qt
from PySide6.QtGui import QFontMetrics, QPainter, QTextLayout, QTextOption
from PySide6.QtWidgets import QAbstractItemView, QStyledItemDelegate, QStyleOptionViewItem

from sam3_annotator.project import Finding, Severity
from sam3_annotator.ui.item_delegates.painting import paint_ground, paint_icon, paint_text
from sam3_annotator.ui.item_models.finding_model import FindingRole
from sam3_annotator.ui.sizes import scaled
from sam3_annotator.ui.theme import ICON_SIZE_SMALL, SPACE_M, SPACE_S, SPACE_XS, theme

Index = QModelIndex | QPersistentModelIndex
LINES: Final = 3  # of a sentence, unless its row is open; the tooltip has all of it
_ICONS: Final = {
    Severity.ERROR: ("alert-circle-outline", "danger"),
    Severity.WARNING: ("alert-outline", "warning"),
    Severity.NOTE: ("information-outline", "text_dim"),
}


class FindingDelegate(QStyledItemDelegate):
    """The heading of the kind in one line, below it the sentence: all of it in the open row, in others three lines.

    The view says which row is open, and lays its rows out anew then.
    """

    def __init__(self, view: QAbstractItemView) -> None:
        super().__init__(view)
        self._view = view
        self._open_row: int | None = None
        theme().theme_changed.connect(self._measure)
        self._measure()

    def _measure(self) -> None:
        self._heading, self._line = (
            QFontMetrics(theme().font(name)).lineSpacing() for name in ("caption_strong", "caption")
        )
        self._low = self._high = self._size(LINES)  # asked of all rows, of which there may be many

    def open_row(self, index: Index | None) -> None:
        """Show the whole sentence of this row, and of no other."""
        self._open_row = None if index is None else index.row()
        if index is not None:
            self._high = self._size(max(len(self._lines(index)), LINES))

    def _size(self, lines: int) -> QSize:
        return QSize(4 * SPACE_M, self._heading + lines * self._line + 2 * SPACE_S)

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:  # noqa: ARG002 - Qt's
        """All rows have the same height, but for the open one."""
        return self._high if index.row() == self._open_row else self._low

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        """Paint one row."""
        finding: Finding = index.data(FindingRole.FINDING)
        painter.save()
        paint_ground(painter, option)
        row = option.rect.adjusted(SPACE_M, SPACE_S, -SPACE_M, -SPACE_S)
        heading = QRect(row)
        heading.setHeight(self._heading)
        name, role = _ICONS[finding.severity]
        side = scaled(ICON_SIZE_SMALL)
        paint_icon(painter, QRect(row.left(), row.top() - 1, side, side), name, role)
        heading.setLeft(row.left() + _words_left())
        paint_text(painter, heading, finding.kind.heading, font="caption_strong")
        self._paint_sentence(painter, QPoint(heading.left(), heading.bottom() + 1 + SPACE_XS // 2), index)
        painter.restore()

    def _paint_sentence(self, painter: QPainter, place: QPoint, index: Index) -> None:
        """Paint what there is room for; what does not fit is cut off with an ellipsis."""
        font = theme().font("caption")
        metrics = QFontMetrics(font)
        painter.setFont(font)
        painter.setPen(theme().color("text_dim"))
        lines = self._lines(index)
        if index.row() != self._open_row and len(lines) > LINES:
            rest = "".join(lines[LINES - 1 :])
            lines = [*lines[: LINES - 1], metrics.elidedText(rest, Qt.TextElideMode.ElideRight, self._width)]
        for number, words in enumerate(lines):
            painter.drawText(place.x(), place.y() + number * self._line + metrics.ascent(), words.strip())

    @property
    def _width(self) -> int:
        return self._view.viewport().width() - 2 * SPACE_M - _words_left()

    def _lines(self, index: Index) -> list[str]:
        """Break the sentence into lines as wide as the view has room for."""
        text: str = index.data(FindingRole.FINDING).sentence
        layout = QTextLayout(text, theme().font("caption"))
        option = QTextOption()
        option.setWrapMode(QTextOption.WrapMode.WrapAtWordBoundaryOrAnywhere)
        layout.setTextOption(option)
        lines = []
        layout.beginLayout()
        while (line := layout.createLine()).isValid():
            line.setLineWidth(self._width)
            lines.append(text[line.textStart() : line.textStart() + line.textLength()])
        layout.endLayout()
        return lines


def _words_left() -> int:
    """Give the room of the icon and the gap behind it."""
    return scaled(ICON_SIZE_SMALL) + SPACE_S
