"""How many exemplars there are of either kind, and the cross that takes the last one back."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from PySide6.QtCore import QLineF, QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QFontMetrics, QPainter, QPen
from PySide6.QtWidgets import QWidget

from sam3_annotator.model import Exemplar
from sam3_annotator.project import counted
from sam3_annotator.ui.canvas.items import WHITE
from sam3_annotator.ui.canvas.marks import NEGATIVE, POSITIVE
from sam3_annotator.ui.phrase_bar.chip import HEIGHT, Chip
from sam3_annotator.ui.sizes import bind_font, scaled
from sam3_annotator.ui.theme import SPACE_S, SPACE_XS, theme

MARK_SIDE: Final = 12


class ExemplarChip(Chip):
    """A green disc with + and a red square with -, as on the canvas, each with its number."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("Take the last example back", parent)
        self._counts: list[tuple[bool, int]] = []
        bind_font(self, "number")

    def show_exemplars(self, exemplars: Sequence[Exemplar]) -> None:
        """Count them."""
        positives = sum(exemplar.positive for exemplar in exemplars)
        both = ((True, positives), (False, len(exemplars) - positives))
        self._counts = [(is_positive, count) for is_positive, count in both if count]
        words = _words(positives, len(exemplars) - positives)
        self.setAccessibleName(words)
        self.setToolTip(words)
        self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:
        """Give the room of the marks, their numbers and the cross."""
        metrics = QFontMetrics(self.font())
        counts = sum(
            scaled(MARK_SIDE) + SPACE_XS + metrics.horizontalAdvance(str(count)) + SPACE_S for _, count in self._counts
        )
        return QSize(SPACE_S + counts + self.cross.width(), scaled(HEIGHT))

    def paint_content(self, painter: QPainter) -> None:
        """Paint marks and numbers."""
        metrics = QFontMetrics(self.font())
        x = SPACE_S
        for is_positive, count in self._counts:
            _paint_mark(painter, QPointF(x + scaled(MARK_SIDE) / 2, self.height() / 2), is_positive=is_positive)
            x += scaled(MARK_SIDE) + SPACE_XS
            advance = metrics.horizontalAdvance(str(count))
            painter.setPen(theme().color("text"))
            painter.drawText(QRectF(x, 0, advance + 1, self.height()), Qt.AlignmentFlag.AlignVCenter, str(count))
            x += advance + SPACE_S


def _words(positives: int, negatives: int) -> str:
    if not positives:
        return f"{counted(negatives, 'example')} of what not to find"
    rest = f", {negatives} of what not to find" if negatives else ""
    return f"{counted(positives, 'example')} of what to find{rest}"


def _paint_mark(painter: QPainter, at: QPointF, *, is_positive: bool) -> None:
    half, arm = scaled(MARK_SIDE) / 2, scaled(MARK_SIDE) / 2 - 3
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(POSITIVE if is_positive else NEGATIVE)
    draw = painter.drawEllipse if is_positive else painter.drawRect
    draw(QRectF(at.x() - half, at.y() - half, scaled(MARK_SIDE), scaled(MARK_SIDE)))
    painter.setPen(QPen(WHITE, 2))
    lines = [QLineF(at.x() - arm, at.y(), at.x() + arm, at.y())]
    if is_positive:
        lines.append(QLineF(at.x(), at.y() - arm, at.x(), at.y() + arm))
    painter.drawLines(lines)
