"""The titles of a window say which image is shown, also if it is not listed, and how far the project is."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from pytestqt.qtbot import QtBot

from sam3_annotator.project import ImageState, ProjectStore
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


def test_the_bar_tells_project_and_progress(window: MainWindow, store: ProjectStore) -> None:
    assert window.top_bar.title == "project · 0 of 4 done"

    with store.edit("Mark as done") as edit:
        edit.update_image(store.images()[0].id, state=ImageState.DONE)
        edit.update_image(store.images()[1].id, state=ImageState.CONFIRMED_EMPTY)

    assert window.top_bar.title == "project · 2 of 4 done"


def test_the_bar_writes_large_numbers_as_all_others_are_written(window: MainWindow, store: ProjectStore) -> None:
    with store.edit("Add") as edit:
        for number in range(2100):
            state = ImageState.LEFT_OUT if number >= 1050 else ImageState.DONE
            edit.add_image(f"photos/many/{number}.png", state=state)

    assert window.top_bar.title == "project · 1,050 of 1,054 done · 1,050 left out"


def test_the_bar_counts_images_left_out_apart(window: MainWindow, store: ProjectStore) -> None:
    with store.edit("Mark") as edit:
        edit.update_image(store.images()[0].id, state=ImageState.DONE)
        edit.update_image(store.images()[1].id, state=ImageState.LEFT_OUT)

    assert window.top_bar.title == "project · 1 of 3 done · 1 left out"
    assert window.progress == (1, 3)

    with store.edit("Leave out") as edit:
        for image in store.images():
            edit.update_image(image.id, state=ImageState.LEFT_OUT)
    assert window.top_bar.title == "project · 0 of 0 done · 4 left out"


def test_the_bar_counts_images_reviewed_once_there_are_some(window: MainWindow, store: ProjectStore) -> None:
    with store.edit("Mark") as edit:
        edit.update_image(store.images()[0].id, state=ImageState.REVIEWED)
        edit.update_image(store.images()[1].id, state=ImageState.DONE)

    assert window.top_bar.title == "project · 2 of 4 done · 1 reviewed"


def test_read_only_project_says_so(qtbot: QtBot, store: ProjectStore) -> None:
    store.close()
    read_only = ProjectStore.open(store.path, read_only=True)
    window = MainWindow(StoreBridge(read_only), Workspace(), CanvasView(), Settings())
    window.closing.connect(read_only.close)
    qtbot.addWidget(window)

    assert window.top_bar.title.endswith("read-only")
