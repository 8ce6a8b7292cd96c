"""The application as the system sees it: macOS tells it which files to open."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QEvent, Signal
from PySide6.QtGui import QFileOpenEvent
from PySide6.QtWidgets import QApplication


class Application(QApplication):
    """Hears which files are opened with it; on other systems they are words of the command line."""

    file_requested = Signal(object)  # Path of a project, an image or a folder

    def event(self, event: QEvent) -> bool:
        """Pass on the file of a double click in the Finder, also of one while the window is open."""
        if isinstance(event, QFileOpenEvent) and event.file():
            self.file_requested.emit(Path(event.file()))
            return True
        return super().event(event)
