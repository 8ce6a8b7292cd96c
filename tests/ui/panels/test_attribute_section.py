"""The attributes of the selected instances: seen, set and taken away, each as one step."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget, QWidgetItem
from pytestqt.qtbot import QtBot
from shiboken6 import getAllValidWrappers

from sam3_annotator.project import ImageId, InstanceId, ProjectStore
from sam3_annotator.ui.keyboard.key_map import KeyMap
from sam3_annotator.ui.panels.attribute_row import Held
from sam3_annotator.ui.panels.attribute_section import AttributeSection
from sam3_annotator.ui.panels.instance_list import InstancePanel
from sam3_annotator.ui.store_bridge import StoreBridge
from sam3_annotator.ui.verbs import attribute_operations as operations, operations as instance_operations
from sam3_annotator.ui.workspace import Workspace
from tests.ui.panels.attribute_rows import attributes, row, shown, switch, value

LEFT = Qt.MouseButton.LeftButton
AddInstance = Callable[..., InstanceId]
Press = Callable[..., None]


def test_it_comes_with_a_selection_where_the_project_has_attributes(
    section: AttributeSection, add_instance: AddInstance, store: ProjectStore, workspace: Workspace
) -> None:
    made = add_instance()
    workspace.select([made])
    assert not section.isVisible()

    operations.set_attribute(store, [made], "occluded", True)
    assert section.isVisible()
    assert shown(section) == ["occluded"]
    store.undo()
    assert not section.isVisible()
    store.redo()
    workspace.select([])
    assert not section.isVisible()


def test_attributes_of_the_category_come_first(
    section: AttributeSection, ids: list[InstanceId], workspace: Workspace
) -> None:
    workspace.select(ids[:1])
    assert shown(section) == ["occluded", "age", "colour", "doors"]
    workspace.select(ids[2:])
    assert shown(section) == ["doors", "occluded", "age", "colour"]


def test_rows_that_move_leave_no_item_of_the_layout_with_python(
    section: AttributeSection, ids: list[InstanceId], workspace: Workspace
) -> None:
    before = len([each for each in getAllValidWrappers() if isinstance(each, QWidgetItem)])

    workspace.select(ids[:1])
    workspace.select(ids[2:])  # whatever is made at the address of an item that is gone would crash with it

    assert len([each for each in getAllValidWrappers() if isinstance(each, QWidgetItem)]) == before


def test_values_of_one_are_shown_and_of_several_that_they_differ(
    section: AttributeSection, ids: list[InstanceId], workspace: Workspace, store: ProjectStore
) -> None:
    workspace.select(ids[:1])
    assert switch(section, "occluded").box.checkState() is Qt.CheckState.Checked
    assert value(section, "age").field.text() == "3"
    assert value(section, "doors").field.text() == ""

    workspace.select(ids[:2])
    assert switch(section, "occluded").box.checkState() is Qt.CheckState.PartiallyChecked
    assert value(section, "colour").field.text() == ""
    assert value(section, "colour").field.placeholderText() == "differs"
    assert "red, not set" in value(section, "colour").toolTip()
    operations.set_attribute(store, ids[1:2], "colour", "red")
    assert value(section, "colour").field.text() == "red"


def test_a_press_makes_what_differs_the_same_in_one_step(
    qtbot: QtBot, section: AttributeSection, ids: list[InstanceId], workspace: Workspace, store: ProjectStore
) -> None:
    workspace.select(ids)
    box = switch(section, "occluded").box

    qtbot.keyClick(box, Qt.Key.Key_Space)
    assert [attributes(store, each)["occluded"] for each in ids] == [True, True, True]
    qtbot.keyClick(box, Qt.Key.Key_Space)
    assert [attributes(store, each)["occluded"] for each in ids] == [False, False, False]
    assert box.checkState() is Qt.CheckState.Unchecked

    store.undo()
    store.undo()
    assert "occluded" not in attributes(store, ids[1])
    assert box.checkState() is Qt.CheckState.PartiallyChecked


def test_a_click_on_the_name_switches_too(
    qtbot: QtBot, section: AttributeSection, ids: list[InstanceId], workspace: Workspace, store: ProjectStore
) -> None:
    workspace.select(ids[1:2])
    qtbot.mouseClick(row(section, "occluded"), LEFT, pos=row(section, "occluded").rect().topLeft())

    assert attributes(store, ids[1]) == {"occluded": True}


def test_what_is_typed_is_set_for_all_and_read_by_its_kind(
    qtbot: QtBot,
    section: AttributeSection,
    ids: list[InstanceId],
    workspace: Workspace,
    store: ProjectStore,
    told,
) -> None:
    workspace.select(ids[:2])
    field = value(section, "age").field
    field.setFocus()

    qtbot.keyClicks(field, "+7")
    qtbot.keyClick(field, Qt.Key.Key_Return)

    assert [attributes(store, each)["age"] for each in ids[:2]] == [7, 7]
    assert field.text() == "7"
    assert store.undo_label == "Set attribute"
    assert told == ["left"]


def test_what_is_no_value_stays_to_be_mended_and_goes_with_the_focus(
    qtbot: QtBot,
    section: AttributeSection,
    ids: list[InstanceId],
    workspace: Workspace,
    store: ProjectStore,
    told,
) -> None:
    workspace.select(ids[:1])
    field = value(section, "age").field
    field.setFocus()
    field.selectAll()

    qtbot.keyClicks(field, "2,5")
    qtbot.keyClick(field, Qt.Key.Key_Return)
    assert told == ["age is a number, which “2,5” is not. Type one such as 3 or 2.5."]
    assert field.text() == "2,5"
    section.field.setFocus()

    assert field.text() == "3"
    assert attributes(store, ids[0])["age"] == 3


def test_esc_takes_back_what_is_typed(
    qtbot: QtBot,
    section: AttributeSection,
    ids: list[InstanceId],
    workspace: Workspace,
    store: ProjectStore,
    told,
) -> None:
    workspace.select(ids[:1])
    field = value(section, "colour").field
    field.setFocus()

    qtbot.keyClicks(field, "dish")
    qtbot.keyClick(field, Qt.Key.Key_Escape)

    assert field.text() == "red"
    assert told == ["left"]
    section.field.setFocus()
    assert attributes(store, ids[0])["colour"] == "red"


def test_tab_keeps_what_is_typed_and_goes_to_the_next(
    qtbot: QtBot, section: AttributeSection, ids: list[InstanceId], workspace: Workspace, store: ProjectStore
) -> None:
    workspace.select(ids[:1])
    section.focus_field()

    for name in ("occluded", "age", "colour"):
        qtbot.keyClick(section.window().focusWidget(), Qt.Key.Key_Tab)
        assert section.window().focusWidget() is row(section, name).control
    qtbot.keyClicks(value(section, "colour").field, "blue")
    qtbot.keyClick(value(section, "colour").field, Qt.Key.Key_Tab)

    assert attributes(store, ids[0])["colour"] == "blue"
    assert section.window().focusWidget() is row(section, "doors").control


def test_what_is_typed_is_for_those_it_was_typed_for(
    qtbot: QtBot, section: AttributeSection, ids: list[InstanceId], workspace: Workspace, store: ProjectStore
) -> None:
    workspace.select(ids[:1])
    field = value(section, "colour").field
    field.setFocus()
    field.selectAll()
    qtbot.keyClicks(field, "blue")

    workspace.select(ids[1:2])

    assert attributes(store, ids[0])["colour"] == "blue"
    assert attributes(store, ids[1]) == {}
    assert field.text() == ""


def test_what_is_typed_shows_on_those_that_stay_selected(
    qtbot: QtBot, section: AttributeSection, ids: list[InstanceId], workspace: Workspace, store: ProjectStore
) -> None:
    workspace.select(ids[:1])
    field = value(section, "colour").field
    field.setFocus()
    field.selectAll()
    qtbot.keyClicks(field, "blue")

    workspace.select(ids[:2])

    assert attributes(store, ids[0])["colour"] == "blue"
    assert value(section, "colour").held == Held(("blue",), is_partial=True)
    assert field.text() == ""


def test_a_change_from_elsewhere_shows_but_leaves_what_is_being_typed(
    qtbot: QtBot, section: AttributeSection, ids: list[InstanceId], workspace: Workspace, store: ProjectStore
) -> None:
    workspace.select(ids[:1])
    field = value(section, "colour").field
    field.setFocus()
    field.selectAll()
    qtbot.keyClicks(field, "bl")

    operations.give_attributes(store, ids[:1], {"colour": "green", "age": 8})

    assert field.text() == "bl"
    assert value(section, "age").field.text() == "8"
    qtbot.keyClick(field, Qt.Key.Key_Escape)
    assert field.text() == "green"


def test_what_is_typed_waits_while_another_window_has_the_keyboard(
    qtbot: QtBot, section: AttributeSection, ids: list[InstanceId], workspace: Workspace, store: ProjectStore
) -> None:
    workspace.select(ids[:1])
    field = value(section, "colour").field
    field.setFocus()
    field.selectAll()
    qtbot.keyClicks(field, "blue")
    other = QWidget()
    qtbot.addWidget(other)
    other.show()
    other.activateWindow()
    qtbot.waitUntil(lambda: not field.hasFocus())

    operations.set_attribute(store, ids[1:2], "age", 5)

    assert field.text() == "blue"
    workspace.select(ids[1:2])
    assert attributes(store, ids[0])["colour"] == "blue"


def test_what_was_typed_for_one_that_is_deleted_meanwhile_is_for_the_others(
    qtbot: QtBot, section: AttributeSection, ids: list[InstanceId], workspace: Workspace, store: ProjectStore
) -> None:
    workspace.select(ids[:2])
    field = value(section, "colour").field
    field.setFocus()
    qtbot.keyClicks(field, "blue")

    instance_operations.delete_instances(store, ids[:1])
    workspace.select(ids[1:2])

    assert attributes(store, ids[1]) == {"colour": "blue"}


@pytest.mark.parametrize("text", ["two\nlines", " space around ", "x" * 40_000])
def test_a_text_that_nobody_touches_stays_as_it_is(
    section: AttributeSection, ids: list[InstanceId], workspace: Workspace, store: ProjectStore, text: str
) -> None:
    operations.set_attribute(store, ids[:1], "colour", text)
    label = store.undo_label
    workspace.select(ids[:1])
    value(section, "colour").field.setFocus()
    section.field.setFocus()
    workspace.select(ids[1:2])

    assert attributes(store, ids[0])["colour"] == text
    store.undo()
    assert label == store.redo_label


def test_the_focus_goes_back_to_the_canvas_when_nothing_is_selected_any_more(
    section: AttributeSection, ids: list[InstanceId], workspace: Workspace, told: list[str]
) -> None:
    workspace.select(ids[:1])
    switch(section, "occluded").box.setFocus()

    workspace.select([])

    assert told == ["left"]


def test_nothing_typed_takes_it_away_and_so_do_cross_and_delete_key(
    qtbot: QtBot, section: AttributeSection, ids: list[InstanceId], workspace: Workspace, store: ProjectStore
) -> None:
    workspace.select(ids[:1])
    field = value(section, "colour").field
    field.setFocus()
    field.clear()
    qtbot.keyClick(field, Qt.Key.Key_Return)
    assert attributes(store, ids[0]) == {"occluded": True, "age": 3}

    qtbot.keyClick(switch(section, "occluded").box, Qt.Key.Key_Delete)
    assert attributes(store, ids[0]) == {"age": 3}
    section.menu(row(section, "age")).actions()[0].trigger()
    assert attributes(store, ids[0]) == {}


def test_values_in_use_are_offered_the_most_frequent_first(
    qtbot: QtBot, section: AttributeSection, ids: list[InstanceId], workspace: Workspace, store: ProjectStore
) -> None:
    operations.set_attribute(store, ids[1:], "colour", "dark red")
    workspace.select(ids[1:2])
    field = value(section, "colour").field
    field.setFocus()

    field.selectAll()
    qtbot.keyClicks(field, "RED")
    completer = field.completer()
    offered = [completer.completionModel().index(at, 0).data() for at in range(completer.completionCount())]

    assert offered == ["dark red", "red"]


def test_without_any_attribute_a_button_leads_to_the_field(
    qtbot: QtBot, instance_panel: InstancePanel, add_instance: AddInstance, workspace: Workspace, store: ProjectStore
) -> None:
    made = [add_instance(), add_instance()]
    workspace.select(made[:1])

    instance_panel.focus_attributes()
    assert instance_panel.attributes.field.hasFocus()
    workspace.select([])
    workspace.select(made[1:])

    assert not instance_panel.attributes.isVisible()


def test_deleting_everywhere_is_one_step_and_told(
    section: AttributeSection, ids: list[InstanceId], workspace: Workspace, store: ProjectStore
) -> None:
    notices: list[str] = []
    section.notice.connect(notices.append)
    operations.set_attribute(store, ids, "colour", "blue")
    workspace.select(ids[:1])

    section.delete("colour")

    assert ["colour" in attributes(store, each) for each in ids] == [False, False, False]
    assert "colour" not in shown(section)
    assert notices == ["colour taken away from 3 instances. Undo\N{NO-BREAK SPACE}(Ctrl+Z) brings it back."]
    store.undo()
    assert attributes(store, ids[2])["colour"] == "blue"


def test_a_read_only_project_shows_and_changes_nothing(
    qtbot: QtBot, store: ProjectStore, add_instance: AddInstance, workspace: Workspace, images: list[ImageId]
) -> None:
    made = add_instance()
    operations.set_attribute(store, [made], "occluded", True)
    reading = StoreBridge(ProjectStore.open(store.path, read_only=True))
    workspace.set_image(images[0])
    panel = InstancePanel(reading, workspace, KeyMap())
    qtbot.addWidget(panel)
    workspace.select([made])

    assert switch(panel.attributes, "occluded").box.isChecked()
    assert not panel.attributes.isEnabled()
    reading.close()
