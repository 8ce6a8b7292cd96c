"""The dialog that exports: what it says beforehand, that it stays out of the way, what it reports."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QPushButton, QWidget
from pytestqt.qtbot import QtBot

from sam3_annotator.project import (
    Cancelled,
    CategoryId,
    ImageFacts,
    ImageState,
    Polygon,
    Progress,
    ProjectStore,
    Provenance,
    Region,
    no_progress,
)
from sam3_annotator.project.formats.options import ExportOptions
from sam3_annotator.project.formats.verification import verify_export
from sam3_annotator.project.formats.verified import VerifiedExport
from sam3_annotator.ui.background import Work, background_is_idle
from sam3_annotator.ui.dialogs import export_dialog
from sam3_annotator.ui.dialogs.export_dialog import ExportDialog, export_work
from sam3_annotator.ui.store_bridge import StoreBridge
from sam3_annotator.ui.verbs import operations

Add = Callable[[int], object]


@pytest.fixture
def add(store: ProjectStore) -> Add:
    """Add a square to the image of this number."""
    car: CategoryId = operations.add_category(store, "car")

    def add_square(image: int) -> object:
        square = Region((Polygon([(5, 5), (25, 5), (25, 25), (5, 25)]),))
        return operations.add_instance(store, store.images()[image].id, car, square, Provenance())

    return add_square


@pytest.fixture
def dialog(qtbot: QtBot, bridge: StoreBridge) -> ExportDialog:
    made = ExportDialog(bridge)
    qtbot.addWidget(made)
    with qtbot.waitExposed(made):
        made.show()
    qtbot.waitUntil(background_is_idle)
    return made


def test_project_without_instances_has_nothing_to_export(dialog: ExportDialog, add: Add) -> None:
    assert dialog.note == "No instances yet: there is nothing to export"
    assert not dialog.primary.isEnabled()

    add(0)

    assert dialog.note == "1 instance on 1 image"
    assert dialog.primary.isEnabled()


def test_summary_follows_the_project_and_counts_missing_images(
    qtbot: QtBot, bridge: StoreBridge, add: Add, store: ProjectStore
) -> None:
    for image in (0, 0, 1):
        add(image)
    store.image_file(store.images()[1].id).unlink()
    dialog = ExportDialog(bridge)
    qtbot.addWidget(dialog)

    qtbot.waitUntil(lambda: dialog.note == "2 instances on 1 image; 1 image missing")

    dialog.unannotated.setChecked(True)
    assert dialog.note == "2 instances on 3 images; 1 image missing"
    dialog.images.setCurrentIndex(2)  # labels can be written without the files
    assert dialog.note == "3 instances on 4 images; 1 image missing"


def test_images_known_to_be_empty_are_exported(dialog: ExportDialog, store: ProjectStore) -> None:
    operations.set_image_state(store, [store.images()[0].id], ImageState.CONFIRMED_EMPTY)

    assert dialog.note == "0 instances on 1 image"
    assert dialog.primary.isEnabled()


def test_images_left_out_are_told_and_not_exported_whatever_is_asked_for(
    dialog: ExportDialog, add: Add, store: ProjectStore
) -> None:
    add(0)
    add(1)

    operations.set_image_state(store, [image.id for image in store.images()[1:3]], ImageState.LEFT_OUT)

    assert dialog.note == "1 instance on 1 image; 2 images left out"
    dialog.unannotated.setChecked(True)
    assert dialog.note == "1 instance on 2 images; 2 images left out"


def test_images_not_read_so_far_are_told(dialog: ExportDialog, add: Add, store: ProjectStore) -> None:
    add(0)
    store.set_image_facts({store.images()[0].id: ImageFacts()})

    assert dialog.note == "0 instances on 0 images; 1 image not readable so far"
    assert not dialog.primary.isEnabled()


def test_folder_is_proposed_by_format_until_the_user_chooses(
    qtbot: QtBot, dialog: ExportDialog, store: ProjectStore, tmp_path: Path
) -> None:
    assert dialog.folder.path == store.path.parent / "export" / "coco"
    dialog.formats.choose("yolo-segment")
    assert dialog.folder.path == store.path.parent / "export" / "yolo-segment"

    dialog.folder.line.clear()
    qtbot.keyClicks(dialog.folder.line, str(tmp_path / "mine"))
    dialog.formats.choose("coco")

    assert dialog.folder.path == tmp_path / "mine"


def test_options_fit_the_format(dialog: ExportDialog) -> None:
    assert dialog.shapes.isVisible()

    dialog.formats.choose("yolo-detect")

    assert not dialog.shapes.isVisible()


def test_options_are_those_chosen(dialog: ExportDialog) -> None:
    dialog.shapes.setCurrentIndex(1)
    dialog.images.setCurrentIndex(2)
    dialog.split.is_on.setChecked(True)
    dialog.split.division.seed_box.setValue(7)
    dialog.split.division.alike_together.setChecked(True)

    options = dialog.options

    assert (options.segmentation, options.images, options.seed) == ("rle", "none", 7)
    assert options.split == {"train": 0.8, "val": 0.2}
    assert options.alike_together

    dialog.split.is_on.setChecked(False)
    assert not dialog.options.alike_together


def test_export_is_written_and_reported(
    qtbot: QtBot, dialog: ExportDialog, add: Add, store: ProjectStore, tmp_path: Path
) -> None:
    add(0)
    add(2)
    dialog.folder.set_path(tmp_path / "out")

    dialog.primary.click()
    qtbot.waitUntil(lambda: dialog.is_idle)

    assert dialog.report.shown.sentence == "2 instances on 2 images exported"
    assert dialog.report.shown.note == "2 of 2 instances read back, all to the pixel."
    assert dialog.report.shown.is_verified
    assert dialog.report.folder == tmp_path / "out"
    documents = [json.loads(file.read_text()) for file in (tmp_path / "out").rglob("*.json")]
    assert [len(document["annotations"]) for document in documents] == [2]


def test_export_that_differs_from_the_project_is_told_first_and_stays(
    qtbot: QtBot, dialog: ExportDialog, add: Add, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def spoiled(*arguments: Any) -> Work:
        def work(progress: Progress) -> VerifiedExport:
            done = export_work(*arguments)(progress)
            file = tmp_path / "out" / "annotations" / "instances.json"
            file.write_text(file.read_text().replace("[5,5,25,5,25,25,5,25]", "[6,5,26,5,26,25,6,25]"))
            with ProjectStore.open(arguments[0], read_only=True) as store:
                return replace(done, verification=verify_export(store, tmp_path / "out", "coco"))

        return work

    monkeypatch.setattr(export_dialog, "export_work", spoiled)
    add(0)
    dialog.folder.set_path(tmp_path / "out")

    dialog.primary.click()
    qtbot.waitUntil(lambda: dialog.is_idle)

    shown = dialog.report.shown
    assert shown.sentence.startswith("The export differs from the project in 1 place: 1 of 1 instance read back")
    assert shown.warnings[0] == "photos/1.png: an instance of car came back with an IoU of 0.904."
    assert shown.note == "1 instance on 1 image exported, and left in the folder."
    assert not shown.is_verified
    assert (tmp_path / "out").is_dir()


def test_export_and_what_it_is_compared_with_are_one_state_of_the_project(
    add: Add, store: ProjectStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen = []

    def look(reader: ProjectStore, *_: object) -> None:
        seen.append(len(reader.instances(store.images()[0].id)))
        add(0)
        seen.append(len(reader.instances(store.images()[0].id)))

    monkeypatch.setattr("sam3_annotator.project.formats.verification.export_verified", look)

    export_work(store.path, tmp_path / "out", "coco", ExportOptions())(no_progress)

    assert seen == [0, 0]
    assert len(store.instances(store.images()[0].id)) == 1


def test_nothing_is_read_back_if_the_user_does_not_want_it(
    qtbot: QtBot, dialog: ExportDialog, add: Add, tmp_path: Path
) -> None:
    add(0)
    dialog.verifies.setChecked(False)
    dialog.folder.set_path(tmp_path / "out")

    dialog.primary.click()
    qtbot.waitUntil(lambda: dialog.is_idle)

    assert (dialog.report.shown.sentence, dialog.report.shown.note) == ("1 instance on 1 image exported", "")


def test_progress_tells_writing_and_reading_back_apart(dialog: ExportDialog) -> None:
    assert dialog.progress_words(3, 24) == "3 of 12 images written"
    assert dialog.progress_words(15, 24) == "3 of 12 images read back"

    dialog.verifies.setChecked(False)

    assert dialog.progress_words(3, 12) == "3 of 12"


def test_stop_while_reading_back_keeps_the_export(
    qtbot: QtBot, dialog: ExportDialog, add: Add, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def endless(*_: object, **__: object) -> None:
        dialog.stop()
        raise Cancelled

    monkeypatch.setattr("sam3_annotator.project.formats.verification.verify_export", endless)
    add(0)
    dialog.folder.set_path(tmp_path / "out")

    dialog.primary.click()
    qtbot.waitUntil(lambda: dialog.is_idle)

    assert dialog.report.shown.sentence == "1 instance on 1 image exported"
    assert dialog.report.shown.note == "Reading back was stopped; the export is complete."
    assert (tmp_path / "out").is_dir()


@pytest.mark.parametrize("name", ["yolo-segment", "yolo-detect"])
def test_yolo_is_written_in_parts(qtbot: QtBot, dialog: ExportDialog, add: Add, tmp_path: Path, name: str) -> None:
    for image in range(4):
        add(image)
    dialog.formats.choose(name)
    dialog.split.is_on.setChecked(True)
    dialog.split.division.train.setValue(50)
    dialog.split.division.val.setValue(50)
    dialog.folder.set_path(tmp_path / "out")

    dialog.primary.click()
    qtbot.waitUntil(lambda: dialog.is_idle)

    assert dialog.report.shown.sentence == "4 instances on 4 images (2 in train, 2 in val) exported"
    assert (tmp_path / "out" / "data.yaml").is_file()
    assert len(list((tmp_path / "out").rglob("*.txt"))) == 4


def test_labelling_goes_on_beside_the_dialog(qtbot: QtBot, bridge: StoreBridge, add: Add) -> None:
    window = QWidget()
    qtbot.addWidget(window)
    add(0)
    dialog = ExportDialog(bridge, window)

    dialog.open()

    assert not dialog.isModal()
    add(1)
    assert dialog.note == "2 instances on 2 images"
    dialog.close()


def test_missing_image_is_left_to_the_report(
    qtbot: QtBot, dialog: ExportDialog, add: Add, store: ProjectStore, tmp_path: Path
) -> None:
    add(0)
    add(1)
    store.image_file(store.images()[1].id).unlink()
    dialog.folder.set_path(tmp_path / "out")

    dialog.primary.click()
    qtbot.waitUntil(lambda: dialog.is_idle)

    assert any("2.png" in warning for warning in dialog.report.shown.warnings)


def test_folder_that_cannot_be_written_is_told_in_the_form(
    qtbot: QtBot, dialog: ExportDialog, add: Add, tmp_path: Path
) -> None:
    add(0)
    (tmp_path / "file").write_text("in the way")
    dialog.folder.set_path(tmp_path / "file" / "out")

    dialog.primary.click()
    qtbot.waitUntil(lambda: dialog.is_idle)

    assert dialog.form.isEnabled()
    assert dialog.primary.isVisible()
    assert dialog.note.endswith(".")
    assert not dialog.report.isVisible()


def test_esc_stops_the_work_first_and_closes_then(qtbot: QtBot, dialog: ExportDialog, add: Add, tmp_path: Path) -> None:
    add(0)
    dialog.folder.set_path(tmp_path / "out")
    dialog.primary.click()
    assert not dialog.is_idle

    qtbot.keyClick(dialog, Qt.Key.Key_Escape)
    assert dialog.isVisible()
    qtbot.waitUntil(lambda: dialog.is_idle)

    assert dialog.note.startswith("The export was stopped")
    assert not (tmp_path / "out").exists()
    qtbot.keyClick(dialog, Qt.Key.Key_Escape)
    assert not dialog.isVisible()


def test_closing_the_window_of_the_dialog_stops_the_work_and_leaves_nothing(
    qtbot: QtBot, dialog: ExportDialog, add: Add, tmp_path: Path
) -> None:
    add(0)
    dialog.folder.set_path(tmp_path / "out")
    dialog.primary.click()
    assert not dialog.is_idle

    dialog.close()

    assert not dialog.isVisible()
    qtbot.waitUntil(background_is_idle)
    assert not (tmp_path / "out").exists()


def test_report_offers_the_folder(qtbot: QtBot, dialog: ExportDialog, add: Add, tmp_path: Path) -> None:
    add(0)
    dialog.folder.set_path(tmp_path / "out")
    dialog.primary.click()
    qtbot.waitUntil(lambda: dialog.is_idle)

    texts = {button.text() for button in dialog.findChildren(QPushButton) if button.isVisible()}

    assert texts == {"Open folder", "Close"}
    dialog.primary.click()
    assert not dialog.isVisible()
