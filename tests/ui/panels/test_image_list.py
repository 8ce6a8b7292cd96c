"""The panel of images: the current row is the workspace's image, and nothing else moves it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QObject, QPoint, Qt, QUrl, Slot
from PySide6.QtGui import QAction, QDesktopServices
from PySide6.QtWidgets import QLabel, QMenu, QPushButton
from pytestqt.qtbot import QtBot

from sam3_annotator.project import ImageFacts, ImageId, ImageState, InstanceId, ProjectStore, Split
from sam3_annotator.ui.background import background_is_idle
from sam3_annotator.ui.item_models.image_criteria import StateFilter, Stops
from sam3_annotator.ui.panels.image_list import ImageListPanel
from sam3_annotator.ui.store_bridge import StoreBridge
from sam3_annotator.ui.verbs import operations
from sam3_annotator.ui.workspace import Workspace
from tests.ui.panels.image_panels import names, show_panel

LEFT = Qt.MouseButton.LeftButton
CONTROL = Qt.KeyboardModifier.ControlModifier
AddInstance = Callable[..., InstanceId]


@pytest.fixture
def panel(qtbot: QtBot, bridge: StoreBridge, workspace: Workspace, images: list[ImageId]) -> ImageListPanel:
    workspace.set_image(images[0])
    return show_panel(qtbot, bridge, workspace)


def current(panel: ImageListPanel) -> str | None:
    return panel.view.currentIndex().data()


def place(panel: ImageListPanel, row: int) -> QPoint:
    return panel.view.visualRect(panel.shown.index(row, 0)).center()


def select(qtbot: QtBot, panel: ImageListPanel, first: int, second: int) -> None:
    qtbot.mouseClick(panel.view.viewport(), LEFT, pos=place(panel, first))
    qtbot.mouseClick(panel.view.viewport(), LEFT, CONTROL, place(panel, second))


def words(panel: ImageListPanel) -> set[str]:
    return {label.text() for label in panel.findChildren(QLabel) if label.isVisible()}


def test_click_and_arrow_keys_show_the_image(
    qtbot: QtBot, panel: ImageListPanel, workspace: Workspace, images: list[ImageId]
) -> None:
    qtbot.mouseClick(panel.view.viewport(), LEFT, pos=place(panel, 2))
    assert workspace.image_id == images[2]

    qtbot.keyClick(panel.view, Qt.Key.Key_Down)
    assert workspace.image_id == images[3]


def test_current_row_follows_the_workspace(panel: ImageListPanel, workspace: Workspace, images: list[ImageId]) -> None:
    assert current(panel) == "1.png"

    workspace.set_image(images[3])

    assert current(panel) == "10.png"
    assert [index.data() for index in panel.view.selectionModel().selectedRows()] == ["10.png"]


def test_next_and_previous_go_in_the_shown_order(
    qtbot: QtBot, panel: ImageListPanel, workspace: Workspace, images: list[ImageId]
) -> None:
    panel.filter_bar.field.setText("1")

    assert panel.next_image()
    assert workspace.image_id == images[3]
    assert not panel.next_image()
    assert panel.previous_image()
    assert workspace.image_id == images[0]
    assert not panel.previous_image()


@pytest.mark.parametrize("state", [ImageState.DONE, ImageState.LEFT_OUT])
def test_next_unfinished_skips_what_next_goes_through(
    panel: ImageListPanel, workspace: Workspace, images: list[ImageId], store: ProjectStore, state: ImageState
) -> None:
    operations.set_image_state(store, images[1:3], state)

    assert panel.next_image()
    assert workspace.image_id == images[1]
    assert panel.turn(1, Stops.UNFINISHED)
    assert workspace.image_id == images[3]
    assert panel.turn(1, Stops.UNFINISHED)
    assert workspace.image_id == images[0]
    assert panel.turn(-1, Stops.UNFINISHED)
    assert workspace.image_id == images[3]


def test_filtering_the_current_image_away_does_not_turn_to_another(
    panel: ImageListPanel, workspace: Workspace, images: list[ImageId]
) -> None:
    panel.filter_bar.field.setText("10")
    assert workspace.image_id == images[0]
    assert panel.view.selectionModel().selectedRows() == []

    panel.filter_bar.field.setText("")
    assert current(panel) == "1.png"


def test_image_stays_in_the_list_while_its_state_changes(
    panel: ImageListPanel, add_instance: AddInstance, workspace: Workspace, images: list[ImageId]
) -> None:
    panel.set_state_filter(StateFilter.UNANNOTATED)

    add_instance(image=0)
    assert current(panel) == "1.png"

    panel.next_image()
    assert names(panel) == ["2.png", "3.png", "10.png"]
    assert workspace.image_id == images[1]


def test_state_filter_is_named_and_taken_off(qtbot: QtBot, panel: ImageListPanel) -> None:
    panel.set_state_filter(StateFilter.DONE)
    assert "Done · 1 image" in words(panel)  # the one being worked on

    panel.clear_filter()
    assert len(names(panel)) == 4


def test_nothing_found_offers_to_show_all(qtbot: QtBot, panel: ImageListPanel) -> None:
    panel.filter_bar.field.setText("zebra")
    assert "No image matches" in words(panel)

    link = next(button for button in panel.findChildren(QPushButton) if button.text() == "Show all images")
    qtbot.mouseClick(link, LEFT)

    assert len(names(panel)) == 4
    assert panel.filter_bar.field.text() == ""


def test_esc_in_the_field_shows_all_and_gives_the_focus_back(qtbot: QtBot, panel: ImageListPanel) -> None:
    panel.filter_bar.field.setText("10")

    with qtbot.waitSignal(panel.focus_left):
        qtbot.keyClick(panel.filter_bar.field, Qt.Key.Key_Escape)

    assert len(names(panel)) == 4


def test_letter_keys_in_the_list_are_left_to_the_windows_actions(
    qtbot: QtBot, panel: ImageListPanel, workspace: Workspace, images: list[ImageId]
) -> None:
    qtbot.keyClicks(panel.view, "10")

    assert workspace.image_id == images[0]
    assert panel.filter_bar.field.text() == ""


@pytest.mark.parametrize(("entry", "state"), [("Mark as done", ImageState.DONE), ("Leave out", ImageState.LEFT_OUT)])
def test_several_images_are_marked_in_one_step_that_undo_takes_back(
    qtbot: QtBot, panel: ImageListPanel, store: ProjectStore, images: list[ImageId], entry: str, state: ImageState
) -> None:
    unannotated, reviewed = ImageState.UNANNOTATED, ImageState.REVIEWED
    operations.set_image_state(store, [images[2]], reviewed)
    select(qtbot, panel, 0, 2)

    entries = {action.text(): action for action in panel.context_menu(images[2]).actions()}
    entries[entry].trigger()

    assert [image.state for image in store.images()] == [state, unannotated, state, unannotated]
    assert store.undo_label == entry
    store.undo()
    assert [image.state for image in store.images()] == [unannotated, unannotated, reviewed, unannotated]


def test_of_several_images_those_that_cannot_be_shown_are_not_called_done(
    qtbot: QtBot, panel: ImageListPanel, store: ProjectStore, images: list[ImageId]
) -> None:
    panel.model.set_problems({images[2]: "missing"}, images)
    select(qtbot, panel, 0, 2)

    with qtbot.waitSignal(panel.notice) as blocker:
        panel.set_state(ImageState.DONE)
    assert blocker.args == ["1 image cannot be shown, and stays as it is."]
    assert [image.state for image in store.images()].count(ImageState.DONE) == 1
    assert store.image(images[2]).state is ImageState.UNANNOTATED

    panel.set_state(ImageState.LEFT_OUT)
    assert store.image(images[2]).state is ImageState.LEFT_OUT


def test_several_images_are_put_into_a_split_in_one_step(
    qtbot: QtBot, panel: ImageListPanel, store: ProjectStore, images: list[ImageId]
) -> None:
    select(qtbot, panel, 0, 2)

    splits(panel, images[2])["Val"].trigger()

    assert [image.split for image in store.images()] == [Split.VAL, None, Split.VAL, None]
    assert store.undo_label == "Put into val"
    assert checked_split(panel, images[2]) == ["Val"]


def test_menu_of_splits_checks_none_where_images_are_in_several(
    qtbot: QtBot, panel: ImageListPanel, store: ProjectStore, images: list[ImageId]
) -> None:
    operations.set_image_split(store, [images[0]], Split.TRAIN)
    select(qtbot, panel, 0, 1)
    assert checked_split(panel, images[0]) == []

    splits(panel, images[0])["None"].trigger()

    assert {image.split for image in store.images()} == {None}
    assert checked_split(panel, images[0]) == ["None"]


def splits(panel: ImageListPanel, image_id: ImageId) -> dict[str, QAction]:
    """Give the entries of the menu of splits by their words."""
    (menu,) = [made for made in panel.context_menu(image_id).findChildren(QMenu) if made.title() == "Split"]
    return {action.text(): action for action in menu.actions()}


def checked_split(panel: ImageListPanel, image_id: ImageId) -> list[str]:
    return [text for text, action in splits(panel, image_id).items() if action.isChecked()]


def test_image_with_instances_cannot_be_confirmed_empty(
    qtbot: QtBot, panel: ImageListPanel, add_instance: AddInstance
) -> None:
    add_instance(image=0)

    with qtbot.waitSignal(panel.problem) as blocker:
        panel.set_state(ImageState.CONFIRMED_EMPTY)

    assert blocker.args is not None
    assert "Delete them first" in blocker.args[0]


def test_only_rows_that_are_seen_get_thumbnails(
    qtbot: QtBot, bridge: StoreBridge, workspace: Workspace, store: ProjectStore
) -> None:
    with store.edit("Add images", undoable=False) as edit:
        for number in range(1000):
            edit.add_image(f"photos/none/{number}.png")
    panel = ImageListPanel(bridge, workspace)
    qtbot.addWidget(panel)
    panel.resize(260, 400)
    with qtbot.waitExposed(panel):
        panel.show()

    qtbot.waitUntil(lambda: panel.thumbnails.pixmap(store.images()[0].id) is not None)
    qtbot.waitUntil(lambda: panel.thumbnails.is_idle)

    visible = 400 // panel.view.sizeHintForRow(0) + 1
    assert sum(panel.thumbnails.has_tried(image.id) for image in store.images()) <= visible


def test_missing_files_are_marked_when_the_panel_shows(
    qtbot: QtBot, bridge: StoreBridge, workspace: Workspace, store: ProjectStore, images: list[ImageId]
) -> None:
    store.image_file(images[3]).unlink()
    panel = ImageListPanel(bridge, workspace)
    qtbot.addWidget(panel)
    panel.show()

    qtbot.waitUntil(lambda: panel.model.problem(images[3]) != "")

    assert "missing" in panel.model.index(3).data(Qt.ItemDataRole.ToolTipRole)
    panel.set_state_filter(StateFilter.MISSING)
    assert names(panel) == ["10.png"]


def test_image_that_is_back_is_read_again(
    qtbot: QtBot, panel: ImageListPanel, store: ProjectStore, images: list[ImageId]
) -> None:
    qtbot.waitUntil(background_is_idle)
    store.set_image_facts({images[0]: ImageFacts(problem="missing")})

    panel.rescan()

    qtbot.waitUntil(lambda: panel.model.problem(images[0]) == "")
    assert store.image(images[0]).facts.width == 80


def test_moved_images_are_found_again(
    qtbot: QtBot, panel: ImageListPanel, store: ProjectStore, images: list[ImageId], tmp_path: Path
) -> None:
    moved = tmp_path / "elsewhere"
    (tmp_path / "photos").rename(moved)
    panel.rescan()
    qtbot.waitUntil(lambda: panel.model.problem(images[3]) != "")
    notices: list[str] = []
    panel.notice.connect(notices.append)

    panel.find_moved(moved)

    qtbot.waitUntil(lambda: notices[-1:] == ["4 images found, none is missing now."])
    assert store.image_file(images[3]) == moved / "10.png"
    assert panel.model.problem(images[3]) == ""
    assert store.undo_label == "Find moved images"


class Browser(QObject):
    """Stands in for the system's file browser."""

    def __init__(self) -> None:
        super().__init__()
        self.opened: list[str] = []

    @Slot(QUrl)
    def open(self, url: QUrl) -> None:
        self.opened.append(url.toLocalFile())


