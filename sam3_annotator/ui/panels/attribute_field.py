"""The field that finds an attribute, sets it, or adds another: `parked`, `colour=red`."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QWidget

from sam3_annotator.ui.panels.choice_field import ChoiceField

MAX_LENGTH: Final = 1200


@dataclass(frozen=True, slots=True)
class Asked:
    """What is typed: a name, and what stands behind the first `=`, None without one."""

    name: str
    value: str | None = None

    @property
    def offer(self) -> str:
        """What adding it would mean."""
        if self.value is None:
            return f"Add {self.name}: yes"
        return f"Add {self.name}: {self.value}" if self.value else f"Add {self.name}: …"


class AttributeField(ChoiceField):
    """Enter does what is typed and leads back, Tab does it and stays, arrows go through what fits, Esc gives up."""

    entered = Signal(bool)  # stays
    left = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setPlaceholderText("Find or add: parked, colour=red")
        self.setAccessibleName("Find, set or add an attribute")
        self.setMaxLength(MAX_LENGTH)
        self.escape_pressed.connect(self.left)

    def asked(self, is_known: Callable[[str], bool]) -> Asked:
        """Read what is typed; a name that is known may have a `=` in it."""
        text = self.text().strip()
        name, equals, value = text.partition("=")
        return Asked(name.strip(), value.strip()) if equals and not is_known(text) else Asked(text)

    def event(self, event: QEvent) -> bool:
        """Take Tab while something is typed, before it moves the focus."""
        is_tab = isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress and event.key() == Qt.Key.Key_Tab
        if is_tab and self.text().strip():
            self.entered.emit(True)
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Tell about Enter."""
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.entered.emit(False)
        else:
            super().keyPressEvent(event)
