"""Tells those who do not see the canvas which image is on it, and what is selected there."""

from __future__ import annotations

from PySide6.QtCore import QObject, Qt, Slot

from sam3_annotator.project import counted
from sam3_annotator.ui.images.image_display import ImageDisplay
from sam3_annotator.ui.screen_readers import read_out
from sam3_annotator.ui.window.main_window import MainWindow


class CanvasWords(QObject):
    """Names the canvas to screen readers by what is on it, and has them say what changes there.

    The canvas itself describes why there is no image.
    """

    def __init__(self, window: MainWindow, display: ImageDisplay) -> None:
        super().__init__(window)
        self._window = window
        display.shown.connect(self._tell_image)
        window.workspace.selection_changed.connect(self._tell_selection)
        window.bridge.changed.connect(self._describe)

    @Slot()
    def _tell_image(self) -> None:
        self._describe()
        read_out(self._window.canvas, self._image())

    @Slot()
    def _tell_selection(self) -> None:
        self._describe()
        read_out(self._window.canvas, self._selection())

    @Slot()
    def _describe(self) -> None:
        words = ". ".join(filter(None, (self._image(), self._selection())))
        self._window.canvas.setAccessibleName(f"Canvas: {words}" if words else "Canvas")

    def _image(self) -> str:
        """Name the image, what is on it and what state it is in; nothing while there is none."""
        model = self._window.image_panel.model
        row = model.row_of(self._window.workspace.image_id)
        words: str = model.index(row).data(Qt.ItemDataRole.AccessibleTextRole) if row >= 0 else ""
        return words

    def _selection(self) -> str:
        """Say what is selected: of one instance what it is, of several how many there are."""
        model, selection = self._window.instance_panel.model, self._window.workspace.selection
        rows = model.rows_of(selection) if len(selection) == 1 else []
        if rows:
            return f"Selected: {model.index(rows[0]).data(Qt.ItemDataRole.AccessibleTextRole)}"
        return f"{counted(len(selection), 'instance')} selected" if selection else "Nothing selected"
