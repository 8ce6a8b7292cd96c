"""The start page: every way to begin."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent, QPixmap
from PySide6.QtWidgets import QPushButton

from sam3_annotator.ui.dialogs.new_project import NewProjectDialog
from sam3_annotator.ui.settings import RecentProject, Settings
from sam3_annotator.ui.start.cards import ChoiceCard
from sam3_annotator.ui.start.start_page import RECENT_COLUMNS, StartPage


def make_page(qtbot: Any, settings: Settings) -> StartPage:
    page = StartPage(settings)
    qtbot.addWidget(page)
    page.resize(1000, 800)
    with qtbot.waitExposed(page):
        page.show()
    return page


@pytest.fixture
def projects(tmp_path: Path, qapp: Any) -> Settings:
    settings = Settings()
    for number in range(5):
        path = tmp_path / f"p{number}.sam3proj"
        path.touch()
        settings.remember_project(RecentProject(str(path), number, 10))
    return settings


def drop(page: StartPage, *paths: Path) -> None:
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(path)) for path in paths])
    buttons, keys = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    page.dragEnterEvent(QDragEnterEvent(QPoint(9, 9), Qt.DropAction.CopyAction, data, buttons, keys))
    page.dropEvent(QDropEvent(QPointF(9, 9), Qt.DropAction.CopyAction, data, buttons, keys))


def test_samples_are_one_click_away(qtbot: Any) -> None:
    page = make_page(qtbot, Settings())
    card = next(card for card in page.findChildren(ChoiceCard) if card.text() == "Try the samples")

    with qtbot.waitSignal(page.samples_requested):
        qtbot.mouseClick(card, Qt.MouseButton.LeftButton)


def test_new_project_is_made_and_opened_from_the_start_page(qtbot: Any, image_folder: Path) -> None:
    page = make_page(qtbot, Settings())
    qtbot.mouseClick(
        next(button for button in page.findChildren(QPushButton) if button.text() == "New project…"),
        Qt.MouseButton.LeftButton,
    )
    (dialog,) = page.findChildren(NewProjectDialog)
    dialog.images.set_path(image_folder)

    with qtbot.waitSignal(page.path_chosen) as chosen:
        qtbot.mouseClick(dialog.primary, Qt.MouseButton.LeftButton)

    assert chosen.args == [image_folder / "annotations.sam3proj"]
    assert chosen.args[0].is_file()


def test_recent_projects_are_shown_latest_first(qtbot: Any, projects: Settings) -> None:
    page = make_page(qtbot, projects)

    assert [card.text() for card in page.recent_cards()] == ["p4", "p3", "p2", "p1", "p0"]
    assert page.recent_cards()[0].accessibleName() == "p4, 4 of 10 done"


def test_recent_project_opens_by_mouse_and_keyboard(qtbot: Any, projects: Settings) -> None:
    page = make_page(qtbot, projects)
    card = page.recent_cards()[1]

    with qtbot.waitSignal(page.path_chosen) as chosen:
        qtbot.mouseClick(card, Qt.MouseButton.LeftButton)
    assert chosen.args == [Path(card.project.path)]

    with qtbot.waitSignal(page.path_chosen):
        qtbot.keyClick(card, Qt.Key.Key_Space)


def test_project_remembered_while_the_page_shows_appears_on_it(qtbot: Any, projects: Settings, tmp_path: Path) -> None:
    page = make_page(qtbot, projects)
    (tmp_path / "just closed.sam3proj").touch()

    projects.remember_project(RecentProject(str(tmp_path / "just closed.sam3proj"), 2, 3))

    assert [card.text() for card in page.recent_cards()][:2] == ["just closed", "p4"]
    qtbot.waitUntil(page.recent_cards()[0].isVisible)


def test_project_taken_off_the_list_makes_room(qtbot: Any, projects: Settings) -> None:
    page = make_page(qtbot, projects)

    page._forget(page.recent_cards()[1])

    assert [card.text() for card in page.recent_cards()] == ["p4", "p2", "p1", "p0"]


def test_project_whose_file_is_gone_is_not_offered(qtbot: Any, projects: Settings) -> None:
    Path(projects.recent_projects[0].path).unlink()

    page = make_page(qtbot, projects)

    assert [card.text() for card in page.recent_cards()] == ["p3", "p2", "p1", "p0"]


def test_second_row_goes_where_there_is_no_room(qtbot: Any, projects: Settings) -> None:
    page = make_page(qtbot, projects)
    page.resize(1000, 600)

    qtbot.waitUntil(lambda: sum(card.isVisible() for card in page.recent_cards()) == RECENT_COLUMNS)


@pytest.mark.parametrize("thumbnail", ["", "/no/such/picture.png"])
def test_project_without_a_picture_has_a_face(qtbot: Any, tmp_path: Path, thumbnail: str) -> None:
    path = tmp_path / "p.sam3proj"
    path.touch()
    settings = Settings()
    settings.remember_project(RecentProject(str(path), thumbnail=thumbnail))

    page = make_page(qtbot, settings)

    assert not page.recent_cards()[0].grab().isNull()


def test_picture_of_a_project_is_painted(qtbot: Any, tmp_path: Path) -> None:
    picture = QPixmap(40, 25)
    picture.fill(Qt.GlobalColor.magenta)
    picture.save(str(tmp_path / "p.png"))
    (tmp_path / "p.sam3proj").touch()
    settings = Settings()
    settings.remember_project(RecentProject(str(tmp_path / "p.sam3proj"), thumbnail=str(tmp_path / "p.png")))
    page = make_page(qtbot, settings)

    card = page.recent_cards()[0]

    assert card.grab().toImage().pixelColor(card.width() // 2, 40).name() == "#ff00ff"


def test_dropped_folder_is_chosen(qtbot: Any, tmp_path: Path) -> None:
    page = make_page(qtbot, Settings())

    with qtbot.waitSignal(page.path_chosen) as chosen:
        drop(page, tmp_path)

    assert chosen.args == [tmp_path]


def test_several_dropped_images_mean_their_folder(qtbot: Any, tmp_path: Path) -> None:
    for name in ("a.png", "b.png"):
        (tmp_path / name).touch()
    page = make_page(qtbot, Settings())

    with qtbot.waitSignal(page.path_chosen) as chosen:
        drop(page, tmp_path / "a.png", tmp_path / "b.png")

    assert chosen.args == [tmp_path]
