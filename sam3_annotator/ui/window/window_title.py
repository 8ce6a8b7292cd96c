"""The titles of a window: how far its project is, and the image that is shown with its place in the list."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Slot

from sam3_annotator.project import ChangeSet, ImageState, state_counts
from sam3_annotator.ui.settings import project_title

if TYPE_CHECKING:
    from sam3_annotator.ui.window.main_window import MainWindow


class WindowTitle(QObject):
    """The bar at the top says how much of the project is done; the frame names the image, also if it is not listed."""

    def __init__(self, window: MainWindow) -> None:
        super().__init__(window)
        self._window = window
        self._project = project_title(window.store.path)
        self._images = window.image_panel.shown
        window.workspace.image_changed.connect(self._show_image)
        window.bridge.changed.connect(self._follow)
        self._images.changed.connect(self._show_image)
        self._show_progress()
        self._show_image()

    @Slot(object)
    def _follow(self, changes: ChangeSet) -> None:
        if changes.touched("images"):
            self._show_progress()
            self._show_image()

    def _show_progress(self) -> None:
        store, (done, total) = self._window.store, self._window.progress
        left_out = len(store.images()) - total
        notes = [f"{done:,} of {total:,} done"] if total or left_out else ["no images yet"]
        reviewed = state_counts(store)[ImageState.REVIEWED]
        notes += [f"{count:,} {words}" for count, words in ((reviewed, "reviewed"), (left_out, "left out")) if count]
        if store.is_read_only:
            notes.append("read-only")
        self._window.top_bar.set_title(self._project, " · ".join(notes))

    @Slot()
    def _show_image(self) -> None:
        self._window.setWindowTitle(" - ".join(filter(None, (self._image(), self._project, "SAM 3 Annotator"))))

    def _image(self) -> str:
        image_id = self._window.workspace.image_id
        if image_id is None:
            return ""
        with suppress(KeyError):  # an image taken out of the project is the shown one for a moment more
            name, row = self._window.store.image(image_id).name, self._images.row_of(image_id)
            return name if row < 0 else f"{name} ({row + 1:,} of {self._images.rowCount():,})"
        return ""
