"""The filter by what is on the images: chosen in the menu, named in the strip, and kept true."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QToolButton
from pytestqt.qtbot import QtBot

from sam3_annotator.project import CategoryId, ImageId, InstanceId, ProjectStore
from sam3_annotator.ui.item_models.image_criteria import StateFilter, Stops
from sam3_annotator.ui.panels.category_menu import CategoryMenu
from sam3_annotator.ui.panels.image_list import ImageListPanel
from sam3_annotator.ui.store_bridge import StoreBridge
from sam3_annotator.ui.verbs import operations
from sam3_annotator.ui.workspace import Workspace
from tests.ui.panels.image_panels import names, show_panel, strip

AddInstance = Callable[..., InstanceId]


@pytest.fixture
def panel(
    qtbot: QtBot, bridge: StoreBridge, workspace: Workspace, images: list[ImageId], add_instance: AddInstance
) -> ImageListPanel:
    """List four images: a person on 1.png and 2.png, a car on 2.png, a dog nowhere; 10.png is worked on."""
    for image, category in ((0, 0), (1, 0), (1, 1)):
        add_instance(image=image, category=category)
    workspace.set_image(images[3])
    return show_panel(qtbot, bridge, workspace)


def submenu(panel: ImageListPanel, title: str) -> CategoryMenu:
    return next(menu for menu in panel.filter_bar.menu().findChildren(CategoryMenu) if menu.title() == title)


def rows(menu: CategoryMenu) -> list[str]:
    model = menu.view.model()
    return [model.index(row, 0).data(Qt.ItemDataRole.AccessibleTextRole) for row in range(model.rowCount())]


def choose(panel: ImageListPanel, title: str, row: int) -> None:
    view = submenu(panel, title).view
    view.clicked.emit(view.model().index(row, 0))


def entries(panel: ImageListPanel) -> dict[str, QAction]:
    actions = panel.filter_bar.menu().actions()
    separators = [row for row, action in enumerate(actions) if action.isSeparator()]
    return {action.text(): action for action in actions[separators[1] :]}


def test_submenus_say_how_many_images_each_category_would_leave(panel: ImageListPanel) -> None:
    assert rows(submenu(panel, "With category")) == ["person, 2 images", "car, 1 image", "dog, 0 images"]
    assert rows(submenu(panel, "Without category")) == ["person, 2 images", "car, 3 images", "dog, 4 images"]
    assert {"Any category\t4", "No instances\t2"} <= entries(panel).keys()

    panel.set_state_filter(StateFilter.IN_PROGRESS)

    assert rows(submenu(panel, "Without category")) == ["person, 0 images", "car, 1 image", "dog, 2 images"]
    assert {"Any category\t2", "No instances\t0"} <= entries(panel).keys()


def test_category_chosen_is_named_in_the_strip_and_checked_in_the_menu(panel: ImageListPanel) -> None:
    choose(panel, "With category", 1)

    assert names(panel) == ["2.png", "10.png"]  # 10.png is worked on
    assert strip(panel) == "With car · 2 images"
    assert [text for text, action in entries(panel).items() if action.isChecked()] == ["With car\t1"]


def test_images_without_a_category_and_without_instances(panel: ImageListPanel) -> None:
    choose(panel, "Without category", 0)
    assert (names(panel), strip(panel)) == (["3.png", "10.png"], "Without person · 2 images")

    choose(panel, "Without category", 1)
    assert (names(panel), strip(panel)) == (["1.png", "3.png", "10.png"], "Without car · 3 images")

    entries(panel)["No instances\t2"].trigger()
    assert (names(panel), strip(panel)) == (["3.png", "10.png"], "No instances · 2 images")

    entries(panel)["Any category\t4"].trigger()
    assert (len(names(panel)), strip(panel)) == (4, "")


def test_cross_on_the_strip_and_the_link_take_the_filter_by_category_off(
    qtbot: QtBot, panel: ImageListPanel, categories: list[CategoryId]
) -> None:
    panel.show_with(categories[0])
    cross = next(each for each in panel.findChildren(QToolButton) if each.toolTip() == "Show all images")
    qtbot.mouseClick(cross, Qt.MouseButton.LeftButton)
    assert (len(names(panel)), strip(panel)) == (4, "")

    panel.show_with(categories[0])
    panel.clear_filter()
    assert (len(names(panel)), strip(panel)) == (4, "")


def test_keys_go_through_the_images_with_the_category(
    panel: ImageListPanel, workspace: Workspace, images: list[ImageId], categories: list[CategoryId]
) -> None:
    panel.show_with(categories[0])

    assert panel.previous_image()
    assert workspace.image_id == images[1]
    assert names(panel) == ["1.png", "2.png"]  # 10.png has been left
    assert not panel.next_image()
    assert panel.turn(1, Stops.UNFINISHED)
    assert workspace.image_id == images[0]


def test_strip_follows_a_category_that_is_renamed(
    panel: ImageListPanel, store: ProjectStore, categories: list[CategoryId]
) -> None:
    panel.show_with(categories[1])

    operations.rename_category(store, categories[1], "<b>van & lorry</b>")

    assert strip(panel) == "With <b>van & lorry</b> · 2 images"
    assert "With <b>van && lorry</b>\t1" in entries(panel)


def test_filter_falls_away_with_its_category(
    panel: ImageListPanel, store: ProjectStore, categories: list[CategoryId]
) -> None:
    person, car, dog = categories
    panel.show_with(dog)
    operations.delete_category(store, dog)
    assert (len(names(panel)), strip(panel)) == (4, "")

    panel.show_with(person)
    operations.merge_category(store, person, into=car)
    assert (len(names(panel)), strip(panel)) == (4, "")


def test_filter_stays_when_another_category_is_merged_away(
    panel: ImageListPanel, store: ProjectStore, categories: list[CategoryId]
) -> None:
    person, car, _ = categories
    panel.show_with(car)

    operations.merge_category(store, person, into=car)

    assert (names(panel), strip(panel)) == (["1.png", "2.png", "10.png"], "With car · 3 images")


def test_name_of_any_length_does_not_make_the_column_wide(
    panel: ImageListPanel, store: ProjectStore, categories: list[CategoryId]
) -> None:
    width = panel.minimumSizeHint().width()
    operations.rename_category(store, categories[0], "a" * 200)

    panel.show_with(categories[0])

    assert panel.minimumSizeHint().width() == width
    assert strip(panel).startswith("With aa")


def test_project_without_categories_offers_none(
    qtbot: QtBot, bridge: StoreBridge, workspace: Workspace, store: ProjectStore
) -> None:
    assert not store.categories()
    made = ImageListPanel(bridge, workspace)
    qtbot.addWidget(made)

    assert not submenu(made, "With category").isEnabled()
