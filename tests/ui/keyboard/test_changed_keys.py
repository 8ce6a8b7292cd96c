"""Keys that the user has changed: they work, the old ones do not, and everything that names a key names them."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from itertools import product
from typing import Any

import pytest
from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QAction
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel, QLineEdit, QMenu, QWidget

from sam3_annotator.project import ProjectStore
from sam3_annotator.ui.actions.action_state import ActionState
from sam3_annotator.ui.actions.action_table import ACTIONS
from sam3_annotator.ui.canvas.view import CanvasView
from sam3_annotator.ui.item_models.category_model import CategoryRole
from sam3_annotator.ui.keyboard.key_hint_bar import KeyHintBar
from sam3_annotator.ui.keyboard.key_hints import KeyHint, key_hints
from sam3_annotator.ui.keyboard.key_map import KeyMap, default_keys, fixed_keys
from sam3_annotator.ui.keyboard.keys import key_text
from sam3_annotator.ui.panels.proposal_list import ProposalPanel
from sam3_annotator.ui.phrase_bar.bar import PhraseBar
from sam3_annotator.ui.settings import Settings
from sam3_annotator.ui.start.start_page import StartPage
from sam3_annotator.ui.store_bridge import StoreBridge
from sam3_annotator.ui.window.hint_card import first_steps
from sam3_annotator.ui.window.main_window import MainWindow
from sam3_annotator.ui.window.tool_rail import RailButton
from sam3_annotator.ui.workspace import Workspace

Key = Qt.Key
NONE, SHIFT = Qt.KeyboardModifier.NoModifier, Qt.KeyboardModifier.ShiftModifier
KEYPAD = Qt.KeyboardModifier.KeypadModifier
BUSY = ActionState(
    has_image=True,
    has_next_image=True,
    has_previous_image=True,
    instance_count=3,
    category_count=10,
    tool="select",
)
SITUATIONS = [
    BUSY,
    replace(BUSY, is_unreadable=True),
    replace(BUSY, has_draft=True, candidate_count=3),
    replace(BUSY, tool="polygon", drawn_vertices=4),
    replace(BUSY, tool="brush", brush_radius=7),
    replace(BUSY, tool="brush", has_draft=True),
    replace(BUSY, selection_count=1),
    replace(BUSY, hidden_count=3),
    replace(BUSY, has_concept=True, proposal_count=3),
    replace(BUSY, is_read_only=True),
]


@pytest.fixture
def window(qtbot: Any, store: ProjectStore) -> Iterator[MainWindow]:
    made = MainWindow(StoreBridge(store), Workspace(), CanvasView(), Settings())
    qtbot.addWidget(made)
    with qtbot.waitExposed(made):
        made.show()
    qtbot.waitUntil(made.canvas.hasFocus)
    others = {verb for spec in ACTIONS for verb in spec.verbs if not verb.startswith(("tool_", "shortcuts"))}
    made.window_actions.bind({verb: lambda: None for verb in others})
    made.window_actions.update(BUSY)
    yield made
    made.close()


@pytest.fixture
def press(window: MainWindow) -> Callable[..., list[str]]:
    """Press a key on the canvas, or another widget; give the verbs it triggered."""
    verbs: list[str] = []
    window.window_actions.triggered.connect(verbs.append)

    def run(key: Key, modifier: Qt.KeyboardModifier = NONE, on: QWidget | None = None) -> list[str]:
        verbs.clear()
        (on or window.canvas).setFocus()
        QTest.keyClick(on or window.canvas, key, modifier)
        return list(verbs)

    return run


def change_everything(keys: KeyMap) -> None:
    """Give every action another key, and none the key of another before."""
    letters = (f"Ctrl+Alt+{shift}{letter}" for shift, letter in product(("", "Shift+"), "ABCDEFGHIJKLMNOPQRSTUVWXYZ"))
    digits = (f"Ctrl+Alt+{shift}F{number}" for shift, number in product(("", "Shift+"), range(1, 36)))
    new = iter((*letters, *digits))
    keys.replace({spec.id: (next(new),) for spec in ACTIONS})


# --- they work ----------------------------------------------------------------------------------


def test_the_new_key_works_at_once_and_the_old_one_no_longer(window: MainWindow, press: Callable[..., Any]) -> None:
    assert press(Key.Key_D) == ["next_image"]

    window.keys.set_keys("next_image", ["F"])

    assert press(Key.Key_F) == ["next_image"]
    assert press(Key.Key_D) == []


def test_tools_take_new_keys(window: MainWindow, press: Callable[..., Any]) -> None:
    window.keys.set_keys("tool_box", ["W"])
    window.keys.set_keys("tool_points", ["B"])

    assert press(Key.Key_W) == ["tool_box"]
    assert window.canvas.tool == "box"
    assert press(Key.Key_B) == ["tool_points"]
    assert window.canvas.tool == "points"


def test_the_number_pad_and_shift_work_with_new_keys(window: MainWindow, press: Callable[..., Any]) -> None:
    window.keys.set_keys("fit", ["5"])
    window.keys.set_keys("merge", ["Shift+G"])
    window.window_actions.update(replace(BUSY, selection_count=2))

    assert press(Key.Key_5, KEYPAD) == ["fit"]
    assert press(Key.Key_G, SHIFT) == ["merge"]
    assert press(Key.Key_G) == []


@pytest.mark.parametrize("key", [Key.Key_Return, Key.Key_Enter])
def test_both_enter_keys_go_along_with_a_new_key(window: MainWindow, press: Callable[..., Any], key: Key) -> None:
    window.keys.set_keys("mark_reviewed", ["Ctrl+Enter"])

    assert press(key, Qt.KeyboardModifier.ControlModifier) == ["mark_reviewed"]


def test_left_hand_alone_accepts_with_a_key_beside_enter(window: MainWindow, press: Callable[..., Any]) -> None:
    window.keys.set_keys("accept", ["E"])
    window.window_actions.update(replace(BUSY, has_draft=True))

    assert press(Key.Key_E) == ["accept"]
    assert press(Key.Key_Return) == ["accept"]


def test_accept_and_go_on_left_without_its_key_is_no_plain_accept(
    window: MainWindow, press: Callable[..., Any]
) -> None:
    window.keys.set_keys("accept_next", ["Q"])
    window.window_actions.update(replace(BUSY, has_draft=True))

    assert press(Key.Key_Return, SHIFT) == []
    assert press(Key.Key_Q) == ["accept_next"]


def test_new_bare_keys_are_typed_in_fields_and_new_commands_are_not(
    window: MainWindow, press: Callable[..., Any]
) -> None:
    window.keys.set_keys("next_image", ["Q"])
    window.keys.set_keys("fit", ["PgDown"])
    window.keys.set_keys("merge", ["Shift+W"])
    window.keys.set_keys("check_project", ["Ctrl+J"])
    field = window.category_panel.field

    assert press(Key.Key_Q, on=field) == []
    assert press(Key.Key_W, SHIFT, on=field) == []
    assert press(Key.Key_PageDown, on=field) == []
    assert field.text().lower() == "qw"
    assert press(Key.Key_J, Qt.KeyboardModifier.ControlModifier, on=field) == ["check_project"]


def test_keys_stay_in_the_dialog_that_asks_for_one(window: MainWindow, press: Callable[..., Any], qtbot: Any) -> None:
    from sam3_annotator.ui.keyboard.shortcuts_dialog import ShortcutsDialog

    press(Key.Key_F1)
    (dialog,) = window.findChildren(ShortcutsDialog)
    qtbot.waitUntil(dialog.isVisible)
    row = dialog.row("next_image")
    row.ask()

    assert press(Key.Key_J, on=row) == []
    assert window.keys.keys("next_image") == ("J",)
    dialog.close()


def test_a_list_of_proposals_follows_the_keys(qtbot: Any) -> None:
    keys = KeyMap()
    panel = ProposalPanel(keys)
    qtbot.addWidget(panel)
    keys.set_keys("delete_vertex", ["K"])

    assert panel.view._meaning(key_event(Key.Key_K)) == "reject"
    assert panel.view._meaning(key_event(Key.Key_Backspace)) == ""
    assert panel.view._meaning(key_event(Key.Key_Delete)) == "reject"
    assert panel.view._meaning(key_event(Key.Key_Return)) == "accept"


def key_event(key: Key) -> Any:
    from PySide6.QtGui import QKeyEvent

    return QKeyEvent(QKeyEvent.Type.KeyPress, key, NONE)


def test_the_start_page_follows_the_keys(qtbot: Any) -> None:
    settings = Settings()
    KeyMap(settings).set_keys("quit", ["Ctrl+Alt+Q"])
    page = StartPage(settings)
    qtbot.addWidget(page)
    with qtbot.waitExposed(page):
        page.show()

    QTest.keyClick(page, Key.Key_Q, Qt.KeyboardModifier.ControlModifier)
    assert page.isVisible()
    QTest.keyClick(page, Key.Key_Q, Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.AltModifier)

    assert not page.isVisible()


# --- what names them ----------------------------------------------------------------------------


def test_menus_rail_and_tool_tips_follow(window: MainWindow) -> None:
    action = window.window_actions.action("tool_box")
    (button,) = (each for each in window.findChildren(RailButton) if each.defaultAction() is action)
    before = button.grab().toImage()

    window.keys.set_keys("tool_box", ["W"])

    assert action.shortcut().toString() == "W"
    assert ">W<" in button.toolTip()
    assert button.grab().toImage() != before


def test_the_rail_has_room_for_a_long_key(window: MainWindow) -> None:
    window.keys.set_keys("tool_box", ["Ctrl+Alt+Shift+F12"])
    action = window.window_actions.action("tool_box")
    (button,) = (each for each in window.findChildren(RailButton) if each.defaultAction() is action)

    assert button.shown_key == "…"
    window.keys.set_keys("tool_box", ["F12"])
    assert button.shown_key == "F12"


def test_hints_follow_and_what_has_no_key_is_no_hint(window: MainWindow) -> None:
    window.window_actions.update(replace(BUSY, has_draft=True))
    (bar,) = window.findChildren(KeyHintBar)
    assert "Shift+Enter: accept and next" in bar.accessibleName()

    window.keys.set_keys("accept", ["E"])
    window.keys.set_keys("accept_next", [])

    assert bar.accessibleName() == "E: accept, Esc: discard"


def test_a_hint_of_two_keys_names_those_that_there_are() -> None:
    keys = KeyMap()
    painting = replace(BUSY, tool="brush", brush_radius=7)
    keys.set_keys("brush_larger", ["+"])
    assert KeyHint("[ +", "brush of radius 7 px") in key_hints(painting, keys.text)

    keys.set_keys("brush_smaller", [])

    assert KeyHint("+", "brush of radius 7 px") in key_hints(painting, keys.text)


def test_two_windows_share_the_keys(qtbot: Any, window: MainWindow, store: ProjectStore) -> None:
    other = MainWindow(StoreBridge(store), Workspace(), CanvasView(), window.settings)
    qtbot.addWidget(other)

    window.keys.set_keys("fit", ["G"])

    assert other.window_actions.action("fit").shortcut().toString() == "G"
    other.close()


def test_categories_wear_their_keys(window: MainWindow, store: ProjectStore) -> None:
    with store.edit("Add category") as edit:
        edit.add_category("cat")
    panel = window.category_panel
    index = panel.model.index(0)
    narrow = panel._delegate.swatch_rect(panel.view.visualRect(index)).left()

    window.keys.set_keys("category_1", ["Ctrl+1"])

    assert index.data(CategoryRole.KEY) == "Ctrl+1"
    assert "Press Ctrl+1 to choose it" in index.data(Qt.ItemDataRole.ToolTipRole)
    assert panel._delegate.swatch_rect(panel.view.visualRect(index)).left() > narrow


def test_the_card_for_newcomers_follows(window: MainWindow) -> None:
    card = window.area.show_hint_card()
    window.keys.set_keys("tool_exemplar", ["W"])
    window.keys.set_keys("next_image", [])

    QApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    caps = [label.text() for label in card.findChildren(QLabel) if label.property("tone") == "key"]
    assert "W" in caps
    assert "D" not in caps


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({}, "to keep it, 1 to 9 to choose its category"),
        (
            {f"category_{number}": (f"Ctrl+{number}",) for number in range(1, 10)},
            "to keep it, Ctrl+1 to Ctrl+9 to choose its category",
        ),
        ({"category_5": ("K",)}, "to keep it, 1 to choose the first category"),
        ({"category_1": ()}, "to keep it"),
    ],
)
def test_the_card_names_the_keys_of_categories_as_they_are(changes: dict[str, tuple[str, ...]], words: str) -> None:
    keys = KeyMap()
    keys.replace(changes)

    assert first_steps(keys)[1] == KeyHint("Enter", words)


def test_the_phrase_bar_follows(qtbot: Any) -> None:
    keys = KeyMap()
    bar = PhraseBar(keys)
    qtbot.addWidget(bar)
    keys.set_keys("find", ["Ctrl+F"])
    keys.set_keys("tool_exemplar", [])
    assert bar.field.toolTip() == "Find all of a kind\N{NO-BREAK SPACE}(Ctrl+F)"

    bar.set_takes(phrases=False, exemplars=True)

    assert "Take the exemplar tool and draw a box" in bar.field.toolTip()


def test_what_an_empty_list_says_follows(qtbot: Any) -> None:
    keys = KeyMap()
    panel = ProposalPanel(keys)
    qtbot.addWidget(panel)

    def said() -> str:
        return " ".join(label.text() for label in panel.findChildren(QLabel)).replace("\N{NO-BREAK SPACE}", " ")

    keys.set_keys("find", ["J"])
    assert "Press J and type what to find, or E and box an example" in said()
    keys.set_keys("find", [])
    keys.set_keys("tool_exemplar", [])

    assert "Type what to find above the image, or take the exemplar tool and box an example" in said()


def texts_of(window: MainWindow) -> list[str]:
    """Everything that the window's parts say or would say on a hint."""
    said = list[str]()
    QApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    for widget in window.findChildren(QWidget):
        said += [widget.toolTip(), widget.accessibleName(), widget.accessibleDescription()]
        said += [widget.text()] if isinstance(widget, QLabel) else []
        said += [widget.placeholderText()] if isinstance(widget, QLineEdit) else []
    for action in window.findChildren(QAction):
        said += [action.toolTip(), action.text(), *(keys.toString() for keys in action.shortcuts())]
    context_menu = window.instance_panel.context_menu()
    for menu in window.findChildren(QMenu):
        said += [each.text() for each in menu.actions()]
    context_menu.deleteLater()
    model = window.category_panel.model
    said += [model.index(row).data(Qt.ItemDataRole.ToolTipRole) for row in range(model.rowCount())]
    return said


def test_nothing_in_the_window_names_a_key_that_has_been_changed(window: MainWindow, store: ProjectStore) -> None:
    with store.edit("Add categories") as edit:
        for name in ("cat", "dog"):
            edit.add_category(name)
    window.area.show_hint_card()
    window.settings.wheel_zooms = True
    old = {key_text(key) for spec in ACTIONS for key in default_keys(spec.id) if key not in fixed_keys(spec.id)}
    named = "|".join(sorted(map(re.escape, old), key=len, reverse=True))
    pattern = re.compile(rf"^(?:{named})$|\((?:{named})\)|>(?:{named})<|\b[Pp]ress (?:{named})(?:\s|$)|\t(?:{named})$")
    assert any(pattern.search(text) for text in texts_of(window))  # it finds them while they are so

    change_everything(window.keys)

    for state in SITUATIONS:
        window.window_actions.update(state)
        said = texts_of(window) + [hint.key for hint in key_hints(state, window.keys.text)]
        assert [text for text in said if pattern.search(text)] == []
