"""Which window is open: the start page, or one project after another."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QObject

from sam3_annotator.project import KnownError, is_one_file, is_there
from sam3_annotator.ui.settings import Settings
from sam3_annotator.ui.start.opening import Opened, open_path, project_file_of
from sam3_annotator.ui.start.recent import remember_opened
from sam3_annotator.ui.start.start_page import StartPage
from sam3_annotator.ui.window.main_window import MainWindow

MakeWindow = Callable[[Opened], MainWindow]


class Launcher(QObject):
    """Shows one window at a time; a project that cannot be opened leaves the window before it as it was.

    A window that may not be left yet is left as soon as it may.

    `prepare_samples` makes a copy of the sample photographs and returns its project file.
    """

    def __init__(
        self,
        settings: Settings,
        make_window: MakeWindow,
        prepare_samples: Callable[[], Path],
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._settings = settings
        self._make_window = make_window
        self._prepare_samples = prepare_samples
        self._window: MainWindow | StartPage | None = None

    @property
    def window(self) -> MainWindow | StartPage | None:
        """The window shown."""
        return self._window

    def start(self, path: Path | None, *, shows_hints: bool = False) -> None:
        """Open `path`, with hints for newcomers if wanted; without one the last project, else the start page."""
        if path is not None:
            self.open(path)
            if shows_hints:
                self._show_hints()
            return
        last = next((Path(recent.path) for recent in self._settings.recent_projects), None)
        if last is not None and is_there(last):
            self.open(last)
        else:
            self.show_start_page()

    def open(self, path: Path) -> None:
        """Open what lies at `path` in place of the window shown."""
        if isinstance(self._window, MainWindow) and is_one_file(self._window.store.path, project_file_of(path)):
            return
        if not self._may_leave(lambda: self.open(path)):
            return
        try:
            opened = open_path(path)
        except KnownError as error:
            self._tell(str(error))
            return
        window = self._make_window(opened)
        window.project_requested.connect(self.open)
        window.start_page_requested.connect(self.show_start_page)
        remember_opened(self._settings, opened.store.path, *window.progress)
        self._put(window)

    def open_samples(self) -> None:
        """Open a copy of the sample photographs, with hints what to try."""
        try:
            project = self._prepare_samples()
        except (OSError, KnownError) as error:
            self._tell(f"The samples could not be copied: {error}")
            return
        self.open(project)
        self._show_hints()

    def show_start_page(self) -> None:
        """Close the project and show the start page."""
        if not self._may_leave(self.show_start_page):
            return
        page = StartPage(self._settings)
        page.path_chosen.connect(self.open)
        page.samples_requested.connect(self.open_samples)
        self._put(page)

    def _may_leave(self, leave: Callable[[], object]) -> bool:
        return not isinstance(self._window, MainWindow) or self._window.may_leave(leave)

    def _show_hints(self) -> None:
        if isinstance(self._window, MainWindow):
            self._window.area.show_hint_card()

    def _tell(self, sentence: str) -> None:
        if self._window is None:
            self.show_start_page()
        if self._window is not None:
            self._window.messages.show_message(sentence)

    def _put(self, window: MainWindow | StartPage) -> None:
        before, self._window = self._window, window
        window.show()
        if before is not None:
            before.close()
            before.deleteLater()
