"""The bar at the top: menus at the left, the project in the middle, the model at the right."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QEvent, QSize, Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QLabel, QMenuBar, QWidget

from sam3_annotator.ui.plain_tip import plain_tip
from sam3_annotator.ui.sizes import bind_font, bind_height, scaled
from sam3_annotator.ui.theme import SPACE_L, SPACE_S, SPACE_XS
from sam3_annotator.ui.window.model_chip import ModelChip

HEIGHT: Final = 36


class TopBar(QWidget):
    """Keeps the title in the middle of the window as long as menus and chip leave it room there."""

    def __init__(self, menu_bar: QMenuBar, chip: ModelChip, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._menu_bar = menu_bar
        self._chip = chip
        self._name = QLabel(self, textFormat=Qt.TextFormat.PlainText)
        bind_font(self._name, "strong")
        self._progress = QLabel(self)
        bind_font(self._progress, "number")
        self._progress.setProperty("tone", "dim")
        self._full_name = ""
        menu_bar.setParent(self)
        chip.setParent(self)
        bind_height(self, HEIGHT)

    @property
    def title(self) -> str:
        """The project's name and progress as shown, the name in full."""
        return " · ".join(filter(None, (self._full_name, self._progress.text())))

    def set_title(self, name: str, progress: str = "") -> None:
        """Show the project's name and how far it is."""
        self._full_name = name
        self._name.setToolTip(plain_tip(name))
        self._progress.setText(progress)
        self._place()

    def sizeHint(self) -> QSize:
        """Give the room of menus and chip."""
        return QSize(self._menu_bar.sizeHint().width() + self._chip.sizeHint().width() + SPACE_L, scaled(HEIGHT))

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Place the parts anew."""
        super().resizeEvent(event)
        self._place()

    def event(self, event: QEvent) -> bool:
        """Follow menus and chip when they want another size."""
        if event.type() == QEvent.Type.LayoutRequest:
            self._place()
        return super().event(event)

    def _place(self) -> None:
        menus = self._menu_bar.sizeHint()
        self._menu_bar.setGeometry(SPACE_XS, (self.height() - menus.height()) // 2, menus.width(), menus.height())
        chip = self._chip.sizeHint()
        chip_left = self.width() - chip.width() - SPACE_S
        self._chip.setGeometry(chip_left, (self.height() - chip.height()) // 2, *chip.toTuple())
        self._place_title(self._menu_bar.geometry().right() + SPACE_L, self._chip.x() - SPACE_L)

    def _place_title(self, left: int, right: int) -> None:
        gap = SPACE_S
        progress = self._progress.sizeHint().width() if self._progress.text() else 0
        # Progress goes first where there is no room for both, then the name is cut.
        has_progress = progress > 0 and right - left - progress - gap > 80
        room = max(0, right - left - (progress + gap if has_progress else 0))
        self._name.setText(self._name.fontMetrics().elidedText(self._full_name, Qt.TextElideMode.ElideMiddle, room))
        name = min(room, self._name.sizeHint().width())
        width = name + (gap + progress if has_progress else 0)
        start = min(max(left, (self.width() - width) // 2), right - width)
        self._name.setGeometry(start, 0, name, self.height() - 1)
        self._progress.setVisible(has_progress)
        self._progress.setGeometry(start + name + gap, 0, progress, self.height() - 1)
