"""Each key has one spelling, whichever way it is pressed or written."""

from __future__ import annotations

import sys

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent

from sam3_annotator.ui.actions.action_table import ACTIONS
from sam3_annotator.ui.actions.action_table.reshaping_actions import merge_key
from sam3_annotator.ui.actions.action_table.view_actions import full_screen_key, minimising
from sam3_annotator.ui.keyboard.keys import key_of, modifier_words, read_key, sequences, why_reserved, with_key

Key = Qt.Key
NONE, SHIFT = Qt.KeyboardModifier.NoModifier, Qt.KeyboardModifier.ShiftModifier
CONTROL, ALT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.AltModifier
KEYPAD = Qt.KeyboardModifier.KeypadModifier


def pressed(key: Key, modifiers: Qt.KeyboardModifier = NONE, text: str = "") -> str:
    return key_of(QKeyEvent(QKeyEvent.Type.KeyPress, key, modifiers, text))


@pytest.mark.parametrize(
    ("written", "key"),
    [
        ("d", "D"),
        ("shift+ctrl+z", "Ctrl+Shift+Z"),
        ("Return", "Enter"),
        ("Ctrl+Return", "Ctrl+Enter"),
        ("Shift+Backtab", "Shift+Tab"),
        ("Num+5", "5"),
        ("Escape", "Esc"),
        ("Ctrl++", "Ctrl++"),
        (",", ","),
        ("Ф", "Ф"),
        ("", ""),
        ("Foo+Bar", ""),
        ("Ctrl+", ""),
        ("Ctrl+Shift", ""),
        ("D, E", ""),
        ("F36", ""),
    ],
)
def test_written_keys_have_one_spelling(written: str, key: str) -> None:
    assert read_key(written) == key


@pytest.mark.parametrize(
    ("event", "key"),
    [
        ((Key.Key_D, NONE, "d"), "D"),
        ((Key.Key_D, SHIFT, "D"), "Shift+D"),
        ((Key.Key_5, KEYPAD, "5"), "5"),
        ((Key.Key_5, CONTROL | KEYPAD, ""), "Ctrl+5"),
        ((Key.Key_Return, NONE, "\r"), "Enter"),
        ((Key.Key_Enter, KEYPAD | SHIFT, "\r"), "Shift+Enter"),
        ((Key.Key_Backtab, SHIFT, ""), "Shift+Tab"),
        ((Key.Key_Question, SHIFT, "?"), "?"),
        ((Key.Key_Plus, CONTROL | SHIFT, ""), "Ctrl++"),
        ((Key.Key_1, SHIFT, "1"), "1"),
        ((Key.Key_Space, SHIFT, " "), "Shift+Space"),
        ((Key.Key_F5, ALT, ""), "Alt+F5"),
        ((Key.Key_Left, KEYPAD, ""), "Left"),
        ((Key.Key_Shift, SHIFT, ""), ""),
        ((Key.Key_Control, CONTROL, ""), ""),
        ((Key.Key_CapsLock, NONE, ""), ""),
        ((Key.Key_unknown, NONE, ""), ""),
        ((Key.Key_Dead_Acute, NONE, ""), ""),
    ],
)
def test_pressed_keys_have_the_same_spelling(event: tuple[Key, Qt.KeyboardModifier, str], key: str) -> None:
    assert pressed(*event) == key
    assert read_key(key) == key


def test_keys_that_come_under_two_names_are_watched_for_under_both() -> None:
    assert [name.toString() for name in sequences("Ctrl+Enter")] == ["Ctrl+Enter", "Ctrl+Return"]
    assert [name.toString() for name in sequences("Shift+Tab")] == ["Shift+Tab", "Shift+Backtab"]
    assert [name.toString() for name in sequences("Ctrl+Tab")] == ["Ctrl+Tab"]


@pytest.mark.parametrize(
    "key", ["Esc", "Shift+Esc", "Space", "Ctrl+Space", "Enter", "Tab", "Ctrl+Tab", "Left", "Shift+Up", "F2", "Menu"]
)
def test_keys_that_canvas_and_lists_need_are_reserved_and_say_why(key: str) -> None:
    assert why_reserved(key).endswith(".")


@pytest.mark.parametrize("key", ["D", "Shift+Enter", "Ctrl+Left", "PgDown", "Ctrl++", "+", "F3", "Del", "Backspace"])
def test_other_keys_are_free(key: str) -> None:
    assert why_reserved(key) == ""


def test_every_key_of_the_table_can_be_read() -> None:
    assert all(read_key(key) for spec in ACTIONS for key in spec.shortcuts)


def test_modifiers_are_called_as_on_the_platform(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "platform", "linux")
    assert modifier_words("Ctrl+click, Alt+drag, Shift+click") == "Ctrl+click, Alt+drag, Shift+click"

    monkeypatch.setattr(sys, "platform", "darwin")
    assert modifier_words("Ctrl+click, Alt+drag, Shift+click") == "Cmd+click, Option+drag, Shift+click"


@pytest.mark.parametrize("platform", ["linux", "win32", "darwin"])
def test_the_window_fills_the_screen_with_a_key_of_its_own(platform: str) -> None:
    key = read_key(full_screen_key(platform))

    assert key
    assert not why_reserved(key)
    assert not [spec.id for spec in ACTIONS if spec.id != "full_screen" and key in map(read_key, spec.shortcuts)]


@pytest.mark.parametrize("key", ["Ctrl+,", "Ctrl+H", "Ctrl+M", "Ctrl+Q", "Ctrl+W", "Ctrl+Alt+H", "Ctrl+Alt+M"])
def test_a_macs_own_keys_mean_there_what_they_do_everywhere(key: str) -> None:
    ours = {
        read_key(key): spec.id for spec in ACTIONS if spec.id not in ("merge", "minimise") for key in spec.shortcuts
    }
    ours |= {read_key(merge_key("darwin")): "merge"}
    ours |= {read_key(key): spec.id for spec in minimising("darwin") for key in spec.shortcuts}

    meanings = {"Ctrl+,": "settings", "Ctrl+M": "minimise", "Ctrl+Q": "quit", "Ctrl+W": "close_project"}
    assert ours.get(read_key(key)) == meanings.get(key)


def test_only_a_mac_leaves_minimising_to_the_program() -> None:
    assert minimising("linux") == minimising("win32") == ()
    assert (merge_key("linux"), merge_key("darwin")) == ("Ctrl+M", "Shift+M")
    assert not [spec.id for spec in ACTIONS if "Shift+M" in spec.shortcuts and spec.id != "merge"]


def test_without_a_key_no_brackets_are_said() -> None:
    assert with_key("Delete", "Del") == "Delete\N{NO-BREAK SPACE}(Del)"
    assert with_key("Delete", "") == "Delete"
