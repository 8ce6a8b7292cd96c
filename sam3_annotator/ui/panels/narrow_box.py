"""A box of choices that may be narrower than its words."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QPaintEvent
from PySide6.QtWidgets import QComboBox, QStyle, QStyleOptionComboBox, QStylePainter

# What a style keeps free beside the words.
PADDING = 4


class NarrowBox(QComboBox):
    """Ends words that do not fit with an ellipsis, where Qt cuts them off; the column around it may be narrow."""

    def shown_option(self) -> QStyleOptionComboBox:
        """Say what is painted: as much of the words as there is room for."""
        option = QStyleOptionComboBox()
        self.initStyleOption(option)
        field = self.style().subControlRect(
            QStyle.ComplexControl.CC_ComboBox, option, QStyle.SubControl.SC_ComboBoxEditField, self
        )
        icon = 0 if option.currentIcon.isNull() else option.iconSize.width() + PADDING
        room = field.width() - icon - PADDING
        option.currentText = self.fontMetrics().elidedText(option.currentText, Qt.TextElideMode.ElideRight, room)
        return option

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Paint it as Qt does, but for the words."""
        painter, option = QStylePainter(self), self.shown_option()
        painter.drawComplexControl(QStyle.ComplexControl.CC_ComboBox, option)
        painter.drawControl(QStyle.ControlElement.CE_ComboBoxLabel, option)
