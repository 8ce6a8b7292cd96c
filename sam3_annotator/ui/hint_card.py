"""The card that tells a newcomer what to try, floating over the canvas's lower left corner."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QMargins, QObject, QSize, Qt, Signal
from PySide6.QtWidgets import QFrame, QGridLayout, QHBoxLayout, QLabel, QToolButton, QVBoxLayout, QWidget

from sam3_annotator.ui.action_state import KeyHint
from sam3_annotator.ui.theme import ICON_SIZE_SMALL, SPACE_L, SPACE_M, SPACE_S, SPACE_XS, bind_icon, theme

FIRST_STEPS = (
    KeyHint("Click", "an object to outline it, right click to leave something out"),
    KeyHint("Enter", "to keep it, 1 to 9 to choose its category"),
    KeyHint("E", "and a box around one of many to find the others"),
    KeyHint("D", "to go to the next image, Ctrl+Z to step back"),
)


class HintCard(QFrame):
    """A title and a few short lines; stays in its corner until it is closed, out of the way where it has no room."""

    dismissed = Signal()

    def __init__(self, parent: QWidget, title: str = "Try this", lines: Sequence[KeyHint] = FIRST_STEPS) -> None:
        super().__init__(parent)
        self.setProperty("surface", "card")
        self.setAccessibleName(title)
        heading = QLabel(title)
        heading.setFont(theme().font("strong"))
        head = QHBoxLayout()
        head.setSpacing(SPACE_L)
        head.addWidget(heading, stretch=1)
        head.addWidget(self._cross())
        grid = QGridLayout()
        grid.setHorizontalSpacing(SPACE_S + 2)
        grid.setVerticalSpacing(SPACE_S)
        grid.setColumnStretch(1, 1)
        grid.setContentsMargins(0, 0, SPACE_M, 0)
        for row, line in enumerate(lines):
            key = QLabel(line.key)
            key.setProperty("tone", "key")
            key.setFont(theme().font("caption"))
            key.setAlignment(Qt.AlignmentFlag.AlignCenter)
            grid.addWidget(key, row, 0)
            grid.addWidget(QLabel(line.text), row, 1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(SPACE_L, SPACE_S, SPACE_S, SPACE_M)
        layout.setSpacing(SPACE_XS)
        layout.addLayout(head)
        layout.addLayout(grid)
        self._ground = parent
        parent.installEventFilter(self)
        self.ensurePolished()
        self.adjustSize()
        self._place()

    def dismiss(self) -> None:
        """Close the card for good."""
        self._ground.removeEventFilter(self)
        self.hide()
        self.dismissed.emit()
        self.deleteLater()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Stay in the corner when the canvas changes its size."""
        if event.type() == QEvent.Type.Resize:
            self._place()
        return super().eventFilter(watched, event)

    def _place(self) -> None:
        room = self._ground.size().shrunkBy(QMargins(SPACE_L, SPACE_L, SPACE_L, SPACE_L))
        self.move(SPACE_L, SPACE_L + room.height() - self.height())
        self.setVisible(self.width() <= room.width() and self.height() <= room.height())

    def _cross(self) -> QToolButton:
        cross = QToolButton()
        cross.setIconSize(QSize(ICON_SIZE_SMALL, ICON_SIZE_SMALL))
        cross.setToolTip("Close")
        cross.setAccessibleName("Close the hints")
        cross.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        bind_icon(cross, "close", "text_dim")
        cross.clicked.connect(self.dismiss)
        return cross
