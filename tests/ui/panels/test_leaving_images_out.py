"""Images are left out in the panel of images: several in one step, and what leads to images passes over them or not."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint, Qt
from pytestqt.qtbot import QtBot

from sam3_annotator.project import ImageId, ImageState, ProjectStore
from sam3_annotator.ui.panels.image_list import ImageListPanel
from sam3_annotator.ui.store_bridge import StoreBridge
from sam3_annotator.ui.verbs import operations
from sam3_annotator.ui.workspace import Workspace

LEFT = Qt.MouseButton.LeftButton
CONTROL = Qt.KeyboardModifier.ControlModifier


@pytest.fixture
def panel(qtbot: QtBot, bridge: StoreBridge, workspace: Workspace, images: list[ImageId]) -> ImageListPanel:
    workspace.set_image(images[0])
    made = ImageListPanel(bridge, workspace)
    qtbot.addWidget(made)
    made.resize(260, 400)
    with qtbot.waitExposed(made):
        made.show()
    return made


def place(panel: ImageListPanel, row: int) -> QPoint:
    return panel.view.visualRect(panel.shown.index(row, 0)).center()


def test_several_images_are_left_out_in_one_step_that_undo_takes_back(
    qtbot: QtBot, panel: ImageListPanel, store: ProjectStore, images: list[ImageId]
) -> None:
    operations.set_image_state(store, [images[2]], ImageState.REVIEWED)
    qtbot.mouseClick(panel.view.viewport(), LEFT, pos=place(panel, 0))
    qtbot.mouseClick(panel.view.viewport(), LEFT, CONTROL, place(panel, 2))

    entries = {action.text(): action for action in panel.context_menu(images[2]).actions()}
    entries["Leave out"].trigger()

    assert [image.id for image in store.images() if image.state is ImageState.LEFT_OUT] == [images[0], images[2]]
    assert store.undo_label == "Leave out"
    store.undo()
    assert [image.state for image in store.images()] == [
        ImageState.UNANNOTATED,
        ImageState.UNANNOTATED,
        ImageState.REVIEWED,
        ImageState.UNANNOTATED,
    ]


def test_images_left_out_are_led_to_by_next_image_and_not_by_next_unfinished(
    panel: ImageListPanel, workspace: Workspace, images: list[ImageId], store: ProjectStore
) -> None:
    operations.set_image_state(store, images[1:3], ImageState.LEFT_OUT)

    assert panel.next_image()
    assert workspace.image_id == images[1]
    assert panel.next_unfinished()
    assert workspace.image_id == images[3]
    assert panel.previous_unfinished()
    assert workspace.image_id == images[0]


def test_the_missing_file_of_an_image_left_out_is_not_told_of(
    qtbot: QtBot, bridge: StoreBridge, workspace: Workspace, store: ProjectStore, images: list[ImageId]
) -> None:
    told: list[int] = []
    for image_id in images[2:]:
        store.image_file(image_id).unlink()
    operations.set_image_state(store, [images[3]], ImageState.LEFT_OUT)
    panel = ImageListPanel(bridge, workspace)
    qtbot.addWidget(panel)
    panel.missing_found.connect(told.append)
    panel.show()

    qtbot.waitUntil(lambda: panel.model.problem(images[3]) != "")

    assert told == [1]
