"""Offers brightness and contrast in the window, and says while the image is not shown as it is."""

from __future__ import annotations

from PySide6.QtCore import QObject, Slot

from sam3_annotator.ui.window.light_panel import LightPanel
from sam3_annotator.ui.window.main_window import MainWindow


class LightDisplay(QObject):
    """Opens and closes the card of brightness and contrast; the status line says whether they are in use."""

    def __init__(self, window: MainWindow) -> None:
        super().__init__(window)
        self._window = window
        self._light = window.canvas.light
        self._panel: LightPanel | None = None
        self._light.changed.connect(self._tell)
        window.status_line.adjusted.clicked.connect(self.open)
        window.window_actions.bind({"light": self.toggle, "show_original": self._light.toggle_original})

    def toggle(self) -> None:
        """Open the card, or close it."""
        if self._panel is None:
            self.open()
        else:
            self._panel.dismiss()

    @Slot()
    def open(self) -> None:
        """Show the card, and give it the keys."""
        if self._panel is None:
            self._panel = LightPanel(self._window.area.stage, self._light, self._window.keys)
            self._panel.dismissed.connect(self._forget)
            self._panel.focus_left.connect(self._window.focus_canvas)
        self._panel.take_keys()

    @Slot()
    def _forget(self) -> None:
        self._panel = None

    @Slot()
    def _tell(self) -> None:
        self._window.status_line.set_adjusted(is_adjusted=self._light.table is not None)
