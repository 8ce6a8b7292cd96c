"""A slider from one side over a middle, where it changes nothing, to the other."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QStyle, QStyleOptionSlider, QWidget

from sam3_annotator.ui.direct_slider import DirectSlider
from sam3_annotator.ui.sizes import bind_sizes, scaled
from sam3_annotator.ui.theme import theme

STEPS: Final = 100
LEAST_WIDTH: Final = 80
GROOVE_HEIGHT: Final = 4
MARK_HEIGHT: Final = 10


class CentredSlider(DirectSlider):
    """From -`STEPS` to `STEPS`, coloured from the middle to the handle; a double click takes it to the middle."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(-STEPS, STEPS, STEPS // 10, parent)
        self.setProperty("kind", "centred")
        bind_sizes(self, lambda: self.setMinimumWidth(scaled(LEAST_WIDTH)))

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """Go back to the middle."""
        if event.button() is Qt.MouseButton.LeftButton:
            self.setValue(0)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the groove with its middle, and what of it is in colour, below the handle."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        option = QStyleOptionSlider()
        self.initStyleOption(option)
        part = QStyle.SubControl.SC_SliderHandle
        handle = self.style().subControlRect(QStyle.ComplexControl.CC_Slider, option, part, self).toRectF().center().x()
        middle, height = self.width() / 2, self.height() / 2
        painter.setBrush(theme().color("line_strong"))
        groove = QRectF(0, height - GROOVE_HEIGHT / 2, self.width(), GROOVE_HEIGHT)
        painter.drawRoundedRect(groove, GROOVE_HEIGHT / 2, GROOVE_HEIGHT / 2)
        painter.drawRect(QRectF(middle - 1, height - MARK_HEIGHT / 2, 2, MARK_HEIGHT))
        painter.setBrush(theme().color("accent_fill"))
        groove.setLeft(min(middle, handle))
        groove.setRight(max(middle, handle))
        painter.drawRect(groove)
        painter.end()
        super().paintEvent(event)
