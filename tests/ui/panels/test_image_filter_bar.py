"""The filters above the list of images: what they offer, how they go together, and how they are taken off."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QMenu, QToolButton
from pytestqt.qtbot import QtBot

from sam3_annotator.project import ImageId, ImageState, ProjectStore, Split
from sam3_annotator.ui.item_models.image_criteria import SplitFilter, StateFilter
from sam3_annotator.ui.panels.image_filter_bar import ImageFilterBar
from sam3_annotator.ui.panels.image_list import ImageListPanel
from sam3_annotator.ui.store_bridge import StoreBridge
from sam3_annotator.ui.verbs import operations
from sam3_annotator.ui.workspace import Workspace
from tests.ui.panels.conftest import AddInstance
from tests.ui.panels.image_panels import names, show_panel, strip


@pytest.fixture
def panel(qtbot: QtBot, bridge: StoreBridge, workspace: Workspace, images: list[ImageId]) -> ImageListPanel:
    workspace.set_image(images[0])
    return show_panel(qtbot, bridge, workspace)


@pytest.fixture
def sorted_images(store: ProjectStore, images: list[ImageId]) -> list[ImageId]:
    """Put 1.png and 3.png into train and 2.png into val; 2.png and 3.png are done, 10.png is left out."""
    operations.set_image_split(store, [images[0], images[2]], Split.TRAIN)
    operations.set_image_split(store, [images[1]], Split.VAL)
    operations.set_image_state(store, images[1:3], ImageState.DONE)
    operations.set_image_state(store, images[3:], ImageState.LEFT_OUT)
    return images


def choose(panel: ImageListPanel, entry: str) -> None:
    actions = panel.filter_bar.menu().actions()
    next(action for action in actions if action.text().split("\t")[0] == entry).trigger()


def test_menu_counts_the_images_of_states_and_splits(panel: ImageListPanel, sorted_images: list[ImageId]) -> None:
    assert [action.text() for action in panel.filter_bar.menu().actions()] == [
        "All images\t4",
        "Not annotated\t1",
        "In progress\t0",
        "Done\t2",
        "Done, not reviewed\t2",
        "Reviewed\t0",
        "Confirmed as empty\t0",
        "Left out\t1",
        "With a note\t0",
        "Missing or unreadable\t0",
        "",
        "Any split\t4",
        "Train\t2",
        "Val\t1",
        "Test\t0",
        "No split\t1",
        "",
        "Any category\t4",
        "With category",
        "Without category",
        "No instances\t4",
        "",
        "Order",
    ]


def test_menu_counts_what_each_filter_leaves_of_the_other(panel: ImageListPanel, sorted_images: list[ImageId]) -> None:
    choose(panel, "Train")
    choose(panel, "Done")

    entries = {action.text() for action in panel.filter_bar.menu().actions()}
    assert {"All images\t2", "Done\t1", "Left out\t0", "Any split\t2", "Train\t1", "No split\t0"} <= entries
    assert [action.text() for action in panel.filter_bar.menu().actions() if action.isChecked()] == [
        "Done\t1",
        "Train\t1",
        "Any category\t1",
    ]


def test_strip_names_the_filters_that_are_on(panel: ImageListPanel, sorted_images: list[ImageId]) -> None:
    assert strip(panel) == ""
    choose(panel, "Train")
    assert (strip(panel), names(panel)) == ("Train · 2 images", ["1.png", "3.png"])

    choose(panel, "Done")
    assert (strip(panel), names(panel)) == ("Done · Train · 2 images", ["1.png", "3.png"])  # 1.png is worked on

    choose(panel, "Any split")
    assert (strip(panel), names(panel)) == ("Done · 3 images", ["1.png", "2.png", "3.png"])


def test_cross_on_the_strip_takes_all_filters_off(
    qtbot: QtBot, panel: ImageListPanel, sorted_images: list[ImageId]
) -> None:
    panel.set_split_filter(SplitFilter.VAL)
    panel.set_state_filter(StateFilter.DONE)

    cross = next(each for each in panel.findChildren(QToolButton) if each.toolTip() == "Show all images")
    qtbot.mouseClick(cross, Qt.MouseButton.LeftButton)

    assert strip(panel) == ""
    assert len(names(panel)) == 4


def test_an_order_is_chosen_named_and_taken_off(
    qtbot: QtBot, panel: ImageListPanel, add_instance: AddInstance, workspace: Workspace, images: list[ImageId]
) -> None:
    add_instance(image=2)
    orders = next(action.menu() for action in panel.filter_bar.menu().actions() if action.text() == "Order")
    assert isinstance(orders, QMenu)
    assert [action.text() for action in orders.actions() if action.isChecked()] == ["As added"]

    next(action for action in orders.actions() if action.text() == "Most instances first").trigger()

    assert names(panel) == ["3.png", "1.png", "2.png", "10.png"]
    assert strip(panel) == "Most instances first · 4 images"
    assert panel.view.currentIndex().data() == "1.png"
    assert panel.previous_image()
    assert workspace.image_id == images[2]

    cross = next(each for each in panel.findChildren(QToolButton) if each.toolTip() == "Show all images")
    qtbot.mouseClick(cross, Qt.MouseButton.LeftButton)
    assert (names(panel), strip(panel)) == (["1.png", "2.png", "3.png", "10.png"], "")


def test_keys_go_through_the_images_of_the_split(
    panel: ImageListPanel, workspace: Workspace, sorted_images: list[ImageId]
) -> None:
    panel.set_split_filter(SplitFilter.TRAIN)

    assert panel.next_image()
    assert workspace.image_id == sorted_images[2]
    assert not panel.next_image()


def test_split_without_an_image_offers_to_show_all(panel: ImageListPanel, sorted_images: list[ImageId]) -> None:
    panel.filter_bar.field.setText("10")
    panel.set_split_filter(SplitFilter.TEST)
    assert names(panel) == []

    panel.clear_filter()

    assert len(names(panel)) == 4
    assert strip(panel) == ""


def test_words_of_the_strip_go_on_below_in_a_narrow_column(panel: ImageListPanel, sorted_images: list[ImageId]) -> None:
    choose(panel, "Missing or unreadable")
    choose(panel, "No split")

    label = next(label for label in panel.filter_bar.findChildren(QLabel) if label.isVisible())
    assert label.text().startswith("Missing or unreadable · No split · ")
    assert label.minimumSizeHint().width() < label.fontMetrics().horizontalAdvance(label.text()) / 2


def test_strip_counts_again_when_the_image_worked_on_is_left(
    qtbot: QtBot, panel: ImageListPanel, sorted_images: list[ImageId]
) -> None:
    choose(panel, "Done")
    assert strip(panel) == "Done · 3 images"  # 1.png is worked on

    panel.next_image()

    qtbot.waitUntil(lambda: strip(panel) == "Done · 2 images")


def test_images_that_go_here_and_there_are_told_of_once(
    qtbot: QtBot, panel: ImageListPanel, store: ProjectStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    with store.edit("Add images") as edit:
        added = [edit.add_image(f"more/{number}.png") for number in range(60)]
    operations.set_image_state(store, added[::2], ImageState.DONE)
    told: list[int] = []
    monkeypatch.setattr(ImageFilterBar, "refresh", lambda _bar: told.append(1))

    panel.set_state_filter(StateFilter.DONE)

    assert len(names(panel)) == 31
    assert told == [1]
