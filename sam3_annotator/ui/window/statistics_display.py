"""Opens the statistics beside their main window, and shows elsewhere what they ask for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Slot

from sam3_annotator.project import CategoryId
from sam3_annotator.ui.window.companion_display import CompanionDisplay
from sam3_annotator.ui.window.gallery_display import GalleryDisplay
from sam3_annotator.ui.window.main_window import MainWindow

if TYPE_CHECKING:
    from sam3_annotator.ui.statistics.statistics_window import StatisticsWindow


class StatisticsDisplay(CompanionDisplay["StatisticsWindow"]):
    """The window of statistics of a main window."""

    def __init__(self, window: MainWindow, gallery: GalleryDisplay) -> None:
        super().__init__(window, "statistics")
        self._gallery = gallery

    def _make(self, name: str) -> StatisticsWindow:
        from sam3_annotator.ui.statistics.statistics_window import StatisticsWindow  # not needed at the start

        window = self._window
        statistics = StatisticsWindow(window.bridge, window.keys, window.settings, name)
        statistics.gallery_wanted.connect(self._gallery.open_at)
        statistics.images_wanted.connect(self._show_images)
        return statistics

    @Slot(object)
    def _show_images(self, category_id: CategoryId) -> None:
        self._window.category_panel.images_wanted.emit(category_id)
        self._come_back()
