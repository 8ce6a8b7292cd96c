"""Opens the statistics beside their main window, and shows elsewhere what they ask for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Slot

from sam3_annotator.project import CategoryId
from sam3_annotator.ui.settings import RecentProject
from sam3_annotator.ui.window.gallery_display import GalleryDisplay
from sam3_annotator.ui.window.main_window import MainWindow
from sam3_annotator.ui.window.raising import raise_window

if TYPE_CHECKING:
    from sam3_annotator.ui.statistics.statistics_window import StatisticsWindow


class StatisticsDisplay(QObject):
    """One window of statistics for each main window, made when it is first wanted; it goes with the window."""

    def __init__(self, window: MainWindow, gallery: GalleryDisplay) -> None:
        super().__init__(window)
        self._window = window
        self._gallery = gallery
        self._statistics: StatisticsWindow | None = None
        window.window_actions.bind({"statistics": self.open})
        window.add_idle_check(lambda: self._statistics is None or self._statistics.is_idle)
        window.closing.connect(self._close)

    @property
    def statistics(self) -> StatisticsWindow | None:
        """The statistics, if they have been opened."""
        return self._statistics

    @Slot()
    def open(self) -> None:
        """Show the statistics before all other windows."""
        if self._statistics is None:
            self._statistics = self._make()
        raise_window(self._statistics)

    def _make(self) -> StatisticsWindow:
        from sam3_annotator.ui.statistics.statistics_window import StatisticsWindow  # not needed at the start

        window = self._window
        name = RecentProject(str(window.store.path)).name
        statistics = StatisticsWindow(window.bridge, window.keys, window.settings, name)
        statistics.gallery_wanted.connect(self._gallery.open_at)
        statistics.images_wanted.connect(self._show_images)
        statistics.left.connect(self._come_back)
        return statistics

    @Slot(object)
    def _show_images(self, category_id: CategoryId) -> None:
        self._window.category_panel.images_wanted.emit(category_id)
        self._come_back()

    @Slot()
    def _come_back(self) -> None:
        raise_window(self._window)
        self._window.focus_canvas()

    @Slot()
    def _close(self) -> None:
        if self._statistics is not None:
            self._statistics.close_for_good()
            self._statistics = None
