"""The dialog that imports: what it needs, what it warns of, and that the window shows what came in."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from sam3_annotator.project import ChangeSet, ProjectStore
from sam3_annotator.ui.dialogs.import_dialog import ImportDialog
from sam3_annotator.ui.item_models.image_model import ImageModel, ImageRole
from sam3_annotator.ui.store_bridge import StoreBridge
from sam3_annotator.ui.verbs import operations


@pytest.fixture
def dialog(qtbot: QtBot, bridge: StoreBridge) -> ImportDialog:
    made = ImportDialog(bridge)
    qtbot.addWidget(made)
    with qtbot.waitExposed(made):
        made.show()
    return made


@pytest.fixture
def coco_file(image_folder: Path) -> Path:
    """Write a COCO file beside the images: one car on 1.png, one on a file that is not there."""
    square = [5.0, 5.0, 25.0, 5.0, 25.0, 25.0, 5.0, 25.0]
    annotation = {"category_id": 1, "segmentation": [square], "bbox": [5, 5, 20, 20], "area": 400, "iscrowd": 0}
    document = {
        "images": [
            {"id": 1, "file_name": "1.png", "width": 80, "height": 60},
            {"id": 2, "file_name": "gone.png", "width": 64, "height": 48},
        ],
        "categories": [{"id": 1, "name": "car", "supercategory": "vehicle"}],
        "annotations": [{"id": n, "image_id": n, **annotation} for n in (1, 2)],
    }
    path = image_folder / "instances.json"
    path.write_text(json.dumps(document))
    return path


def test_form_says_what_is_missing(dialog: ImportDialog, coco_file: Path) -> None:
    assert dialog.note == "Choose the labels to import"
    dialog.source.set_path(coco_file.with_name("none.json"))
    assert dialog.note == "There is no such file or folder"
    assert not dialog.primary.isEnabled()

    dialog.source.set_path(coco_file)
    assert dialog.primary.isEnabled()
    dialog.images.set_path(coco_file.parent / "nowhere")
    assert dialog.note == "There is no such folder of images"


def test_window_is_blocked_while_the_dialog_is_open(qtbot: QtBot, bridge: StoreBridge) -> None:
    dialog = ImportDialog(bridge)
    qtbot.addWidget(dialog)

    dialog.open()

    assert dialog.isModal()
    dialog.close()


def test_imported_instances_show_in_the_window(
    qtbot: QtBot, dialog: ImportDialog, bridge: StoreBridge, store: ProjectStore, coco_file: Path
) -> None:
    model = ImageModel(bridge)
    operations.add_category(store, "person")
    changes: list[ChangeSet] = []
    bridge.changed.connect(changes.append)
    dialog.source.set_path(coco_file)

    dialog.primary.click()
    qtbot.waitUntil(lambda: dialog.is_idle)

    assert model.index(0).data(ImageRole.COUNT) == 1
    assert [category.name for category in store.categories()] == ["person", "car"]
    assert len(changes) == 1
    assert store.undo_label == "Import COCO from instances.json"
    assert dialog.report.shown.note == "It is one step in the history: undo takes back all of it."
    assert dialog.report.shown.sentence == "1 instance imported on 1 image (1 category new in the project: car)."
    assert any("gone.png" in warning for warning in dialog.report.shown.warnings)


def test_closing_the_window_of_the_dialog_while_it_imports_only_stops_the_import(
    qtbot: QtBot, dialog: ImportDialog, store: ProjectStore, coco_file: Path
) -> None:
    operations.add_category(store, "person")
    dialog.source.set_path(coco_file)
    dialog.primary.click()

    dialog.close()

    assert dialog.isVisible()
    qtbot.waitUntil(lambda: dialog.is_idle)
    assert dialog.note.startswith("The import was stopped")
    assert [category.name for category in store.categories()] == ["person"]
    assert store.undo_label == "Add category"
    dialog.close()
    assert not dialog.isVisible()


def test_file_of_another_kind_is_told_and_changes_nothing(
    qtbot: QtBot, dialog: ImportDialog, store: ProjectStore, tmp_path: Path
) -> None:
    operations.add_category(store, "person")
    (tmp_path / "no.json").write_text('{"no": "coco"}')
    dialog.source.set_path(tmp_path / "no.json")

    dialog.primary.click()
    qtbot.waitUntil(lambda: dialog.is_idle)

    assert not dialog.report.isVisible()
    assert dialog.note.endswith(".")
    assert store.undo_label == "Add category"


def test_project_open_for_reading_takes_no_import(qtbot: QtBot, store: ProjectStore, coco_file: Path) -> None:
    with ProjectStore.open(store.path, read_only=True) as other:
        bridge = StoreBridge(other)
        dialog = ImportDialog(bridge)
        qtbot.addWidget(dialog)
        dialog.source.set_path(coco_file)

        assert not dialog.primary.isEnabled()
        assert "for reading only" in dialog.note
        bridge.close()


def test_folder_of_labels_is_taken_as_well(qtbot: QtBot, dialog: ImportDialog, coco_file: Path) -> None:
    dialog.source.set_path(coco_file.parent)

    assert dialog.formats.choice.name == "coco"
    assert dialog.primary.isEnabled()


def test_a_folder_with_nothing_but_images_is_taken_for_masks(dialog: ImportDialog, image_folder: Path) -> None:
    dialog.source.set_path(image_folder)

    assert dialog.formats.choice.name == "masks"
