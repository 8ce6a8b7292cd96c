"""The title of a window says which image is shown, also where the list has no room or no row for it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from pytestqt.qtbot import QtBot

from sam3_annotator.project import ProjectStore
from sam3_annotator.ui.canvas.view import CanvasView
from sam3_annotator.ui.settings import Settings
from sam3_annotator.ui.store_bridge import StoreBridge
from sam3_annotator.ui.window.main_window import MainWindow
from sam3_annotator.ui.workspace import Workspace


@pytest.fixture
def window(qtbot: QtBot, store: ProjectStore) -> Iterator[MainWindow]:
    made = MainWindow(StoreBridge(store), Workspace(), CanvasView(), Settings())
    qtbot.addWidget(made)
    yield made
    made.close()


def test_the_title_says_image_place_and_project(window: MainWindow, store: ProjectStore) -> None:
    assert window.windowTitle() == "project - SAM 3 Annotator"

    window.workspace.set_image(store.images()[2].id)

    assert window.windowTitle() == "3.png (3 of 4) - project - SAM 3 Annotator"


def test_the_place_is_that_among_the_images_listed(window: MainWindow, store: ProjectStore) -> None:
    window.workspace.set_image(store.images()[3].id)

    window.image_panel.shown.set_text("1")
    assert window.windowTitle().startswith("10.png (2 of 2) - ")
    window.image_panel.shown.set_text("2")
    assert window.windowTitle().startswith("10.png - ")
