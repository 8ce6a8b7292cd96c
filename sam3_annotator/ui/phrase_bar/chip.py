"""A piece of what is looked for, and the cross that takes it back."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QRectF, Qt, Signal
from PySide6.QtGui import QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QToolButton, QWidget

from sam3_annotator.ui.sizes import bind_height, bind_icon_size, bind_sizes, scaled
from sam3_annotator.ui.theme import ICON_SIZE_SMALL, RADIUS, bind_icon, theme

HEIGHT: Final = 24


class Chip(QWidget):
    """A raised ground with the cross at its right end; what is left of that is the subclass's."""

    removed = Signal()  # the piece is not wanted

    def __init__(self, words_of_cross: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        bind_height(self, HEIGHT)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.cross = QToolButton()
        bind_icon_size(self.cross, ICON_SIZE_SMALL - 2)
        bind_sizes(self.cross, lambda: self.cross.setFixedSize(scaled(HEIGHT - 2), scaled(HEIGHT - 2)))
        self.cross.setToolTip(words_of_cross)
        self.cross.setAccessibleName(words_of_cross)
        self.cross.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        bind_icon(self.cross, "close", "text_dim")
        self.cross.clicked.connect(self.removed)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 1, 0)
        layout.addWidget(self.cross, alignment=Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        theme().theme_changed.connect(self.update)

    def paint_content(self, painter: QPainter) -> None:
        """Paint what is left of the cross."""
        raise NotImplementedError

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: ARG002 - Qt's
        """Paint ground and content."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(theme().color("line"), 1))
        painter.setBrush(theme().color("raised"))
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), RADIUS, RADIUS)
        self.paint_content(painter)