@pytest.fixture
def browser(qapp: object) -> Iterator[Browser]:
    handler = Browser()
    QDesktopServices.setUrlHandler("file", handler, "open")
    yield handler
    QDesktopServices.unsetUrlHandler("file")


def test_folder_of_an_image_is_shown(
    panel: ImageListPanel, browser: Browser, images: list[ImageId], image_folder: Path
) -> None:
    panel.reveal(images[0])

    assert [Path(path) for path in browser.opened] == [image_folder]


def test_folder_that_is_gone_is_told(
    qtbot: QtBot, panel: ImageListPanel, browser: Browser, images: list[ImageId], image_folder: Path
) -> None:
    image_folder.rename(image_folder.with_name("gone"))

    with qtbot.waitSignal(panel.problem):
        panel.reveal(images[0])

    assert browser.opened == []


def test_project_without_images_says_what_to_do(qtbot: QtBot, tmp_path: Path, workspace: Workspace) -> None:
    with ProjectStore.create(tmp_path / "empty.sam3proj") as empty:
        bridge = StoreBridge(empty)
        panel = ImageListPanel(bridge, workspace)
        qtbot.addWidget(panel)
        with qtbot.waitExposed(panel):
            panel.show()

        assert "No images yet" in words(panel)
        assert not panel.next_image()
        bridge.close()


def test_selection_scroll_and_current_row_survive_undo_and_redo(
    qtbot: QtBot, panel: ImageListPanel, add_instance: AddInstance, store: ProjectStore
) -> None:
    panel.resize(260, 150)
    panel.view.verticalScrollBar().setValue(40)
    add_instance(image=2)

    store.undo()
    store.redo()

    assert current(panel) == "1.png"
    assert panel.view.verticalScrollBar().value() == 40


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
