"""A dock widget with a quiet title: words, and a button that shows on hover."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QEvent, QSize, Qt
from PySide6.QtGui import QEnterEvent
from PySide6.QtWidgets import QDockWidget, QHBoxLayout, QLabel, QToolButton, QWidget

from sam3_annotator.ui.sizes import bind_font, bind_icon_size, scaled
from sam3_annotator.ui.theme import ICON_SIZE_SMALL, SPACE_M, SPACE_XS, bind_icon

TITLE_HEIGHT: Final = 32


class DockTitle(QWidget):
    """The title bar: dragging moves the dock, a double click floats it."""

    def __init__(self, dock: QDockWidget) -> None:
        super().__init__(dock)
        self._dock = dock
        words = QLabel(dock.windowTitle())
        bind_font(words, "strong")
        self._float = self._button("dock-window", "Float or dock this panel", self._toggle_floating)
        self._close = self._button("close", "Close this panel", dock.close)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(SPACE_M, 0, SPACE_XS, 0)
        layout.setSpacing(0)
        layout.addWidget(words, stretch=1)
        layout.addWidget(self._float)
        layout.addWidget(self._close)
        self._show_buttons(False)

    def sizeHint(self) -> QSize:
        """Give the height; the dock widget asks this and ignores a fixed one."""
        return QSize(super().sizeHint().width(), scaled(TITLE_HEIGHT))

    def enterEvent(self, event: QEnterEvent) -> None:
        """Offer the buttons."""
        self._show_buttons(True)
        super().enterEvent(event)

    def leaveEvent(self, event: QEvent) -> None:
        """Leave only the words."""
        self._show_buttons(False)
        super().leaveEvent(event)

    def _show_buttons(self, is_shown: bool) -> None:
        self._float.setVisible(is_shown)
        self._close.setVisible(is_shown)

    def _toggle_floating(self) -> None:
        self._dock.setFloating(not self._dock.isFloating())

    def _button(self, icon_name: str, tip: str, slot: object) -> QToolButton:
        button = QToolButton()
        bind_icon_size(button, ICON_SIZE_SMALL)
        button.setToolTip(tip)
        button.setAccessibleName(tip)
        button.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        bind_icon(button, icon_name, "text_dim")
        button.clicked.connect(slot)
        return button


class Dock(QDockWidget):
    """A panel that can be moved, floated, closed and found again under its `name`."""

    def __init__(self, name: str, title: str, panel: QWidget, parent: QWidget) -> None:
        super().__init__(title, parent)
        self.setObjectName(name)
        self.setWidget(panel)
        self.setTitleBarWidget(DockTitle(self))
        self.setAllowedAreas(Qt.DockWidgetArea.LeftDockWidgetArea | Qt.DockWidgetArea.RightDockWidgetArea)
