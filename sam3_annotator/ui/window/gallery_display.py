"""Opens the gallery of instances beside its main window, and shows there what it asks for."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Slot

from sam3_annotator.project import CategoryId, InstanceId
from sam3_annotator.ui.settings import RecentProject
from sam3_annotator.ui.verbs.revealing import Revealing
from sam3_annotator.ui.window.main_window import MainWindow
from sam3_annotator.ui.window.raising import raise_window

if TYPE_CHECKING:
    from sam3_annotator.ui.gallery.gallery_window import GalleryWindow


class GalleryDisplay(QObject):
    """One gallery for each main window, made when it is first wanted; it goes with the window."""

    def __init__(self, window: MainWindow, revealing: Revealing) -> None:
        super().__init__(window)
        self._window = window
        self._revealing = revealing
        self._gallery: GalleryWindow | None = None
        window.window_actions.bind({"gallery": self.open})
        window.add_idle_check(lambda: self._gallery is None or self._gallery.is_idle)
        window.closing.connect(self._close)

    @property
    def gallery(self) -> GalleryWindow | None:
        """The gallery, if it has been opened."""
        return self._gallery

    @Slot()
    def open(self) -> None:
        """Show the gallery before all other windows."""
        if self._gallery is None:
            self._gallery = self._make()
        raise_window(self._gallery)

    @Slot(object)
    def open_at(self, category_id: CategoryId | None) -> None:
        """Show the gallery with the instances of a category, or with None all."""
        self.open()
        if self._gallery is not None:
            self._gallery.show_category(category_id)

    def _make(self) -> GalleryWindow:
        from sam3_annotator.ui.gallery.gallery_window import GalleryWindow  # not needed at the start

        window = self._window
        gallery = GalleryWindow(window.bridge, window.keys, window.settings, RecentProject(str(window.store.path)).name)
        gallery.show_wanted.connect(self._show)
        gallery.left.connect(self._come_back)
        return gallery

    @Slot(object)
    def _show(self, instance_id: InstanceId) -> None:
        with suppress(KeyError):  # gone meanwhile
            self._revealing.show_instance(self._window.store.instance(instance_id))
            self._come_back()

    @Slot()
    def _come_back(self) -> None:
        raise_window(self._window)
        self._window.focus_canvas()

    @Slot()
    def _close(self) -> None:
        if self._gallery is not None:
            self._gallery.close_for_good()
            self._gallery = None
