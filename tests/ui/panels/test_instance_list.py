"""The panel of instances: selection both ways, eyes, categories, deletion."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QAction, QWheelEvent
from PySide6.QtWidgets import QApplication, QComboBox, QLabel, QMenu, QToolButton
from pytestqt.qtbot import QtBot

from sam3_annotator.project import CategoryId, ImageId, InstanceId, ProjectStore
from sam3_annotator.ui.item_delegates.instance_delegate import eye_rect
from sam3_annotator.ui.keyboard.key_map import KeyMap
from sam3_annotator.ui.panels.instance_list import InstancePanel
from sam3_annotator.ui.store_bridge import StoreBridge
from sam3_annotator.ui.verbs import operations
from sam3_annotator.ui.workspace import Workspace

LEFT = Qt.MouseButton.LeftButton
CONTROL, SHIFT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier
AddInstance = Callable[..., InstanceId]


@pytest.fixture
def panel(qtbot: QtBot, bridge: StoreBridge, workspace: Workspace, images: list[ImageId]) -> InstancePanel:
    workspace.set_image(images[0])
    made = InstancePanel(bridge, workspace, KeyMap())
    qtbot.addWidget(made)
    made.resize(260, 400)
    with qtbot.waitExposed(made):
        made.show()
    return made


@pytest.fixture
def three(panel: InstancePanel, add_instance: AddInstance) -> list[InstanceId]:
    """Add three instances, from the top of the list down: person, car, person."""
    return list(reversed([add_instance(category=category) for category in (0, 1, 0)]))


def category_box(panel: InstancePanel) -> QComboBox:
    box = panel.findChild(QComboBox)
    assert isinstance(box, QComboBox)
    return box


def center(panel: InstancePanel, instance_id: InstanceId) -> QPoint:
    row = panel.model.row_of(instance_id)
    return panel.view.visualRect(panel.model.index(row)).center()


def click_eye(qtbot: QtBot, panel: InstancePanel, instance_id: InstanceId) -> None:
    row = panel.view.visualRect(panel.model.index(panel.model.row_of(instance_id)))
    qtbot.mouseClick(panel.view.viewport(), LEFT, pos=eye_rect(row).center())


def selected(panel: InstancePanel) -> set[InstanceId]:
    return {panel.model.instance_at(index.row()).id for index in panel.view.selectionModel().selectedRows()}


def words(panel: InstancePanel) -> set[str]:
    return {label.text() for label in panel.findChildren(QLabel) if label.isVisible()}


def entry(menu: QMenu, text: str) -> None:
    next(action for action in menu.actions() if action.text().split("\t")[0] == text).trigger()


def test_clicks_select_in_the_workspace(
    qtbot: QtBot, panel: InstancePanel, three: list[InstanceId], workspace: Workspace
) -> None:
    qtbot.mouseClick(panel.view.viewport(), LEFT, pos=center(panel, three[0]))
    assert workspace.selection == {three[0]}

    qtbot.mouseClick(panel.view.viewport(), LEFT, CONTROL, center(panel, three[2]))
    assert workspace.selection == {three[0], three[2]}

    qtbot.mouseClick(panel.view.viewport(), LEFT, pos=center(panel, three[0]))
    qtbot.mouseClick(panel.view.viewport(), LEFT, SHIFT, center(panel, three[2]))
    assert workspace.selection == set(three)


def test_selection_made_on_the_canvas_shows_in_the_list(
    panel: InstancePanel, three: list[InstanceId], workspace: Workspace
) -> None:
    workspace.select(three[1:])
    assert selected(panel) == set(three[1:])

    workspace.select(())
    assert selected(panel) == set()


def test_selection_and_scroll_survive_undo_and_redo(
    panel: InstancePanel, add_instance: AddInstance, workspace: Workspace, store: ProjectStore
) -> None:
    made = [add_instance() for _ in range(60)]
    workspace.select([made[0]])
    bar = panel.view.verticalScrollBar()
    bar.setValue(bar.maximum() // 2)
    before = bar.value()
    operations.set_instances_category(store, [made[5]], store.categories()[2].id)

    store.undo()
    store.redo()

    assert selected(panel) == {made[0]}
    assert workspace.selection == {made[0]}
    assert bar.value() == before


def test_deleted_instance_leaves_the_selection_and_selects_no_other(
    panel: InstancePanel, three: list[InstanceId], workspace: Workspace, store: ProjectStore
) -> None:
    workspace.select(three[:2])

    operations.delete_instances(store, [three[0]])

    assert selected(panel) == {three[1]}
    assert workspace.selection == {three[1]}


def test_selection_named_before_its_row_is_there_follows(
    panel: InstancePanel, three: list[InstanceId], workspace: Workspace, store: ProjectStore
) -> None:
    operations.delete_instances(store, [three[1]])
    workspace.select([three[1]])

    store.undo()

    assert selected(panel) == {three[1]}


def test_eye_hides_without_changing_the_selection(
    qtbot: QtBot, panel: InstancePanel, three: list[InstanceId], workspace: Workspace
) -> None:
    workspace.select([three[0]])

    click_eye(qtbot, panel, three[1])
    assert workspace.hidden == {three[1]}
    assert workspace.selection == {three[0]}

    click_eye(qtbot, panel, three[1])
    assert workspace.hidden == set()


def test_eye_of_a_selected_instance_hides_the_selection(
    qtbot: QtBot, panel: InstancePanel, three: list[InstanceId], workspace: Workspace
) -> None:
    workspace.select(three[:2])

    click_eye(qtbot, panel, three[0])

    assert workspace.hidden == set(three[:2])


def test_all_can_be_hidden_and_shown(panel: InstancePanel, three: list[InstanceId], workspace: Workspace) -> None:
    panel.toggle_all_hidden()
    assert workspace.hidden == set(three)

    workspace.hide(three[:1])
    panel.toggle_all_hidden()
    assert workspace.hidden == set()


def test_others_can_be_hidden(panel: InstancePanel, three: list[InstanceId], workspace: Workspace) -> None:
    workspace.select([three[1]])
    workspace.hide([three[1]])

    panel.hide_others()

    assert workspace.hidden == {three[0], three[2]}


@pytest.mark.parametrize("key", [Qt.Key.Key_Delete, Qt.Key.Key_Backspace])
def test_del_deletes_the_selection_in_one_step(
    qtbot: QtBot,
    panel: InstancePanel,
    three: list[InstanceId],
    workspace: Workspace,
    store: ProjectStore,
    key: Qt.Key,
) -> None:
    workspace.select(three[:2])

    qtbot.keyClick(panel.view, key)

    assert panel.model.ids() == (three[2],)
    assert workspace.selection == set()
    store.undo()
    assert panel.model.ids() == tuple(three)


def test_category_of_the_selection_changes_in_the_box_and_in_the_menu(
    panel: InstancePanel,
    three: list[InstanceId],
    categories: list[CategoryId],
    workspace: Workspace,
    store: ProjectStore,
) -> None:
    workspace.select(three)
    box = category_box(panel)
    assert box.currentIndex() == -1

    box.activated.emit(2)
    assert {store.instance(i).category_id for i in three} == {categories[2]}
    assert box.currentText() == "dog"

    menu = next(action.menu() for action in panel.context_menu().actions() if action.menu() is not None)
    assert isinstance(menu, QMenu)
    entry(menu, "car")
    assert {store.instance(i).category_id for i in three} == {categories[1]}
    assert store.undo_label == "Change category"


def test_wheel_over_the_box_changes_no_category(
    panel: InstancePanel, three: list[InstanceId], workspace: Workspace, store: ProjectStore
) -> None:
    workspace.select(three[:1])
    box = category_box(panel)
    before = store.instance(three[0]).category_id
    middle = QPointF(box.rect().center())

    for turn in (-120, 120):
        wheel = QWheelEvent(
            middle,
            box.mapToGlobal(middle),
            QPoint(),
            QPoint(0, turn),
            Qt.MouseButton.NoButton,
            Qt.KeyboardModifier.NoModifier,
            Qt.ScrollPhase.NoScrollPhase,
            False,
        )
        QApplication.sendEvent(box, wheel)
        assert store.instance(three[0]).category_id == before


def test_box_gives_the_keys_back_once_its_list_is_closed(
    panel: InstancePanel, three: list[InstanceId], workspace: Workspace, qtbot: QtBot
) -> None:
    workspace.select(three[:1])
    box = category_box(panel)
    box.showPopup()

    with qtbot.waitSignal(panel.focus_left):
        qtbot.keyClick(box.view(), Qt.Key.Key_Escape)


def test_menu_offers_the_groups_of_the_window_apart(panel: InstancePanel, three: list[InstanceId]) -> None:
    first, second, third = (QAction(text, panel) for text in ("Copy", "Paste", "Merge"))
    panel.offer((first, second), (third,))

    texts = ["-" if action.isSeparator() else action.text() for action in panel.context_menu().actions()]

    assert texts[-7:] == ["-", "Copy", "Paste", "-", "Merge", "-", "Delete"]


def test_menu_hides_and_deletes(panel: InstancePanel, three: list[InstanceId], workspace: Workspace) -> None:
    workspace.select([three[0]])

    entry(panel.context_menu(), "Hide")
    assert workspace.hidden == {three[0]}
    entry(panel.context_menu(), "Show")
    assert workspace.hidden == set()
    entry(panel.context_menu(), "Delete")
    assert panel.model.ids() == tuple(three[1:])


def test_empty_panel_says_what_to_do(panel: InstancePanel, workspace: Workspace, add_instance: AddInstance) -> None:
    assert {"No instances yet", "Click the object with the points tool\N{NO-BREAK SPACE}(S)"} <= words(panel)

    add_instance()
    assert "1 on this image" in words(panel)
    assert "No instances yet" not in words(panel)

    workspace.set_image(None)
    assert "No image open" in words(panel)


def test_bar_for_the_selection_shows_only_while_there_is_one(
    panel: InstancePanel, three: list[InstanceId], workspace: Workspace
) -> None:
    box = category_box(panel)
    assert not box.isVisible()

    workspace.select([three[1]])

    assert box.isVisible()
    assert box.currentText() == "car"
    assert "1 of 3 selected" in words(panel)


def test_other_image_shows_its_own_instances_unselected(
    panel: InstancePanel,
    three: list[InstanceId],
    add_instance: AddInstance,
    workspace: Workspace,
    images: list[ImageId],
) -> None:
    other = add_instance(image=1)
    workspace.select(three)

    workspace.set_image(images[1])

    assert panel.model.ids() == (other,)
    assert selected(panel) == set()


@pytest.mark.parametrize("count", [2, 40])
def test_the_eye_for_all_stands_above_those_of_rows_with_a_scroll_bar_and_without(
    qtbot: QtBot, panel: InstancePanel, add_instance: AddInstance, count: int
) -> None:
    for _ in range(count):
        add_instance(category=0)
    bar = panel.view.verticalScrollBar()
    qtbot.waitUntil(lambda: bar.isVisible() == (count > 2))
    eye = next(button for button in panel.findChildren(QToolButton) if "all" in button.accessibleName())
    row_eye = eye_rect(panel.view.visualRect(panel.model.index(0)))

    def distance() -> int:
        of_row = panel.view.viewport().mapTo(panel, row_eye.center()).x()
        return abs(eye.mapTo(panel, eye.rect().center()).x() - of_row)

    qtbot.waitUntil(lambda: distance() <= 1)
