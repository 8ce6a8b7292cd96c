"""What is said below the keys of an action: a sentence, and where there is a choice, two buttons."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from sam3_annotator.ui.keyboard.cap_row import WORDS_LEFT
from sam3_annotator.ui.sentence_label import SentenceLabel
from sam3_annotator.ui.sizes import bind_font
from sam3_annotator.ui.theme import SPACE_S


class KeyNote(QWidget):
    """Hidden while there is nothing to say; `take` and `leave` answer an offer."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._sentence = SentenceLabel()
        self._choice = QWidget()
        self.take = QPushButton("Take it over")
        self.leave = QPushButton("Leave it")
        for button in (self.take, self.leave):
            button.setProperty("kind", "message")
            button.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._sentence.setProperty("tone", "dim")
        bind_font(self._sentence, "caption")
        buttons = QHBoxLayout(self._choice)
        buttons.setContentsMargins(0, 0, 0, 0)
        buttons.setSpacing(SPACE_S)
        buttons.addStretch(1)
        buttons.addWidget(self.take)
        buttons.addWidget(self.leave)
        said = QVBoxLayout(self)
        said.setContentsMargins(WORDS_LEFT, 0, SPACE_S, SPACE_S)
        said.setSpacing(SPACE_S)
        said.addWidget(self._sentence)
        said.addWidget(self._choice)
        self.hide()

    @property
    def sentence(self) -> str:
        """What is said, "" for nothing."""
        return "" if self.isHidden() else self._sentence.sentence

    def say(self, sentence: str, *, offers: bool = False) -> None:
        """Say a sentence, "" for nothing, above the buttons if it `offers` a choice."""
        self._choice.setVisible(offers)
        self._sentence.set_sentence(sentence)
        self.setVisible(bool(sentence))
