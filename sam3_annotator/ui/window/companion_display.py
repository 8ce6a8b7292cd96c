"""Keeps another window beside a main window: made when it is first wanted, gone with the main window."""

from __future__ import annotations

from abc import abstractmethod
from typing import Generic, TypeVar

from PySide6.QtCore import QObject, Slot
from PySide6.QtWidgets import QWidget

from sam3_annotator.ui.settings import project_title
from sam3_annotator.ui.window.companion import Companion
from sam3_annotator.ui.window.main_window import MainWindow

W = TypeVar("W", bound=Companion)


class CompanionDisplay(QObject, Generic[W]):
    """One companion for each main window; the `action` of the main window shows it before all others."""

    def __init__(self, window: MainWindow, action: str) -> None:
        super().__init__(window)
        self._window = window
        self._companion: W | None = None
        window.window_actions.bind({action: self.open})
        window.add_idle_check(lambda: self._companion is None or self._companion.is_idle)
        window.closing.connect(self._close)

    @property
    def companion(self) -> W | None:
        """The window, if it has been opened."""
        return self._companion

    def open(self) -> W:
        """Show the window before all others."""
        if self._companion is None:
            self._companion = self._make(project_title(self._window.store.path))
            self._companion.left.connect(self._come_back)
        _raise(self._companion)
        return self._companion

    @abstractmethod
    def _make(self, name: str) -> W:
        """Make the window; `name` is that of the project."""

    @Slot()
    def _come_back(self) -> None:
        _raise(self._window)
        self._window.focus_canvas()

    @Slot()
    def _close(self) -> None:
        if self._companion is not None:
            self._companion.close_for_good()
            self._companion = None


def _raise(window: QWidget) -> None:
    """Show a window, also one that is minimised, before the others, with the keyboard."""
    if window.isMinimized():
        window.showNormal()
    window.show()
    window.raise_()
    window.activateWindow()
