"""The field of the phrase bar: ends a long phrase in an ellipsis while nobody types in it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from PySide6.QtCore import Qt
from PySide6.QtGui import QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QWidget

from sam3_annotator.ui.sizes import bind_font
from sam3_annotator.ui.text_field import TextField
from sam3_annotator.ui.theme import theme

# Where Qt's own field begins to write, so that nothing jumps when it gets the focus.
INSET: Final = 2
# As long as the name of a category, which a phrase may become.
MAX_LENGTH: Final = 200


class PhraseField(TextField):
    """A text field without a frame, for the bar paints one; while it is empty, it promises what typing would do."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._promises: Sequence[str] = ("",)
        self.setProperty("kind", "bare")
        self.setMaxLength(MAX_LENGTH)
        bind_font(self, "body")

    @property
    def shown_text(self) -> str:
        """The phrase, or else the promise, shortened to the width."""
        text = self.text() or self.placeholderText()
        return self.fontMetrics().elidedText(text, Qt.TextElideMode.ElideRight, self._room())

    def set_promises(self, promises: Sequence[str]) -> None:
        """Take the same promise in several lengths, the longest first; the first that fits is shown."""
        self._promises = promises
        self._promise()

    def _room(self) -> int:
        return self.width() - 2 * INSET

    def _promise(self) -> None:
        advance = self.fontMetrics().horizontalAdvance
        fitting = (promise for promise in self._promises if advance(promise) <= self._room())
        self.setPlaceholderText(next(fitting, self._promises[-1]))

    def resizeEvent(self, event: QResizeEvent) -> None:
        """See which promise fits."""
        super().resizeEvent(event)
        self._promise()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the words; with the focus, as any field does."""
        if self.hasFocus():
            super().paintEvent(event)
            return
        painter = QPainter(self)
        painter.setPen(theme().color("text" if self.text() else "text_dim"))
        room = self.rect().adjusted(INSET, 0, -INSET, 0)
        painter.drawText(room, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, self.shown_text)
