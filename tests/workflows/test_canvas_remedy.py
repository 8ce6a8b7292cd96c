"""Where the canvas says why there is no image, it has the button for what can be done about it."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QPushButton

from sam3_annotator.project import ProjectStore


def remedy(user) -> QPushButton:
    return next(each for each in user.window.canvas.children() if isinstance(each, QPushButton))


def spoil(user, spoiled) -> None:
    """Do something to the file of the image shown, and read it again."""
    spoiled(user.window.store.image_file(user.window.workspace.image_id))
    user.press(Qt.Key.Key_F5)
    user.settle()


def test_missing_image_can_be_looked_for_where_the_canvas_says_so(user, qtbot, monkeypatch):
    asked = []
    monkeypatch.setattr("sam3_annotator.ui.panels.image_list.ask_folder", lambda *_args: asked.append(1))
    assert not remedy(user).isVisible()

    spoil(user, lambda path: path.unlink())

    qtbot.waitUntil(lambda: remedy(user).isVisible())
    assert remedy(user).text() == "Find moved images…"
    assert remedy(user).y() > user.window.canvas.message_bottom
    remedy(user).click()
    assert asked

    user.press(Qt.Key.Key_D)
    user.settle()
    assert not remedy(user).isVisible()


def test_damaged_image_can_be_read_again_once_it_is_mended(user, qtbot):
    kept = []

    def damage(path) -> None:
        kept.append((path, path.read_bytes()))
        path.write_bytes(b"no image")

    spoil(user, damage)
    qtbot.waitUntil(lambda: remedy(user).isVisible())
    assert remedy(user).text() == "Reload from disk"

    kept[0][0].write_bytes(kept[0][1])
    remedy(user).click()
    user.settle()

    assert not remedy(user).isVisible()
    assert user.window.canvas.image_size != (0, 0)


@pytest.fixture
def empty(tmp_path, open_project, fake_session):
    folder = tmp_path / "none"
    folder.mkdir()
    project = tmp_path / "empty.sam3proj"
    ProjectStore.create(project, image_roots=[folder]).close()
    return open_project(lambda: fake_session, project)


def test_project_without_images_offers_to_add_some(empty):
    assert remedy(empty).isVisible()
    assert remedy(empty).text() == "Add images…"
