"""The actions of a window: keys, verbs, what is offered and what typing keeps to itself."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import (
    QComboBox,
    QDialog,
    QGraphicsView,
    QLineEdit,
    QListWidget,
    QMainWindow,
    QPlainTextEdit,
    QPushButton,
    QSpinBox,
    QVBoxLayout,
    QWidget,
)

from sam3_annotator.paths import resources_dir
from sam3_annotator.ui.actions.action_table import ACTIONS, MENUS
from sam3_annotator.ui.actions.actions import Actions, ActionState, tool_tip
from sam3_annotator.ui.keyboard.key_map import KeyMap

BUSY = ActionState(
    has_image=True,
    has_next_image=True,
    has_previous_image=True,
    has_draft=True,
    candidate_count=3,
    instance_count=3,
    category_count=12,
    selection_count=2,
)
NO_MODIFIER = Qt.KeyboardModifier.NoModifier
SHIFT = Qt.KeyboardModifier.ShiftModifier
CONTROL = Qt.KeyboardModifier.ControlModifier
BARE_KEYS = [
    (Qt.Key.Key_D, NO_MODIFIER),
    (Qt.Key.Key_A, NO_MODIFIER),
    (Qt.Key.Key_1, NO_MODIFIER),
    (Qt.Key.Key_0, Qt.KeyboardModifier.KeypadModifier),
    (Qt.Key.Key_Return, NO_MODIFIER),
    (Qt.Key.Key_Return, SHIFT),
    (Qt.Key.Key_Escape, NO_MODIFIER),
    (Qt.Key.Key_Delete, NO_MODIFIER),
    (Qt.Key.Key_Backspace, NO_MODIFIER),
    (Qt.Key.Key_Tab, NO_MODIFIER),
]


class Bench:
    """A window with a canvas, a field of each kind and the actions; remembers the verbs triggered."""

    def __init__(self, qtbot: Any) -> None:
        self.window = QMainWindow()
        qtbot.addWidget(self.window)
        content = QWidget()
        layout = QVBoxLayout(content)
        self.canvas = QGraphicsView()
        self.fields: dict[str, QWidget] = {
            "line": QLineEdit(),
            "text": QPlainTextEdit(),
            "spin": QSpinBox(),
            "combo": QComboBox(),
            "list": QListWidget(),
        }
        for widget in (self.canvas, *self.fields.values()):
            layout.addWidget(widget)
        self.window.setCentralWidget(content)
        self.actions = Actions(self.window, self.canvas, KeyMap())
        self.bound: list[str] = []
        self.actions.bind({verb: self._slot(verb) for spec in ACTIONS for verb in spec.verbs})
        self.actions.update(BUSY)
        self.verbs: list[str] = []
        self.actions.triggered.connect(self.verbs.append)
        with qtbot.waitExposed(self.window):
            self.window.show()
        self.canvas.setFocus()
        qtbot.waitUntil(self.canvas.hasFocus)
        self._qtbot = qtbot

    def _slot(self, verb: str) -> Callable[[], None]:
        return lambda: self.bound.append(verb)

    def press(
        self, widget: QWidget, key: Qt.Key, modifier: Qt.KeyboardModifier = NO_MODIFIER, *, focus: bool = True
    ) -> list[str]:
        """Press a key on a widget; give the verbs it triggered."""
        self.verbs.clear()
        if focus:
            widget.setFocus()
        self._qtbot.keyClick(widget, key, modifier)
        return list(self.verbs)


@pytest.fixture
def bench(qtbot: Any) -> Bench:
    return Bench(qtbot)


@pytest.mark.parametrize(
    ("key", "modifier", "verb"),
    [
        (Qt.Key.Key_D, NO_MODIFIER, "next_image"),
        (Qt.Key.Key_A, NO_MODIFIER, "previous_image"),
        (Qt.Key.Key_1, NO_MODIFIER, "category_1"),
        (Qt.Key.Key_0, NO_MODIFIER, "category_10"),
        (Qt.Key.Key_9, Qt.KeyboardModifier.KeypadModifier, "category_9"),
        (Qt.Key.Key_Return, NO_MODIFIER, "accept"),
        (Qt.Key.Key_Enter, Qt.KeyboardModifier.KeypadModifier, "accept"),
        (Qt.Key.Key_Return, SHIFT, "accept_next"),
        (Qt.Key.Key_Escape, NO_MODIFIER, "discard_draft"),
        (Qt.Key.Key_Tab, NO_MODIFIER, "next_candidate"),
        (Qt.Key.Key_Backtab, SHIFT, "previous_candidate"),
        (Qt.Key.Key_Z, CONTROL, "remove_last_prompt"),
        (Qt.Key.Key_F, NO_MODIFIER, "fit"),
        (Qt.Key.Key_0, CONTROL, "zoom_100"),
        (Qt.Key.Key_V, NO_MODIFIER, "tool_select"),
        (Qt.Key.Key_S, NO_MODIFIER, "tool_points"),
        (Qt.Key.Key_B, NO_MODIFIER, "tool_box"),
        (Qt.Key.Key_H, NO_MODIFIER, "hide_all"),
        (Qt.Key.Key_O, CONTROL, "open_folder"),
        (Qt.Key.Key_E, CONTROL, "export"),
        (Qt.Key.Key_I, CONTROL | SHIFT, "import"),
        (Qt.Key.Key_F1, NO_MODIFIER, "shortcuts"),
        (Qt.Key.Key_Comma, CONTROL, "settings"),
    ],
)
def test_key_on_the_canvas_means_its_verb(bench: Bench, key: Qt.Key, modifier: Qt.KeyboardModifier, verb: str) -> None:
    assert bench.press(bench.canvas, key, modifier) == [verb]
    assert bench.bound == [verb]


@pytest.mark.parametrize(
    ("key", "verb"), [(Qt.Key.Key_Delete, "delete_selection"), (Qt.Key.Key_Backspace, "delete_vertex")]
)
def test_keys_that_delete_mean_the_selection_only_without_a_draft(bench: Bench, key: Qt.Key, verb: str) -> None:
    assert bench.press(bench.canvas, key) == []

    bench.actions.update(replace(BUSY, has_draft=False))

    assert bench.press(bench.canvas, key) == [verb]


def test_a_mac_finds_what_belongs_into_the_programs_own_menu(bench: Bench) -> None:
    roles = {spec.id: bench.actions.action(spec.id).menuRole() for spec in ACTIONS}
    told_from_words = QAction.MenuRole.TextHeuristicRole

    assert {name: role for name, role in roles.items() if role != told_from_words} == {
        "about": QAction.MenuRole.AboutRole,
        "settings": QAction.MenuRole.PreferencesRole,
        "quit": QAction.MenuRole.QuitRole,
    }
    # What Qt would take for one of these by its first word.
    taken = ("about", "config", "preference", "options", "setting", "setup", "quit", "exit")
    assert {spec.id for spec in ACTIONS if spec.text.lower().startswith(taken)} == {"about", "settings", "quit"}


@pytest.mark.parametrize(("key", "modifier"), [(Qt.Key.Key_Z, CONTROL | SHIFT), (Qt.Key.Key_Y, CONTROL)])
def test_both_redo_keys_redo(bench: Bench, key: Qt.Key, modifier: Qt.KeyboardModifier) -> None:
    bench.actions.update(replace(BUSY, has_draft=False, redo_label="Add instance"))

    assert bench.press(bench.canvas, key, modifier) == ["redo"]


@pytest.mark.parametrize(("key", "modifier"), BARE_KEYS)
@pytest.mark.parametrize("field", ["line", "text", "spin", "combo"])
def test_bare_keys_are_inert_while_typing(bench: Bench, field: str, key: Qt.Key, modifier: Qt.KeyboardModifier) -> None:
    assert bench.press(bench.fields[field], key, modifier) == []


def test_letters_arrive_in_the_text_field(bench: Bench) -> None:
    line = bench.fields["line"]
    assert isinstance(line, QLineEdit)

    bench.press(line, Qt.Key.Key_D)
    bench.press(line, Qt.Key.Key_1)

    assert line.text().lower() == "d1"


def test_function_keys_and_commands_work_while_typing(bench: Bench) -> None:
    assert bench.press(bench.fields["line"], Qt.Key.Key_F1) == ["shortcuts"]
    assert bench.press(bench.fields["line"], Qt.Key.Key_E, CONTROL) == ["export"]


def test_undo_while_typing_belongs_to_the_text_field(bench: Bench) -> None:
    assert bench.press(bench.fields["line"], Qt.Key.Key_Z, CONTROL) == []


def test_keys_are_inert_in_the_editor_of_a_list_item(bench: Bench, qtbot: Any) -> None:
    names = bench.fields["list"]
    assert isinstance(names, QListWidget)
    names.addItem("cat")
    item = names.item(0)
    item.setFlags(item.flags() | Qt.ItemFlag.ItemIsEditable)
    names.setFocus()
    names.editItem(item)
    editor = names.findChild(QLineEdit)
    assert editor is not None
    qtbot.waitUntil(editor.hasFocus)

    assert bench.press(editor, Qt.Key.Key_D, focus=False) == []


def test_letters_on_a_list_still_turn_images(bench: Bench) -> None:
    assert bench.press(bench.fields["list"], Qt.Key.Key_D) == ["next_image"]


def test_tab_moves_the_focus_outside_the_canvas(bench: Bench) -> None:
    assert bench.press(bench.fields["list"], Qt.Key.Key_Tab) == []
    assert not bench.fields["list"].hasFocus()


def test_keys_are_inert_while_a_modal_dialog_is_open(bench: Bench, qtbot: Any) -> None:
    dialog = QDialog(bench.window)
    qtbot.addWidget(dialog)
    dialog.setModal(True)
    button = QPushButton("Close", dialog)
    with qtbot.waitExposed(dialog):
        dialog.show()

    assert bench.press(button, Qt.Key.Key_D) == []
    assert bench.press(bench.canvas, Qt.Key.Key_D, focus=False) == []


def test_disabled_action_leaves_its_key_alone(bench: Bench) -> None:
    bench.actions.update(replace(BUSY, has_next_image=False))

    assert bench.press(bench.canvas, Qt.Key.Key_D) == []


def test_action_without_a_slot_is_not_offered(qtbot: Any) -> None:
    window = QMainWindow()
    qtbot.addWidget(window)
    actions = Actions(window, window, KeyMap())

    actions.bind({"fit": lambda: None})

    assert actions.action("fit").isVisible()
    assert not actions.action("export").isVisible()


def test_only_existing_categories_are_offered(bench: Bench) -> None:
    bench.actions.update(replace(BUSY, category_count=2))
    bench.actions.set_categories([("cat", "#e69f00"), ("salt & pepper", "#56b4e9")])

    assert bench.actions.action("category_2").text() == "salt && pepper"
    assert bench.actions.action("category_2").isVisible()
    assert not bench.actions.action("category_3").isVisible()


def test_choosing_the_tool_in_use_keeps_it_checked(bench: Bench) -> None:
    bench.actions.update(replace(BUSY, tool="box"))

    bench.press(bench.canvas, Qt.Key.Key_B)

    assert bench.actions.action("tool_box").isChecked()
    assert not bench.actions.action("tool_points").isChecked()


def test_c_corrects_the_one_instance_that_is_selected(bench: Bench) -> None:
    assert bench.press(bench.canvas, Qt.Key.Key_C) == []

    bench.actions.update(replace(BUSY, has_draft=False, selection_count=1))

    assert bench.press(bench.canvas, Qt.Key.Key_C) == ["correct"]


def test_x_leaves_an_image_out_once_and_never_while_something_is_made(bench: Bench) -> None:
    assert bench.press(bench.canvas, Qt.Key.Key_X) == []

    bench.actions.update(replace(BUSY, has_draft=False))
    assert bench.press(bench.canvas, Qt.Key.Key_X) == ["leave_out"]

    for state in (
        replace(BUSY, has_draft=False, drawn_vertices=1),
        replace(BUSY, has_draft=False, is_left_out=True),
        replace(BUSY, has_draft=False, is_read_only=True),
    ):
        bench.actions.update(state)
        assert bench.press(bench.canvas, Qt.Key.Key_X) == []


def test_read_only_project_takes_no_changes(bench: Bench) -> None:
    bench.actions.update(replace(BUSY, is_read_only=True, has_draft=False, undo_label="Add instance"))

    for refused in ("accept", "accept_next", "delete", "undo", "import", "mark_done", "tool_polygon", "tool_brush"):
        assert not bench.actions.action(refused).isEnabled(), refused
    assert bench.actions.action("export").isEnabled()


def test_no_two_actions_share_a_key() -> None:
    keys = [QKeySequence(keys).toString() for spec in ACTIONS for keys in spec.shortcuts]

    assert all(keys)
    assert len(set(keys)) == len(keys)


def test_table_is_sound() -> None:
    assert len({spec.id for spec in ACTIONS}) == len(ACTIONS)
    assert {spec.menu.split("/")[0] for spec in ACTIONS if spec.menu} == set(MENUS)
    assert all((resources_dir() / "icons" / f"{spec.icon}.svg").is_file() for spec in ACTIONS if spec.icon)


def test_tool_tip_says_name_key_and_what_it_does() -> None:
    spec = next(spec for spec in ACTIONS if spec.id == "tool_box")

    assert all(part in tool_tip(spec, "B") for part in ("Box", ">B<", "Drag a box"))
    assert "&lt;" in tool_tip(spec, "<")
