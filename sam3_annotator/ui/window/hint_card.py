"""The card that tells a newcomer what to try, floating over the canvas's lower left corner."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QGridLayout, QLabel, QWidget

from sam3_annotator.ui.keyboard.key_hints import KeyHint
from sam3_annotator.ui.keyboard.key_map import KeyMap
from sam3_annotator.ui.sizes import bind_font
from sam3_annotator.ui.theme import SPACE_S
from sam3_annotator.ui.window.floating_card import FloatingCard

TITLE: Final = "Try this"


class HintCard(FloatingCard):
    """A title and a few short lines."""

    def __init__(self, parent: QWidget, keys: KeyMap) -> None:
        super().__init__(TITLE, parent, cross_words="Close the hints")
        self._keys = keys
        self._lines = QWidget()
        self.body.addWidget(self._lines)
        keys.changed.connect(self._show_lines)
        self._show_lines()

    def _show_lines(self) -> None:
        lines = QWidget()
        grid = QGridLayout(lines)
        grid.setHorizontalSpacing(SPACE_S + 2)
        grid.setVerticalSpacing(SPACE_S)
        grid.setColumnStretch(1, 1)
        grid.setContentsMargins(0, 0, 0, 0)
        for row, line in enumerate(first_steps(self._keys)):
            key = QLabel(line.key)
            key.setProperty("tone", "key")
            bind_font(key, "caption")
            key.setAlignment(Qt.AlignmentFlag.AlignCenter)
            grid.addWidget(key, row, 0)
            grid.addWidget(QLabel(line.text), row, 1)
        self.body.replaceWidget(self._lines, lines)
        self._lines.deleteLater()
        self._lines = lines
        self.fit()


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
