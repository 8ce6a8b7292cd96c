"""Connects what is about a project as a whole with a window."""

from __future__ import annotations

from sam3_annotator.ui.images.image_display import ImageDisplay
from sam3_annotator.ui.start.opening import Opened
from sam3_annotator.ui.window.main_window import MainWindow
from sam3_annotator.ui.window.pages_display import PagesDisplay
from sam3_annotator.ui.window.project_verbs import ProjectVerbs


def bind_project(window: MainWindow, verbs: ProjectVerbs, opened: Opened, display: ImageDisplay) -> None:
    """Let the actions of a window, and what is dropped on it, work on its project as a whole; tell what limits that.

    Of a stack that comes onto the display, its pages are offered as images.
    """
    if opened.limitation:
        window.show_problem(opened.limitation)
    if (folder := opened.new_of) is not None:
        window.begun.connect(lambda: verbs.offer_labels(folder))
    window.paths_dropped.connect(verbs.take_dropped)
    verbs.open_wanted.connect(window.project_requested)
    window.window_actions.bind(
        {
            "new_project": verbs.new_project,
            "open_folder": verbs.open_folder,
            "open_project": verbs.open_project,
            "close_project": window.start_page_requested.emit,
            "add_images": verbs.add_images,
            "divide_images": verbs.divide_images,
            "import": verbs.import_annotations,
            "export": verbs.export,
        }
    )
    PagesDisplay(window, display)
