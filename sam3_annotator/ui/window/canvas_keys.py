"""Sees to it that keys reach the image when they are about it."""

from __future__ import annotations

from PySide6.QtCore import QObject, Slot

from sam3_annotator.ui.window.main_window import MainWindow


class CanvasKeys(QObject):
    """Gives the keys back to the canvas after a click on a category that is about what is open or selected there.

    Tab and Backspace would mean the list otherwise. Where nothing is, the list keeps the keys, so that F2 renames.
    """

    def __init__(self, window: MainWindow) -> None:
        super().__init__(window)
        self._window = window
        window.category_panel.clicked.connect(self._give_back)

    @Slot()
    def _give_back(self) -> None:
        if self._window.window_actions.state.has_something_open:
            self._window.focus_canvas()
