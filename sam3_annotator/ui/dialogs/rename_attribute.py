"""The dialog that gives an attribute another name, on all instances of the project."""

from __future__ import annotations

from typing import Final

from PySide6.QtWidgets import QLineEdit, QWidget

from sam3_annotator.project import ProjectStore, counted
from sam3_annotator.ui.dialogs.form_dialog import FormDialog
from sam3_annotator.ui.sizes import bind_sizes, scaled
from sam3_annotator.ui.verbs import attribute_operations
from sam3_annotator.ui.verbs.attempt import attempt

WIDTH: Final = 420


class RenameAttributeDialog(FormDialog):
    """Asks for the name; why one is refused stands below it."""

    is_blocking = True

    def __init__(self, store: ProjectStore, name: str, count: int, parent: QWidget | None = None) -> None:
        """Take the name, and how many instances have the attribute."""
        super().__init__("Rename an attribute", "Rename", parent)
        bind_sizes(self, lambda: self.setMinimumWidth(scaled(WIDTH)))
        self._store = store
        self._attribute = name
        self._count = count
        self.field = QLineEdit(name)
        self.field.setMaxLength(200)
        self.field.selectAll()
        self.field.textChanged.connect(self.describe)
        self.add_row("Name", self.field)
        self.describe()

    def describe(self) -> None:
        """Say how many instances it concerns."""
        self.primary.setEnabled(bool(self.field.text().strip()))
        self.say(f"{counted(self._count, 'instance')} in the project {'has' if self._count == 1 else 'have'} it.")

    def begin(self) -> None:
        """Rename it."""
        if attempt(
            lambda: attribute_operations.rename_attribute(self._store, self._attribute, self.field.text()),
            lambda sentence: self.say(sentence, "danger"),
        ):
            self.accept()
