"""Which image before the instances come from that are looked for, and the cross that looks for them no more."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QFontMetrics, QPainter
from PySide6.QtWidgets import QWidget

from sam3_annotator.ui.phrase_bar.chip import HEIGHT, Chip
from sam3_annotator.ui.plain_tip import plain_tip
from sam3_annotator.ui.sizes import bind_font, scaled
from sam3_annotator.ui.theme import SPACE_S, theme

MAX_NAME_WIDTH: Final = 148


class SourceChip(Chip):
    """The word "From", and the name of the image; of a long one both ends, since those of a sequence begin alike."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("Look for them no more", parent)
        self._words = ""
        bind_font(self, "body")

    def show_source(self, name: str) -> None:
        """Name the image."""
        metrics = QFontMetrics(self.font())
        self._words = f"From {metrics.elidedText(name, Qt.TextElideMode.ElideMiddle, scaled(MAX_NAME_WIDTH))}"
        self.setAccessibleName(f"The instances of {name}")
        self.setToolTip(plain_tip(f"The instances of {name}, where they are on this image"))
        self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:
        """Give the room of the words and the cross."""
        return QSize(SPACE_S + self._advance() + self.cross.width() + 1, scaled(HEIGHT))

    def paint_content(self, painter: QPainter) -> None:
        """Paint the words."""
        painter.setPen(theme().color("text"))
        room = QRectF(SPACE_S, 0, self._advance(), self.height())
        painter.drawText(room, Qt.AlignmentFlag.AlignVCenter, self._words)

    def _advance(self) -> int:
        return QFontMetrics(self.font()).horizontalAdvance(self._words) + 1
