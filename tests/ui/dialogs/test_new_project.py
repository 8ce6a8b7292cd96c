"""The dialog that makes a project, from an empty form to a project that opens."""

from __future__ import annotations

import errno
import os
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from sam3_annotator.project import EXPORT_MARKER, Cancelled, ProjectStore
from sam3_annotator.ui.dialogs.new_project import NewProjectDialog, create_project
from sam3_annotator.ui.verbs import operations


@pytest.fixture
def dialog(qtbot: QtBot) -> NewProjectDialog:
    made = NewProjectDialog()
    qtbot.addWidget(made)
    with qtbot.waitExposed(made):
        made.show()
    return made


def test_empty_form_says_what_is_missing(dialog: NewProjectDialog) -> None:
    assert dialog.note == "Choose the folder your images are in"
    assert not dialog.primary.isEnabled()


def test_chosen_folder_proposes_the_file_and_counts_the_images(
    qtbot: QtBot, dialog: NewProjectDialog, image_folder: Path
) -> None:
    dialog.images.set_path(image_folder)

    assert dialog.file.path == image_folder / "annotations.sam3proj"
    assert dialog.primary.isEnabled()
    qtbot.waitUntil(lambda: dialog.note == "4 images found")


def test_file_that_was_typed_is_kept_when_the_folder_changes(
    qtbot: QtBot, dialog: NewProjectDialog, image_folder: Path, tmp_path: Path
) -> None:
    qtbot.keyClicks(dialog.file.line, str(tmp_path / "mine.sam3proj"))

    dialog.images.set_path(image_folder)

    assert dialog.file.path == tmp_path / "mine.sam3proj"


def test_folder_being_typed_is_not_searched(qtbot: QtBot, dialog: NewProjectDialog, image_folder: Path) -> None:
    qtbot.keyClicks(dialog.images.line, str(image_folder.parent))
    assert dialog.note == ""

    qtbot.keyClicks(dialog.images.line, "/photos")
    qtbot.keyClick(dialog.images.line, Qt.Key.Key_Tab)

    qtbot.waitUntil(lambda: dialog.note == "4 images found")


def test_folder_that_does_not_exist_is_told(dialog: NewProjectDialog, tmp_path: Path) -> None:
    dialog.images.set_path(tmp_path / "nowhere")

    assert dialog.note == "There is no such folder"
    assert not dialog.primary.isEnabled()


