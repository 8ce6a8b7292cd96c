"""Lines of text that tell about Esc, so that a panel can give the focus back."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QAction, QKeyEvent
from PySide6.QtWidgets import QLineEdit

from sam3_annotator.ui.theme import bind_icon


class TextField(QLineEdit):
    """A line edit that says when Esc is pressed in it; Qt's own passes that key on in silence."""

    escape_pressed = Signal()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Tell about Esc."""
        if event.key() == Qt.Key.Key_Escape:
            self.escape_pressed.emit()
        super().keyPressEvent(event)


class SearchField(TextField):
    """Where one types what is looked for: with a magnifier, a cross that clears it, and `words` while it is empty."""

    def __init__(self, words: str) -> None:
        super().__init__()
        self.setPlaceholderText(words)
        self.setAccessibleName(words)
        self.setClearButtonEnabled(True)
        for clear in self.findChildren(QAction, "_q_qlineeditclearaction"):  # Qt's own, which has no name
            clear.setText("Clear")
        magnifier = QAction(words, self)
        bind_icon(magnifier, "magnify", "text_dim")
        self.addAction(magnifier, self.ActionPosition.LeadingPosition)
