"""A path becomes an open project, or a sentence."""

from __future__ import annotations

from pathlib import Path

import pytest

from sam3_annotator.project import ImageState, KnownError, ProjectStore
from sam3_annotator.project.regions import rectangle
from sam3_annotator.ui.start import opening
from sam3_annotator.ui.start.opening import first_unfinished, open_path, project_file_of
from sam3_annotator.ui.verbs import operations


def names(store: ProjectStore) -> list[str]:
    return [image.name for image in store.images()]


def test_a_folder_gets_a_project_of_its_images_in_natural_order(image_folder):
    opened = open_path(image_folder)

    assert names(opened.store) == ["1.png", "2.png", "3.png", "10.png"]
    assert opened.store.path == image_folder / "annotations.sam3proj"
    assert opened.store.undo_label is None
    opened.store.close()


def test_opening_the_folder_again_adds_what_has_come_and_keeps_the_rest(image_folder, make_image):
    first = open_path(image_folder).store
    with first.edit("Add instance") as edit:
        category = edit.add_category("cat")
        edit.add_instance(first.images()[0].id, category, rectangle(1, 1, 9, 9))
    first.close()
    make_image("photos/11.png")

    again = open_path(image_folder).store

    assert names(again) == ["1.png", "2.png", "3.png", "10.png", "11.png"]
    assert len(again.instances(again.images()[0].id)) == 1
    again.close()


def test_opening_the_folder_again_leaves_out_what_was_left_out(image_folder):
    first = open_path(image_folder).store
    with first.edit("Leave out") as edit:
        edit.update_image(first.images()[1].id, state=ImageState.LEFT_OUT)
    first.close()

    again = open_path(image_folder).store

    assert names(again) == ["1.png", "2.png", "3.png", "10.png"]
    assert [image.name for image in again.images() if image.state is ImageState.LEFT_OUT] == ["2.png"]
    again.close()


@pytest.mark.parametrize("written", ["../../photos", "..", "../1.png"])
def test_a_path_from_the_current_folder_opens_the_same_project_again(image_folder, monkeypatch, written):
    (image_folder / "sub").mkdir()
    monkeypatch.chdir(image_folder / "sub")

    for _ in range(2):
        opened = open_path(Path(written))
        opened.store.close()

        assert opened.store.path == image_folder / "annotations.sam3proj"
        assert project_file_of(Path(written)) == opened.store.path


def test_an_image_file_opens_its_folder_at_that_image(image_folder):
    opened = open_path(image_folder / "3.png")

    assert opened.store.image(opened.image_id).name == "3.png"
    opened.store.close()


def test_a_project_open_elsewhere_is_opened_for_reading_and_says_so(image_folder):
    writer = open_path(image_folder).store

    opened = open_path(writer.path)

    assert opened.store.is_read_only
    assert "change nothing" in opened.limitation
    opened.store.close()
    writer.close()


@pytest.mark.parametrize("name", ["missing", "empty", "notes.txt", "fake.sam3proj"])
def test_what_cannot_be_opened_is_a_sentence_and_leaves_nothing_behind(tmp_path, name):
    (tmp_path / "empty").mkdir()
    (tmp_path / "notes.txt").write_text("no image")
    (tmp_path / "fake.sam3proj").write_text("no project")
    before = sorted(tmp_path.rglob("*"))

    with pytest.raises(KnownError) as error:
        open_path(tmp_path / name)

    assert str(error.value).endswith(".")
    assert sorted(tmp_path.rglob("*")) == before


@pytest.mark.parametrize("name", ["notes.txt", "sam3.pt"])
def test_what_is_no_image_makes_no_project_of_the_images_beside_it(image_folder, name):
    (image_folder / name).touch()
    before = sorted(image_folder.iterdir())

    with pytest.raises(KnownError):
        open_path(image_folder / name)

    assert sorted(image_folder.iterdir()) == before


def test_a_checkpoint_is_called_one_and_where_to_add_it_is_told(tmp_path):
    (tmp_path / "sam3.pt").touch()

    for path in (tmp_path, tmp_path / "sam3.pt"):
        with pytest.raises(KnownError, match="Model > Choose a model"):
            open_path(path)


def test_a_folder_of_images_beside_a_checkpoint_is_one_of_images(image_folder):
    (image_folder / "sam3.pt").touch()

    opened = open_path(image_folder)

    assert len(opened.store.images()) == 4
    opened.store.close()


def test_the_project_file_of_a_path_is_known_without_opening_it(image_folder):
    expected = image_folder / "annotations.sam3proj"

    assert project_file_of(image_folder) == expected
    assert project_file_of(image_folder / "1.png") == expected
    assert project_file_of(expected) == expected


def test_work_begins_at_the_first_image_not_finished(store):
    with store.edit("Mark as done") as edit:
        edit.update_image(store.images()[0].id, state=ImageState.DONE)

    assert first_unfinished(store) == store.images()[1].id


def test_an_image_is_found_by_another_spelling_of_its_name(image_folder, make_image, monkeypatch):
    # As on macOS: a dialog gives the name in another form than the folder lists it in, and it is the same file.
    listed = make_image("photos/Cafe\N{COMBINING ACUTE ACCENT}.png")
    said = image_folder / "Café.png"
    if not said.exists():
        said.hardlink_to(listed)
    monkeypatch.setattr(opening, "list_image_files", lambda _folder, **_: [listed])

    opened = open_path(said)

    assert opened.store.image_file(opened.image_id) == listed
    opened.store.close()


def test_work_begins_at_no_image_that_is_left_out_unless_all_are(store):
    images = [image.id for image in store.images()]
    operations.set_image_state(store, images[:1], ImageState.LEFT_OUT)
    operations.set_image_state(store, images[1:], ImageState.DONE)
    assert first_unfinished(store) == images[1]

    operations.set_image_state(store, images, ImageState.LEFT_OUT)

    assert first_unfinished(store) == images[0]
