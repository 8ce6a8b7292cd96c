"""A list of formats to choose from, with a line below it that says what the chosen one consists of."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QComboBox, QLabel, QVBoxLayout, QWidget

from sam3_annotator.ui.dialogs.format_choices import FormatChoice
from sam3_annotator.ui.theme import SPACE_XS


class FormatBox(QWidget):
    """One format is always chosen."""

    changed = Signal()

    def __init__(self, choices: Sequence[FormatChoice], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._choices = choices
        self._box = QComboBox()
        self._box.setAccessibleName("Format")
        self._note = QLabel()
        self._note.setProperty("tone", "dim")
        for choice in choices:
            self._box.addItem(choice.title)
        self._box.currentIndexChanged.connect(self._follow)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(SPACE_XS)
        column.addWidget(self._box)
        column.addWidget(self._note)
        self.setFocusProxy(self._box)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self._follow()

    @property
    def choice(self) -> FormatChoice:
        """The format chosen."""
        return self._choices[self._box.currentIndex()]

    def choose(self, name: str) -> None:
        """Choose a format by its name in the registry; `ValueError` for others."""
        self._box.setCurrentIndex([choice.name for choice in self._choices].index(name))

    def _follow(self) -> None:
        self._note.setText(self.choice.note)
        self._box.setAccessibleDescription(self.choice.note)
        self.changed.emit()
