"""A line of words below a form: what would happen, what is under way, or what went wrong."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QLabel, QWidget

from sam3_annotator.ui.sentence_label import SentenceLabel
from sam3_annotator.ui.sizes import bind_sizes, scaled
from sam3_annotator.ui.theme import ICON_SIZE_SMALL, SPACE_S, pixmap

LINE_HEIGHT: Final = 18
_TONE_ICONS: Final = {"danger": "alert-circle-outline", "warning": "alert-outline"}


class FootLine(QWidget):
    """A line of words with an icon when they are a warning or an error."""

    def __init__(self) -> None:
        super().__init__()
        self._icon = QLabel()
        self._label = SentenceLabel()
        # Room for a second line, so that nothing jumps.
        bind_sizes(self._label, lambda: self._label.setMinimumHeight(2 * scaled(LINE_HEIGHT)))
        self._label.setAlignment(Qt.AlignmentFlag.AlignTop)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(SPACE_S)
        row.addWidget(self._icon, alignment=Qt.AlignmentFlag.AlignTop)
        row.addWidget(self._label, stretch=1)

    @property
    def text(self) -> str:
        """The words."""
        return self._label.sentence

    def say(self, text: str, tone: str) -> None:
        """Show words in a tone."""
        self._label.set_sentence(text)
        self._label.setProperty("tone", tone)
        self._label.style().polish(self._label)
        self._icon.setVisible(tone in _TONE_ICONS)
        if tone in _TONE_ICONS:
            self._icon.setPixmap(pixmap(_TONE_ICONS[tone], tone, scaled(ICON_SIZE_SMALL), self.devicePixelRatioF()))
