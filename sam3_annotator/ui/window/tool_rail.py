"""The rail at the left: the tools, each with its key, and at its foot help and settings."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QAction, QFontMetrics, QKeySequence, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QToolBar, QToolButton, QWidget

from sam3_annotator.ui.actions.actions import Actions
from sam3_annotator.ui.sizes import bind_icon_size, bind_sizes, bind_width, scaled
from sam3_annotator.ui.theme import FOCUS_WIDTH, ICON_SIZE, RADIUS, TOOL_RAIL_WIDTH, pixmap, theme

TOOLS: Final = ("tool_select", "tool_points", "tool_box", "tool_exemplar", "tool_polygon", "tool_brush")
FOOT: Final = ("shortcuts", "settings")
BUTTON_SIZE: Final = 36
KEY_HEIGHT: Final = 14  # of the key below the icon
PADDING: Final = 6  # above and below both, also where they are larger: a low screen has all buttons in sight


class RailButton(QToolButton):
    """An action as an icon, its key in small below."""

    def __init__(self, action: QAction, icon_name: str, *, shows_key: bool) -> None:
        super().__init__()
        self._icon_name = icon_name
        self._shows_key = shows_key
        self.setDefaultAction(action)
        self.setAccessibleName(action.text())
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        bind_sizes(self, self._take_size)
        theme().theme_changed.connect(self.update)

    def _take_size(self) -> None:
        height = scaled(ICON_SIZE + KEY_HEIGHT) + 2 * PADDING if self._shows_key else scaled(ICON_SIZE) + 16
        self.setFixedSize(scaled(BUTTON_SIZE), height)

    @property
    def shown_key(self) -> str:
        """The key as far as there is room for it; the tool tip has it whole."""
        key = self.defaultAction().shortcut().toString(QKeySequence.SequenceFormat.NativeText)
        fits = QFontMetrics(theme().font("caption")).horizontalAdvance(key) <= scaled(BUTTON_SIZE)
        return key if fits else "…"

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: ARG002 - Qt's
        """Paint ground, icon, key and focus ring."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        ground = self._ground()
        frame = QRectF(self.rect()).adjusted(1, 1, -1, -1)
        if ground:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(theme().color(ground))
            painter.drawRoundedRect(frame, RADIUS, RADIUS)
        if self.hasFocus():
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QPen(theme().color("accent"), FOCUS_WIDTH))
            painter.drawRoundedRect(frame, RADIUS, RADIUS)
        role = self._role()
        image = pixmap(self._icon_name, role, scaled(ICON_SIZE), self.devicePixelRatioF())
        top = PADDING if self._shows_key else (self.height() - scaled(ICON_SIZE)) // 2
        painter.drawPixmap((self.width() - scaled(ICON_SIZE)) // 2, top, image)
        if self._shows_key:
            painter.setFont(theme().font("caption"))
            painter.setPen(theme().color(role if self.isChecked() else "text_dim"))
            row = QRectF(0, top + scaled(ICON_SIZE) + 1, self.width(), self.height() - top - scaled(ICON_SIZE) - 4)
            painter.drawText(row, Qt.AlignmentFlag.AlignCenter, self.shown_key)

    def _ground(self) -> str:
        if self.isChecked():
            return "selection"
        if not self.isEnabled():
            return ""
        if self.isDown():
            return "pressed"
        return "hover" if self.underMouse() else ""

    def _role(self) -> str:
        if not self.isEnabled():
            return "text_disabled"
        return "text" if self.isChecked() or self.underMouse() else "text_dim"


class ToolRail(QToolBar):
    """44 px of buttons; always visible and in its place."""

    def __init__(self, actions: Actions, parent: QWidget | None = None) -> None:
        super().__init__("Tools", parent)
        self.setObjectName("tool_rail")
        self.setMovable(False)
        self.setOrientation(Qt.Orientation.Vertical)
        bind_width(self, TOOL_RAIL_WIDTH)
        bind_icon_size(self, ICON_SIZE)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.PreventContextMenu)
        self.toggleViewAction().setVisible(False)
        self._add(actions, TOOLS, shows_key=True)
        spacer = QWidget()
        spacer.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Expanding)
        self.addWidget(spacer)
        self._add(actions, FOOT, shows_key=False)

    def _add(self, actions: Actions, ids: Sequence[str], *, shows_key: bool) -> None:
        for action_id in ids:
            button = RailButton(actions.action(action_id), actions.spec(action_id).icon, shows_key=shows_key)
            self.addWidget(button)
