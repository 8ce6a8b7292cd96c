"""The title of a window: the image that is shown, with its name in full, its place in the list, the project."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Slot

from sam3_annotator.project import ChangeSet
from sam3_annotator.ui.settings import RecentProject

if TYPE_CHECKING:
    from sam3_annotator.ui.window.main_window import MainWindow


class WindowTitle(QObject):
    """Says which image is shown, which the list may have filtered out, and which of those listed it is."""

    def __init__(self, window: MainWindow) -> None:
        super().__init__(window)
        self._window = window
        self._images = window.image_panel.shown
        window.workspace.image_changed.connect(self._show)
        window.bridge.changed.connect(self._follow)
        self._images.changed.connect(self._show)
        self._show()

    @Slot(object)
    def _follow(self, changes: ChangeSet) -> None:
        if changes.touched("images"):
            self._show()

    @Slot()
    def _show(self) -> None:
        project = RecentProject(str(self._window.store.path)).name
        parts = (self._image(), project, "SAM 3 Annotator")
        self._window.setWindowTitle(" - ".join(filter(None, parts)))

    def _image(self) -> str:
        image_id = self._window.workspace.image_id
        if image_id is None:
            return ""
        with suppress(KeyError):  # an image taken out of the project is the shown one for a moment more
            name, row = self._window.store.image(image_id).name, self._images.row_of(image_id)
            return name if row < 0 else f"{name} ({row + 1:,} of {self._images.rowCount():,})"
        return ""
