"""What the colours of the bars in the column "Made" stand for."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QRect, QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from sam3_annotator.project import Making
from sam3_annotator.ui.item_delegates.painting import paint_text, text_width
from sam3_annotator.ui.sizes import scaled
from sam3_annotator.ui.statistics.columns import MAKINGS
from sam3_annotator.ui.theme import SPACE_M, SPACE_XS, theme

DOT: Final = 8
HEIGHT: Final = 20
_WORDS: Final = {
    Making.HAND: "By hand",
    Making.POINTED: "Pointed at",
    Making.FOUND: "Found",
    Making.IMPORT: "Imported",
}


class MakingsLegend(QWidget):
    """A dot and a word for each."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName("Colours of the column Made")
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        theme().theme_changed.connect(self.update)

    def sizeHint(self) -> QSize:
        """Give the size of all words beside each other."""
        return QSize(sum(map(_width, _WORDS.values())) - SPACE_M, scaled(HEIGHT))

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: ARG002 - Qt's
        """Paint the dots and words."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        x = 0
        for making, words in _WORDS.items():
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(theme().color(MAKINGS[making][0]))
            painter.drawEllipse(QRectF(x, (scaled(HEIGHT) - scaled(DOT)) / 2, scaled(DOT), scaled(DOT)))
            place = QRect(x + scaled(DOT) + SPACE_XS + 2, 0, _width(words), scaled(HEIGHT))
            paint_text(painter, place, words, font="caption", role="text_dim")
            x += _width(words)


def _width(words: str) -> int:
    return scaled(DOT) + SPACE_XS + 2 + text_width(words, "caption") + SPACE_M
