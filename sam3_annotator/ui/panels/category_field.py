"""The field that chooses a category by its name, or adds another."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from PySide6.QtCore import Qt
from PySide6.QtGui import QAction, QFocusEvent
from PySide6.QtWidgets import QWidget

from sam3_annotator.project import folded
from sam3_annotator.ui.keyboard.keys import with_key
from sam3_annotator.ui.panels.choice_field import ChoiceField
from sam3_annotator.ui.theme import bind_icon

_PASSING: Final = (Qt.FocusReason.PopupFocusReason, Qt.FocusReason.ActiveWindowFocusReason)


class CategoryField(ChoiceField):
    """`leads_back` says that a key led here: whoever has named one category wants to go on where they were."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.leads_back = False
        self._words = self._key = ""
        self.add = QAction("Add", self)
        self.add.setToolTip("Add a category of this name")
        self.addAction(self.add, ChoiceField.ActionPosition.TrailingPosition)
        self.setMaxLength(200)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.show_way(has_categories=False)
        self.show_adding(False)

    def show_way(self, *, has_categories: bool) -> None:
        """Say what can be typed."""
        self._words = "Find or add" if has_categories else "Add a category"  # with its key in a narrow panel, too
        self.setAccessibleName("Find or add a category" if has_categories else "Add a category")
        self.show_key(self._key)

    def show_key(self, key: str) -> None:
        """Say which key leads here, in words, "" for none."""
        self._key = key
        self.setPlaceholderText(with_key(self._words, key))

    def show_adding(self, is_adding: bool) -> None:
        """Show whether Enter would add what is typed."""
        bind_icon(self.add, "plus", "accent_text" if is_adding else "text_dim")

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Note what led here."""
        if event.reason() not in _PASSING:
            self.leads_back = event.reason() is Qt.FocusReason.ShortcutFocusReason
        super().focusInEvent(event)


def fitting(names: Sequence[str], typed: str) -> list[int]:
    """Give the positions of the names in which that is, whatever the case; all where nothing is typed."""
    wanted = folded(typed.strip())
    return [position for position, name in enumerate(names) if wanted in folded(name)]


def meant(names: Sequence[str], typed: str) -> int | None:
    """Give the position of the name that is typed, or else of the first that begins like it; None where it is new.

    A part from the middle is not enough: somebody who adds "car" does not mean "scar".
    """
    typed = typed.strip()
    wanted = folded(typed)
    if not wanted:
        return None
    for is_meant in (
        lambda name: name == typed,
        lambda name: folded(name) == wanted,
        lambda name: folded(name).startswith(wanted),
    ):
        position = next((position for position, name in enumerate(names) if is_meant(name)), None)
        if position is not None:
            return position
    return None
