"""A row of what is to be found: a category with its check mark and the phrases it is looked for by."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QCheckBox, QHBoxLayout, QLineEdit, QWidget

from sam3_annotator.project import Category, folded
from sam3_annotator.ui.item_delegates.painting import SWATCH_SIZE, swatch_icon
from sam3_annotator.ui.plain_tip import plain_tip
from sam3_annotator.ui.sizes import bind_height, bind_icon_size, bind_width, scaled
from sam3_annotator.ui.theme import CONTROL_HEIGHT, SPACE_S, bind_icon

NAME_WIDTH: Final = 176
# What a style keeps free between the parts of a check box.
CHECK_BOX_PADDING: Final = 28


class PhraseRow(QWidget):
    """A category, None for one that is yet to come, which is called as its first phrase; whether and how it is found.

    Its name stands for the phrases where all are taken away. It is checked at first, and empty to look at until it is
    filled, as what is seen of hundreds takes half a second.
    """

    changed = Signal()

    def __init__(self, category: Category | None, phrases: Sequence[str]) -> None:
        super().__init__()
        self.category = category
        # As they are, also with commas in them, as long as the user does not touch them.
        self._given = tuple(phrases)
        self._text = ", ".join(phrases)
        self._is_checked = True
        self._parts: tuple[QCheckBox, QLineEdit] | None = None
        bind_height(self, CONTROL_HEIGHT)

    @property
    def is_filled(self) -> bool:
        """Whether it can be seen."""
        return self._parts is not None

    @property
    def check(self) -> QCheckBox:
        """Where it is checked."""
        return self.fill()[0]

    @property
    def field(self) -> QLineEdit:
        """Where its phrases are typed."""
        return self.fill()[1]

    def fill(self) -> tuple[QCheckBox, QLineEdit]:
        """Have it seen."""
        if self._parts is not None:
            return self._parts
        check, field = self._parts = QCheckBox(self), QLineEdit(self._text, self)
        bind_width(check, NAME_WIDTH)
        bind_icon_size(check, SWATCH_SIZE)
        check.setChecked(self._is_checked)
        check.toggled.connect(self._take_check)
        field.setCursorPosition(0)
        field.textChanged.connect(self._keep_text)
        field.textEdited.connect(self._take_text)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(SPACE_S)
        row.addWidget(check)
        row.addWidget(field, stretch=1)
        self._show_name()
        return self._parts

    @property
    def name(self) -> str:
        """What the category is called, or will be."""
        return self.category.name if self.category is not None else next(iter(self.phrases), "")

    @property
    def is_checked(self) -> bool:
        """Whether it is to be found."""
        return self._is_checked

    @property
    def phrases(self) -> tuple[str, ...]:
        """The phrases, each once."""
        if self._text == ", ".join(self._given):
            return self._given
        typed = (" ".join(phrase.split()) for phrase in self._text.split(","))
        phrases = tuple(dict.fromkeys(phrase for phrase in typed if phrase))
        return phrases or (() if self.category is None else (self.category.name,))

    def has_phrase(self, phrase: str) -> bool:
        """Whether it is looked for by this phrase, in whatever case."""
        return folded(phrase) in map(folded, self.phrases)

    def set_checked(self, checked: bool) -> None:
        """Have it found or not."""
        if self._parts is not None:
            self._parts[0].setChecked(checked)
        else:
            self._take_check(checked)

    def add_phrase(self, phrase: str) -> None:
        """Have it found, also by this phrase."""
        if not self.has_phrase(phrase):
            self._given = (phrase, *self.phrases)
            self.field.setText(", ".join(self._given))
            self.field.setCursorPosition(0)
        self.set_checked(True)

    def show_category(self, category: Category) -> None:
        """Show a category that has another name or colour now."""
        self.category = category
        self._show_name()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Shorten the name to the room there is."""
        super().resizeEvent(event)
        self._show_name()

    def _take_check(self, checked: bool) -> None:
        self._is_checked = checked
        self.changed.emit()

    def _keep_text(self, text: str) -> None:
        self._text = text

    def _take_text(self) -> None:
        self.set_checked(True)
        self._show_name()
        self.changed.emit()

    def _show_name(self) -> None:
        """Show the name, shortened to the room there is; who names a category with & means one."""
        if self._parts is None:
            return
        name = self.name
        room = scaled(NAME_WIDTH) - scaled(CHECK_BOX_PADDING) - scaled(SWATCH_SIZE) - SPACE_S
        shown = self.check.fontMetrics().elidedText(name, Qt.TextElideMode.ElideRight, room)
        self.check.setText(shown.replace("&", "&&"))
        self.check.setAccessibleName(name)
        self.field.setAccessibleName(f"Phrases for {name}")
        self.field.setPlaceholderText(name)
        if self.category is None:
            bind_icon(self.check, "plus", "text_dim")
            self.check.setToolTip(plain_tip(f"{name}\nBecomes a category as soon as something is found"))
        else:
            self.check.setIcon(swatch_icon(self.category.color))
            self.check.setToolTip(plain_tip(name) if shown != name else "")
