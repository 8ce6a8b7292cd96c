"""A slider whose handle goes where one clicks."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QMouseEvent
from PySide6.QtWidgets import QSlider, QStyle, QStyleOptionSlider, QWidget


class DirectSlider(QSlider):
    """A click beside the handle takes the handle there, from where it can be dragged.

    Dragging it leaves the keys to whoever has them.
    """

    def __init__(self, low: int, high: int, page: int, parent: QWidget | None = None) -> None:
        super().__init__(Qt.Orientation.Horizontal, parent)
        self.setRange(low, high)
        self.setSingleStep(1)
        self.setPageStep(page)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Take the handle below the cursor."""
        option = QStyleOptionSlider()
        self.initStyleOption(option)
        parts = QStyle.SubControl
        handle, groove = (
            self.style().subControlRect(QStyle.ComplexControl.CC_Slider, option, part, self)
            for part in (parts.SC_SliderHandle, parts.SC_SliderGroove)
        )
        at = event.position().toPoint()
        if event.button() is Qt.MouseButton.LeftButton and not handle.contains(at):
            x = at.x() - groove.x() - handle.width() // 2
            span = groove.width() - handle.width()
            self.setValue(QStyle.sliderValueFromPosition(self.minimum(), self.maximum(), x, span))
        super().mousePressEvent(event)
