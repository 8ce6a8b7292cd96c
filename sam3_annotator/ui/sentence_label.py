"""A label for a sentence of any length, with paths of any length in it."""

from __future__ import annotations

import re
from typing import Final

from PySide6.QtCore import Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QLabel, QSizePolicy

# What Qt keeps on one line: it breaks after slashes and hyphens, unless a digit follows.
from sam3_annotator.ui.plain_tip import plain_tip

_UNBROKEN: Final = re.compile(r"(?:[^\s/-]|[/-](?=\d))+[/-]?")


class SentenceLabel(QLabel):
    """Wraps in the room there is and asks for no more; what is too long for a line is shortened in its middle.

    The tool tip has the whole then. The words can be marked with the mouse, to be copied.
    """

    def __init__(self, sentence: str = "") -> None:
        super().__init__(wordWrap=True, textFormat=Qt.TextFormat.PlainText)
        self._sentence = sentence
        self._is_placed = False
        self.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self._fit()

    @property
    def sentence(self) -> str:
        """The whole sentence."""
        return self._sentence

    def set_sentence(self, sentence: str) -> None:
        """Show another sentence."""
        self._sentence = sentence
        self._fit()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Shorten anew."""
        super().resizeEvent(event)
        self._is_placed = True
        self._fit()

    def _fit(self) -> None:
        fitted = _UNBROKEN.sub(self._shortened, self._sentence) if self._is_placed else self._sentence
        if fitted != self.text():
            self.setText(fitted)
        self.setToolTip(plain_tip(self._sentence) if fitted != self._sentence else "")

    def _shortened(self, found: re.Match[str]) -> str:
        room = self.contentsRect().width()
        return self.fontMetrics().elidedText(found[0], Qt.TextElideMode.ElideMiddle, room)
