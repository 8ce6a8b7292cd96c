"""A box of choices that may be narrower than its words."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QPaintEvent
from PySide6.QtWidgets import QComboBox, QStyle, QStyleOptionComboBox, QStylePainter, QWidget

# What a style keeps free beside the words.
PADDING = 4
# Characters that there is always room for.
LEAST_SHOWN = 8


class NarrowBox(QComboBox):
    """Ends words that do not fit with an ellipsis, where Qt cuts them off; no words make the column around it wide."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.setMinimumContentsLength(LEAST_SHOWN)

    def shown_option(self) -> QStyleOptionComboBox:
        """Say what is painted: as much of the words as there is room for."""
        option = QStyleOptionComboBox()
        self.initStyleOption(option)
        field = self.style().subControlRect(
            QStyle.ComplexControl.CC_ComboBox, option, QStyle.SubControl.SC_ComboBoxEditField, self
        )
        icon = 0 if option.currentIcon.isNull() else option.iconSize.width() + PADDING
        room = field.width() - icon - PADDING
        words = option.currentText if self.currentIndex() >= 0 else self.placeholderText()
        option.currentText = self.fontMetrics().elidedText(words, Qt.TextElideMode.ElideRight, room)
        return option

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Paint it as Qt does, but for the words."""
        painter, option = QStylePainter(self), self.shown_option()
        painter.drawComplexControl(QStyle.ComplexControl.CC_ComboBox, option)
        painter.drawControl(QStyle.ControlElement.CE_ComboBoxLabel, option)