def test_folder_that_cannot_be_reached_is_told(
    qtbot: QtBot, dialog: NewProjectDialog, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    look = Path.stat

    def refuse(path: Path, *, follow_symlinks: bool = True) -> os.stat_result:
        if path.is_relative_to(tmp_path / "share"):
            raise PermissionError(errno.EACCES, "Network access is denied")
        return look(path, follow_symlinks=follow_symlinks)

    monkeypatch.setattr(Path, "stat", refuse)
    qtbot.keyClicks(dialog.images.line, str(tmp_path / "share" / "photos"))

    assert dialog.note == "There is no such folder"


def test_home_of_nobody_is_a_folder_that_does_not_exist(qtbot: QtBot, dialog: NewProjectDialog) -> None:
    qtbot.keyClicks(dialog.images.line, "~no-such-user/photos")

    assert dialog.note == "There is no such folder"


def test_folder_without_images_can_still_become_a_project(
    qtbot: QtBot, dialog: NewProjectDialog, tmp_path: Path
) -> None:
    (tmp_path / "later").mkdir()

    dialog.images.set_path(tmp_path / "later")

    qtbot.waitUntil(lambda: dialog.note == "No images in this folder yet; they can be added later.")
    assert dialog.primary.isEnabled()


def test_export_is_told_from_a_folder_without_images(qtbot: QtBot, dialog: NewProjectDialog, tmp_path: Path) -> None:
    (tmp_path / "out" / "images").mkdir(parents=True)
    (tmp_path / "out" / "images" / "a.png").touch()
    (tmp_path / "out" / EXPORT_MARKER).touch()

    dialog.images.set_path(tmp_path / "out")

    qtbot.waitUntil(lambda: "is an export" in dialog.note)
    assert dialog.primary.isEnabled()


def test_created_project_has_its_images_and_categories(
    qtbot: QtBot, dialog: NewProjectDialog, image_folder: Path
) -> None:
    dialog.images.set_path(image_folder)
    dialog.categories.setText(" person,  traffic   light,person,, car ")

    with qtbot.waitSignals([dialog.created, dialog.accepted]):
        dialog.primary.click()

    with ProjectStore.open(image_folder / "annotations.sam3proj") as store:
        assert [image.name for image in store.images()] == ["1.png", "2.png", "3.png", "10.png"]
        assert [category.name for category in store.categories()] == ["person", "traffic light", "car"]


def test_name_without_the_suffix_gets_it(
    qtbot: QtBot, dialog: NewProjectDialog, image_folder: Path, tmp_path: Path
) -> None:
    dialog.images.set_path(image_folder)
    dialog.file.set_path(tmp_path / "street.scenes")

    with qtbot.waitSignal(dialog.created) as blocker:
        dialog.primary.click()

    assert blocker.args == [tmp_path / "street.scenes.sam3proj"]


def test_project_that_is_there_is_opened_as_it_is(
    qtbot: QtBot, dialog: NewProjectDialog, store: ProjectStore, image_folder: Path
) -> None:
    before = store.path.read_bytes()
    dialog.images.set_path(image_folder)
    dialog.file.set_path(store.path)
    assert dialog.primary.text() == "Open"

    with qtbot.waitSignal(dialog.created) as blocker:
        dialog.primary.click()

    assert blocker.args == [store.path]
    assert store.path.read_bytes() == before


def test_folder_that_cannot_be_written_leaves_the_form_and_tells(
    qtbot: QtBot, dialog: NewProjectDialog, image_folder: Path, tmp_path: Path
) -> None:
    (tmp_path / "file").write_text("in the way")
    dialog.images.set_path(image_folder)
    dialog.file.set_path(tmp_path / "file" / "annotations.sam3proj")

    dialog.primary.click()

    qtbot.waitUntil(lambda: dialog.is_idle)
    assert dialog.isVisible()
    assert dialog.form.isEnabled()
    assert dialog.note.endswith(".")
    assert "Traceback" not in dialog.note


def test_stopping_leaves_no_project(qtbot: QtBot, dialog: NewProjectDialog, image_folder: Path) -> None:
    dialog.images.set_path(image_folder)
    dialog.primary.click()
    assert not dialog.is_idle

    dialog.secondary.click()

    qtbot.waitUntil(lambda: dialog.is_idle)
    assert dialog.isVisible()
    assert dialog.note.startswith("Creating the project was stopped")
    assert not (image_folder / "annotations.sam3proj").exists()


def test_project_that_cannot_be_completed_is_told_and_not_left_half_made(
    qtbot: QtBot, dialog: NewProjectDialog, image_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(operations, "add_category", fail)
    before = sorted(image_folder.iterdir())
    dialog.images.set_path(image_folder)
    dialog.categories.setText("cat")

    dialog.primary.click()
    qtbot.waitUntil(lambda: dialog.is_idle)

    assert "No space left on device" in dialog.note
    assert sorted(image_folder.iterdir()) == before


def test_project_not_wanted_any_more_once_it_is_made_is_taken_away(image_folder: Path) -> None:
    file = image_folder / "annotations.sam3proj"

    def stop(done: int, total: int) -> None:
        if file.exists():
            raise Cancelled

    with pytest.raises(Cancelled):
        create_project(file, image_folder, ["cat"], stop)

    assert not file.exists()


def test_esc_closes_an_idle_dialog(qtbot: QtBot, dialog: NewProjectDialog) -> None:
    qtbot.keyClick(dialog, Qt.Key.Key_Escape)

    assert not dialog.isVisible()


def test_browsing_starts_where_the_field_points_and_fills_it(
    qtbot: QtBot, dialog: NewProjectDialog, image_folder: Path
) -> None:
    asked: list[str] = []

    def ask(_parent: object, _title: str, start: str) -> str:
        asked.append(start)
        return str(image_folder)

    dialog.images.ask = ask
    dialog.images.set_path(image_folder / "not" / "there")

    dialog.images.browse()

    assert asked == [str(image_folder)]
    assert dialog.images.path == image_folder


def test_browsing_without_a_choice_changes_nothing(dialog: NewProjectDialog, image_folder: Path) -> None:
    dialog.images.set_path(image_folder)
    dialog.images.ask = lambda *_: ""

    dialog.images.browse()

    assert dialog.images.path == image_folder
