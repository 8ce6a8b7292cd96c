"""The small window in which a category gets another colour: the palette, a field for any other, the system's dialog."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from PySide6.QtCore import QPoint, QRectF, QRegularExpression, QSize, Qt, Signal
from PySide6.QtGui import QColor, QKeyEvent, QPainter, QPaintEvent, QPen, QRegularExpressionValidator
from PySide6.QtWidgets import (
    QAbstractButton,
    QColorDialog,
    QFrame,
    QGridLayout,
    QHBoxLayout,
    QLineEdit,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from sam3_annotator.project import PALETTE
from sam3_annotator.ui.sizes import bind_font, bind_width
from sam3_annotator.ui.theme import FOCUS_WIDTH, RADIUS_SMALL, SPACE_M, SPACE_S, SPACE_XS, theme

COLUMNS: Final = 5
BUTTON_SIZE: Final = 26
_ENTER_KEYS: Final = frozenset({Qt.Key.Key_Return, Qt.Key.Key_Enter})
_STEPS: Final = {
    Qt.Key.Key_Left: -1,
    Qt.Key.Key_Right: 1,
    Qt.Key.Key_Up: -COLUMNS,
    Qt.Key.Key_Down: COLUMNS,
}


class ColorButton(QAbstractButton):
    """One colour of the palette; checked when it is the category's."""

    def __init__(self, color: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.color = color
        self.setCheckable(True)
        self.setToolTip(color)
        self.setAccessibleName(f"Colour {color}")

    def sizeHint(self) -> QSize:
        """Give the size of the square."""
        return QSize(BUTTON_SIZE, BUTTON_SIZE)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Leave the arrow keys and Enter to the popup: a button alone knows no rows."""
        if event.key() in _STEPS or event.key() in _ENTER_KEYS:
            event.ignore()
        else:
            super().keyPressEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: ARG002 - Qt's
        """Paint the colour, and a ring around the chosen and the focused one."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        square = QRectF(self.rect()).adjusted(3.5, 3.5, -3.5, -3.5)
        painter.setBrush(QColor(self.color))
        painter.setPen(QPen(theme().color("text", 0.25), 1))
        painter.drawRoundedRect(square, RADIUS_SMALL, RADIUS_SMALL)
        ring = "accent" if self.hasFocus() else "text" if self.isChecked() else ""
        if not ring and self.underMouse():
            ring = "text_dim"
        if ring:
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QPen(theme().color(ring), FOCUS_WIDTH))
            painter.drawRoundedRect(QRectF(self.rect()).adjusted(1, 1, -1, -1), RADIUS_SMALL + 2, RADIUS_SMALL + 2)


class ColorPopup(QFrame):
    """Closes when a colour is chosen or a click goes elsewhere; arrow keys move through the palette."""

    color_chosen = Signal(str)  # #rrggbb

    def __init__(self, current: str, parent: QWidget, ask: Callable[[QColor], QColor] | None = None) -> None:
        super().__init__(parent, Qt.WindowType.Popup | Qt.WindowType.FramelessWindowHint)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setAttribute(Qt.WidgetAttribute.WA_TranslucentBackground)  # behind the round corners
        self.setProperty("surface", "raised")
        self.setAccessibleName("Choose a colour")
        self._current = current
        self._ask = ask or self._ask_system
        grid = QGridLayout()
        grid.setSpacing(SPACE_XS)
        self._buttons = [ColorButton(color, self) for color in PALETTE]
        for number, button in enumerate(self._buttons):
            button.setChecked(button.color.lower() == current.lower())
            button.clicked.connect(lambda _checked, color=button.color: self._choose(color))
            grid.addWidget(button, number // COLUMNS, number % COLUMNS)
        self._field = QLineEdit(current)
        self._field.setAccessibleName("Colour as #rrggbb")
        self._field.setValidator(QRegularExpressionValidator(QRegularExpression("#?[0-9a-fA-F]{6}"), self._field))
        bind_width(self._field, 80)
        bind_font(self._field, "number")
        self._field.returnPressed.connect(lambda: self._choose("#" + self._field.text().lstrip("#")))
        more = QPushButton("More…")
        more.setProperty("kind", "quiet")
        more.clicked.connect(self.choose_other)
        row = QHBoxLayout()
        row.setSpacing(SPACE_S)
        row.addWidget(self._field)
        row.addWidget(more, stretch=1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(SPACE_M, SPACE_M, SPACE_M, SPACE_M)
        layout.setSpacing(SPACE_M)
        layout.addLayout(grid)
        layout.addLayout(row)

    def open_at(self, place: QPoint) -> None:
        """Show with the top left corner at a place on the screen, shifted to fit on it."""
        self.adjustSize()
        screen = self.screen().availableGeometry()
        self.move(
            max(screen.left(), min(place.x(), screen.right() - self.width())),
            max(screen.top(), min(place.y(), screen.bottom() - self.height())),
        )
        self.show()
        next((button for button in self._buttons if button.isChecked()), self._buttons[0]).setFocus()

    def choose_other(self) -> None:
        """Ask for a colour that is not in the palette."""
        color = self._ask(QColor(self._current))
        if color.isValid():
            self._choose(color.name())

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Move through the palette with the arrow keys; Enter and Space choose, Esc closes."""
        focused = self.focusWidget()
        if isinstance(focused, ColorButton):
            step = _STEPS.get(Qt.Key(event.key()), 0)
            target = self._buttons.index(focused) + step
            if step and 0 <= target < len(self._buttons):
                self._buttons[target].setFocus()
                return
            if event.key() in _ENTER_KEYS:
                self._choose(focused.color)
                return
        super().keyPressEvent(event)

    def _choose(self, color: str) -> None:
        self.color_chosen.emit(color.lower())
        self.close()

    def _ask_system(self, color: QColor) -> QColor:
        self.hide()
        return QColorDialog.getColor(color, self.parentWidget(), "Colour of the category")
