"""One window at a time, and what cannot be opened leaves the window before it as it was."""

from __future__ import annotations

import errno
from pathlib import Path

import pytest

from sam3_annotator.app import assemble_window
from sam3_annotator.model import PointPrompt
from sam3_annotator.project import ProjectStore
from sam3_annotator.ui.settings import RecentProject, Settings
from sam3_annotator.ui.start.launcher import Launcher
from sam3_annotator.ui.start.samples import copy_samples
from sam3_annotator.ui.start.start_page import StartPage
from sam3_annotator.ui.window.main_window import MainWindow


@pytest.fixture
def launcher(qtbot, fake_session, tmp_path):
    settings = Settings()
    made = Launcher(
        settings,
        lambda opened: assemble_window(opened, settings, lambda: fake_session),
        lambda: copy_samples(tmp_path / "samples"),
    )
    yield made
    if made.window is not None:
        made.window.close()


def test_without_a_path_and_without_a_past_the_start_page_shows(launcher):
    launcher.start(None)

    assert isinstance(launcher.window, StartPage)


def test_a_folder_opens_in_place_of_the_start_page(launcher, image_folder):
    launcher.start(None)
    page = launcher.window

    page.path_chosen.emit(image_folder)

    assert isinstance(launcher.window, MainWindow)
    assert launcher.window.store.path == image_folder / "annotations.sam3proj"
    assert not page.isVisible()


def test_the_last_project_opens_again(launcher, image_folder):
    launcher.start(image_folder)
    launcher.show_start_page()

    launcher.start(None)

    assert isinstance(launcher.window, MainWindow)
    assert launcher.window.store.path == image_folder / "annotations.sam3proj"


def test_what_cannot_be_opened_is_told_in_the_window_shown(launcher, image_folder, tmp_path):
    launcher.start(image_folder)
    window = launcher.window

    window.project_requested.emit(tmp_path / "gone.sam3proj")

    assert launcher.window is window
    assert "gone.sam3proj" in window.messages.messages[0].text


def test_what_cannot_be_opened_at_the_start_is_told_on_the_start_page(launcher, tmp_path):
    launcher.start(tmp_path / "gone")

    assert isinstance(launcher.window, StartPage)
    assert "gone" in launcher.window.messages.messages[0].text


@pytest.fixture
def lost_share(tmp_path, monkeypatch):
    """Give a folder that nothing can be asked of, as Windows says of one that wants a password."""
    lost = tmp_path / "share"
    look = Path.stat

    def refuse(path, **words):
        if path.is_relative_to(lost):
            raise OSError(errno.EINVAL, "The user name or password is incorrect")
        return look(path, **words)

    monkeypatch.setattr(Path, "stat", refuse)
    return lost


def test_a_recent_project_that_cannot_be_reached_keeps_nobody_from_starting(launcher, lost_share):
    Settings().remember_project(RecentProject(str(lost_share / "a.sam3proj")))

    launcher.start(None)

    assert isinstance(launcher.window, StartPage)
    assert not launcher.window.recent_cards()


def test_why_a_place_cannot_be_reached_is_told(launcher, lost_share):
    launcher.start(lost_share / "a.sam3proj")

    assert "incorrect). Check its drive" in launcher.window.messages.messages[0].text


def test_opening_what_is_open_already_changes_nothing(launcher, image_folder):
    launcher.start(image_folder)
    window = launcher.window

    launcher.open(image_folder)

    assert launcher.window is window
    assert not window.store.is_read_only


def test_opening_what_is_open_by_another_spelling_of_its_name_changes_nothing(launcher, image_folder):
    launcher.start(image_folder)
    window = launcher.window
    other = image_folder / "Annotations.sam3proj"
    if not other.exists():  # as it is where case does not count
        other.hardlink_to(window.store.path)

    launcher.open(other)

    assert launcher.window is window
    assert not window.messages.messages


def test_the_samples_open_as_a_copy_with_hints(launcher, tmp_path):
    launcher.start(None)

    launcher.window.samples_requested.emit()

    assert isinstance(launcher.window, MainWindow)
    assert len(launcher.window.store.images()) == 8
    assert launcher.window.store.path.parent == tmp_path / "samples"


@pytest.mark.parametrize("leave", ["open_folder", "close_project"])
def test_project_is_left_once_what_was_accepted_is_stored(
    leave, launcher, qtbot, image_folder, make_image, fake_session
):
    launcher.start(image_folder)
    window = launcher.window
    qtbot.waitUntil(window.is_idle, timeout=20_000)
    with window.store.edit("Add category") as edit:
        window.workspace.set_category(edit.add_category("cat"))
    other = make_image("others/1.png").parent
    fake_session.hold()
    window.canvas.prompt_added.emit(PointPrompt(20, 20))
    window.window_actions.trigger("accept")

    if leave == "open_folder":
        window.project_requested.emit(other)
    else:
        window.window_actions.trigger("close_project")
    assert launcher.window is window
    fake_session.release()
    qtbot.waitUntil(lambda: launcher.window is not window)  # the window is deleted then, sooner or later

    with ProjectStore.open(image_folder / "annotations.sam3proj", read_only=True) as store:
        assert len(store.instances(store.images()[0].id)) == 1


def test_a_project_opened_is_remembered_with_how_far_it_is_whatever_ends_the_program(launcher, image_folder):
    launcher.open(image_folder)

    remembered = Settings().recent_projects[0]
    assert remembered.path == str(launcher.window.store.path)
    assert (remembered.done, remembered.total) == launcher.window.progress
    assert remembered.total > 0
