"""A window beside the main window, about the same project."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFrame, QWidget


class Companion(QWidget):
    """Has no parent, so that the main window can come before it; whoever makes it closes it with the project."""

    left = Signal()  # back to the main window

    @property
    def is_idle(self) -> bool:
        """Nothing is under way."""
        raise NotImplementedError

    def close_for_good(self) -> None:
        """Stop what is under way and go."""
        self.close()
        self.deleteLater()


def line_across() -> QFrame:
    """Make a thin line that parts what is above it from what is below."""
    line = QFrame()
    line.setProperty("surface", "line")
    line.setFixedHeight(1)
    return line
