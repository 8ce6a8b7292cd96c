"""A scrolled column that takes no more room than it needs, and little where there is little."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QEvent, QObject, QSize, Qt
from PySide6.QtWidgets import QFrame, QScrollArea, QSizePolicy, QWidget

from sam3_annotator.ui.sizes import scaled

MOST_HEIGHT: Final = 260
LEAST_HEIGHT: Final = 34


class LowScroll(QScrollArea):
    """As high as its content up to a limit, from where on it scrolls; where room is short it gives way."""

    def __init__(self, content: QWidget, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._content = content
        self.setWidgetResizable(True)
        self.setProperty("kind", "bare")
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Maximum)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setWidget(content)

    def sizeHint(self) -> QSize:
        """Give the height of the content, or the limit."""
        return QSize(0, min(self._needed(), scaled(MOST_HEIGHT)))

    def minimumSizeHint(self) -> QSize:
        """Give the height of a row, if there is one."""
        return QSize(0, min(self._needed(), scaled(LEAST_HEIGHT)))

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Notice that the content needs another height."""
        if event.type() == QEvent.Type.LayoutRequest and watched is self._content:
            self.updateGeometry()
        return super().eventFilter(watched, event)

    def _needed(self) -> int:
        return self._content.sizeHint().height()
