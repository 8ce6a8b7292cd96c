"""Labels of another program come into the real window: offered, dropped, imported."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from PySide6.QtCore import Qt
from PySide6.QtGui import QImage
from PySide6.QtTest import QTest

from sam3_annotator.app import assemble_window
from sam3_annotator.ui.dialogs.import_dialog import ImportDialog
from sam3_annotator.ui.settings import Settings
from sam3_annotator.ui.start.opening import open_path
from sam3_annotator.ui.window.message_bar import MessageBar
from sam3_annotator.ui.window.project_verbs import LABELS

CTRL_SHIFT = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier
SQUARE = [5.0, 5.0, 25.0, 5.0, 25.0, 25.0, 5.0, 25.0]


@pytest.fixture
def labels(image_folder: Path) -> Path:
    """Write COCO labels of one car beside the images."""
    annotation = {"id": 1, "image_id": 1, "category_id": 1, "segmentation": [SQUARE], "iscrowd": 0}
    document = {
        "images": [{"id": 1, "file_name": "1.png", "width": 80, "height": 60}],
        "annotations": [annotation],
        "categories": [{"id": 1, "name": "car"}],
    }
    path = image_folder / "instances.json"
    path.write_text(json.dumps(document))
    return path


@pytest.fixture
def open_window(qtbot, fake_session):
    windows = []

    def open_it(path: Path):
        window = assemble_window(open_path(path), Settings(), lambda: fake_session)
        windows.append(window)
        window.show()
        qtbot.waitExposed(window)
        qtbot.waitUntil(window.is_idle, timeout=20_000)
        return window

    yield open_it
    for window in windows:
        window.close()


def offers(window) -> list:
    return [message for message in window.findChild(MessageBar).messages if message.key == LABELS]


def test_labels_beside_the_images_of_a_new_project_are_offered_and_imported(open_window, labels, qtbot):
    window = open_window(labels.parent)
    ((action,),) = (offer.actions for offer in offers(window))

    action.slot()
    (dialog,) = window.findChildren(ImportDialog)
    qtbot.mouseClick(dialog.primary, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: dialog.is_idle)
    dialog.accept()

    assert [category.name for category in window.store.categories()] == ["car"]
    assert [len(window.store.instances(image.id)) for image in window.store.images()] == [1, 0, 0, 0]
    assert window.canvas.scene.stack_at(15, 15, 0)


def test_undo_takes_an_import_back_with_the_image_that_is_shown(open_window, labels, image_folder, qtbot):
    window = open_window(image_folder / "1.png")
    QImage(80, 60, QImage.Format.Format_RGB32).save(str(image_folder / "new.png"))
    labels.write_text(labels.read_text().replace("1.png", "new.png"))
    window.paths_dropped.emit([labels])
    (dialog,) = window.findChildren(ImportDialog)
    qtbot.mouseClick(dialog.primary, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: dialog.is_idle)
    dialog.accept()
    window.workspace.set_image(window.store.images()[-1].id)
    window.activateWindow()
    qtbot.waitUntil(window.is_idle)

    QTest.keyClick(window.canvas, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)

    assert len(window.store.images()) == 4
    assert window.store.categories() == ()
    assert window.workspace.image_id in {image.id for image in window.store.images()}
    QTest.keyClick(window.canvas, Qt.Key.Key_Z, CTRL_SHIFT)
    assert window.canvas.scene.stack_at(15, 15, 0)


def test_labels_are_not_offered_when_the_project_was_there_before(open_window, labels):
    open_window(labels.parent).close()

    assert offers(open_window(labels.parent)) == []


def test_a_folder_without_labels_offers_nothing(open_window, image_folder):
    assert offers(open_window(image_folder)) == []


def test_dropped_labels_open_the_import(open_window, image_folder, labels):
    window = open_window(image_folder / "1.png")

    window.paths_dropped.emit([labels])

    (dialog,) = window.findChildren(ImportDialog)
    assert dialog.source.path == labels
    assert dialog.primary.isEnabled()
    assert len(window.store.images()) == 4


def test_a_dropped_folder_of_labels_alone_is_not_blamed_for_holding_no_images(open_window, image_folder, labels):
    window = open_window(image_folder / "1.png")
    folder = image_folder.parent / "theirs"
    folder.mkdir()
    labels.rename(folder / labels.name)

    window.paths_dropped.emit([folder])

    assert [message.text for message in window.findChild(MessageBar).messages] == [
        "There are labels of another program in theirs."
    ]
    assert len(window.store.images()) == 4


@pytest.fixture
def masks(image_folder: Path) -> Path:
    """Write a mask of two areas of the value 3 for the first image, in a folder of its own."""
    folder = image_folder.parent / "their masks"
    folder.mkdir()
    values = np.zeros((60, 80), np.uint8)
    values[5:25, 5:25] = values[30:50, 40:60] = 3
    Image.fromarray(values).save(folder / "1.png")
    return folder


def test_dropped_masks_are_offered_as_labels_and_imported(open_window, image_folder, masks, qtbot):
    window = open_window(image_folder / "1.png")

    window.paths_dropped.emit([masks])

    (offer,) = offers(window)
    assert offer.text == "What is in their masks looks like masks of the images of this project."
    assert len(window.store.images()) == 4
    offer.actions[0].slot()
    (dialog,) = window.findChildren(ImportDialog)
    qtbot.mouseClick(dialog.primary, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: dialog.is_idle)
    dialog.accept()
    assert [len(window.store.instances(image.id)) for image in window.store.images()] == [2, 0, 0, 0]


def test_masks_beside_the_images_of_a_new_project_are_offered(open_window, image_folder, masks):
    image_folder.rename(image_folder.parent / "images")
    masks.rename(image_folder.parent / "masks")

    window = open_window(image_folder.parent)

    assert len(offers(window)) == 1
    assert [image.path.split("/")[0] for image in window.store.images()] == ["images"] * 4


def test_what_only_looks_like_masks_can_be_added_as_images(open_window, image_folder, masks):
    window = open_window(image_folder / "1.png")
    window.paths_dropped.emit([masks])
    (offer,) = offers(window)

    offer.actions[1].slot()

    assert len(window.store.images()) == 5
