"""How many exemplars there are of either kind, and the cross that takes the last one back."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from PySide6.QtCore import QLineF, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QFontMetrics, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QToolButton, QWidget

from sam3_annotator.model import Exemplar
from sam3_annotator.ui.canvas.items import WHITE
from sam3_annotator.ui.canvas.marks import NEGATIVE, POSITIVE
from sam3_annotator.ui.theme import ICON_SIZE_SMALL, RADIUS, SPACE_S, SPACE_XS, bind_icon, theme

HEIGHT: Final = 24
MARK_SIDE: Final = 12


class ExemplarChip(QWidget):
    """A green disc with + and a red square with -, as on the canvas, each with its number."""

    removed = Signal()  # the last exemplar is not wanted

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._counts: list[tuple[bool, int]] = []
        self.setFont(theme().font("number"))
        self.setFixedHeight(HEIGHT)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.cross = QToolButton()
        self.cross.setIconSize(QSize(ICON_SIZE_SMALL - 2, ICON_SIZE_SMALL - 2))
        self.cross.setFixedSize(HEIGHT - 2, HEIGHT - 2)
        self.cross.setToolTip("Take the last example back")
        self.cross.setAccessibleName("Take the last example back")
        self.cross.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        bind_icon(self.cross, "close", "text_dim")
        self.cross.clicked.connect(self.removed)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 1, 0)
        layout.addWidget(self.cross, alignment=Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        theme().theme_changed.connect(self.update)

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
            MARK_SIDE + SPACE_XS + metrics.horizontalAdvance(str(count)) + SPACE_S for _, count in self._counts
        )
        return QSize(SPACE_S + counts + self.cross.width(), HEIGHT)

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: ARG002 - Qt's
        """Paint ground, marks and numbers."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(theme().color("line"), 1))
        painter.setBrush(theme().color("raised"))
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), RADIUS, RADIUS)
        metrics = QFontMetrics(self.font())
        x = SPACE_S
        for is_positive, count in self._counts:
            _paint_mark(painter, QPointF(x + MARK_SIDE / 2, self.height() / 2), is_positive=is_positive)
            x += MARK_SIDE + SPACE_XS
            advance = metrics.horizontalAdvance(str(count))
            painter.setPen(theme().color("text"))
            painter.drawText(QRectF(x, 0, advance + 1, self.height()), Qt.AlignmentFlag.AlignVCenter, str(count))
            x += advance + SPACE_S


def _words(positives: int, negatives: int) -> str:
    if not positives:
        return f"{_examples(negatives)} of what not to find"
    rest = f", {negatives} of what not to find" if negatives else ""
    return f"{_examples(positives)} of what to find{rest}"


def _examples(count: int) -> str:
    return "1 example" if count == 1 else f"{count} examples"


def _paint_mark(painter: QPainter, at: QPointF, *, is_positive: bool) -> None:
    half, arm = MARK_SIDE / 2, MARK_SIDE / 2 - 3
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(POSITIVE if is_positive else NEGATIVE)
    draw = painter.drawEllipse if is_positive else painter.drawRect
    draw(QRectF(at.x() - half, at.y() - half, MARK_SIDE, MARK_SIDE))
    painter.setPen(QPen(WHITE, 2))
    lines = [QLineF(at.x() - arm, at.y(), at.x() + arm, at.y())]
    if is_positive:
        lines.append(QLineF(at.x(), at.y() - arm, at.x(), at.y() + arm))
    painter.drawLines(lines)
