"""Opens the gallery of instances beside its main window, and shows there what it asks for."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

from PySide6.QtCore import Slot

from sam3_annotator.project import CategoryId, InstanceId
from sam3_annotator.ui.verbs.revealing import Revealing
from sam3_annotator.ui.window.companion_display import CompanionDisplay
from sam3_annotator.ui.window.main_window import MainWindow

if TYPE_CHECKING:
    from sam3_annotator.ui.gallery.gallery_window import GalleryWindow


class GalleryDisplay(CompanionDisplay["GalleryWindow"]):
    """The gallery of a main window."""

    def __init__(self, window: MainWindow, revealing: Revealing) -> None:
        super().__init__(window, "gallery")
        self._revealing = revealing

    @Slot(object)
    def open_at(self, category_id: CategoryId | None) -> None:
        """Show the gallery with the instances of a category, or with None all."""
        self.open().show_category(category_id)

    def _make(self, name: str) -> GalleryWindow:
        from sam3_annotator.ui.gallery.gallery_window import GalleryWindow  # not needed at the start

        window = self._window
        gallery = GalleryWindow(window.bridge, window.keys, window.settings, name)
        gallery.show_wanted.connect(self._show)
        return gallery

    @Slot(object)
    def _show(self, instance_id: InstanceId) -> None:
        with suppress(KeyError):  # gone meanwhile
            self._revealing.show_instance(self._window.store.instance(instance_id))
            self._come_back()
