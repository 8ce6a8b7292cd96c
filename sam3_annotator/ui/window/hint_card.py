"""The card that tells a newcomer what to try, floating over the canvas's lower left corner."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QEvent, QMargins, QObject, QSize, Qt, Signal
from PySide6.QtWidgets import QFrame, QGridLayout, QHBoxLayout, QLabel, QToolButton, QVBoxLayout, QWidget

from sam3_annotator.ui.keyboard.key_hints import KeyHint
from sam3_annotator.ui.keyboard.key_map import KeyMap
from sam3_annotator.ui.theme import ICON_SIZE_SMALL, SPACE_L, SPACE_M, SPACE_S, SPACE_XS, bind_icon, theme

TITLE: Final = "Try this"


class HintCard(QFrame):
    """A title and a few short lines; stays in its corner until it is closed, out of the way where it has no room."""

    dismissed = Signal()

    def __init__(self, parent: QWidget, keys: KeyMap) -> None:
        super().__init__(parent)
        self._keys = keys
        self.setProperty("surface", "card")
        self.setAccessibleName(TITLE)
        heading = QLabel(TITLE)
        heading.setFont(theme().font("strong"))
        head = QHBoxLayout()
        head.setSpacing(SPACE_L)
        head.addWidget(heading, stretch=1)
        head.addWidget(self._cross())
        self._lines = QWidget()
        self._layout = QVBoxLayout(self)
        self._layout.setContentsMargins(SPACE_L, SPACE_S, SPACE_S, SPACE_M)
        self._layout.setSpacing(SPACE_XS)
        self._layout.addLayout(head)
        self._layout.addWidget(self._lines)
        self._ground = parent
        parent.installEventFilter(self)
        keys.changed.connect(self._show_lines)
        self._show_lines()

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

    def _show_lines(self) -> None:
        lines = QWidget()
        grid = QGridLayout(lines)
        grid.setHorizontalSpacing(SPACE_S + 2)
        grid.setVerticalSpacing(SPACE_S)
        grid.setColumnStretch(1, 1)
        grid.setContentsMargins(0, 0, SPACE_M, 0)
        for row, line in enumerate(first_steps(self._keys)):
            key = QLabel(line.key)
            key.setProperty("tone", "key")
            key.setFont(theme().font("caption"))
            key.setAlignment(Qt.AlignmentFlag.AlignCenter)
            grid.addWidget(key, row, 0)
            grid.addWidget(QLabel(line.text), row, 1)
        self._layout.replaceWidget(self._lines, lines)
        self._lines.deleteLater()
        self._lines = lines
        self.ensurePolished()
        self.adjustSize()
        self._place()

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


def first_steps(keys: KeyMap) -> tuple[KeyHint, ...]:
    """Say what a newcomer should try; without its key, a line is left out."""
    accept, exemplar, onward, undo = (
        keys.text(action_id) for action_id in ("accept", "tool_exemplar", "next_image", "undo")
    )
    steps = (
        KeyHint("Click", "an object to outline it, right click to leave something out"),
        KeyHint(accept, f"to keep it{_category_words(keys)}"),
        KeyHint(exemplar, "and a box around one of many to find the others"),
        KeyHint(onward, f"to go to the next image{f', {undo} to step back' if undo else ''}"),
    )
    return tuple(step for step in steps if step.key)


def _category_words(keys: KeyMap) -> str:
    texts = [keys.category_text(row) for row in range(9)]
    prefix = texts[0].removesuffix("1")
    if texts == [f"{prefix}{number}" for number in range(1, 10)]:
        return f", {texts[0]} to {texts[-1]} to choose its category"
    return f", {texts[0]} to choose the first category" if texts[0] else ""
