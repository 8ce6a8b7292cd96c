"""The page of all keys: finding, changing, refusing, taking over and resetting."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QScrollArea
from pytestqt.qtbot import QtBot

from sam3_annotator.ui.actions.action_table import ACTIONS, NUDGING_ACTIONS
from sam3_annotator.ui.actions.action_table.reshaping_actions import merge_key
from sam3_annotator.ui.keyboard.key_map import KeyMap
from sam3_annotator.ui.keyboard.key_presets import KEY_PRESETS
from sam3_annotator.ui.keyboard.key_row import ASKS, KeyRow
from sam3_annotator.ui.keyboard.shortcuts_dialog import HOW_TO, WAS_RESET, ShortcutsDialog
from sam3_annotator.ui.theme import Appearance, apply_theme

Key = Qt.Key
SHIFT, CONTROL = Qt.KeyboardModifier.ShiftModifier, Qt.KeyboardModifier.ControlModifier
KEYPAD = Qt.KeyboardModifier.KeypadModifier
NONE = Qt.KeyboardModifier.NoModifier


@pytest.fixture
def ask(dialog: ShortcutsDialog) -> Callable[..., KeyRow]:
    """Go to the row of an action and press Enter, then some keys."""

    def run(action_id: str, *pressed: Key | tuple[Key, Qt.KeyboardModifier]) -> KeyRow:
        row = dialog.row(action_id)
        row.setFocus()
        QTest.keyClick(row, Key.Key_Return)
        for each in pressed:
            QTest.keyClick(row, *(each if isinstance(each, tuple) else (each,)))
        return row

    return run


def shown(row: KeyRow) -> list[str]:
    return [cap.text for cap in row.caps if cap.text != "+"]


def visible(dialog: ShortcutsDialog) -> set[str]:
    return {row.spec.id for row in dialog.rows if row.isVisibleTo(dialog)}


# --- what is on the page ------------------------------------------------------------------------


def test_page_has_a_row_for_every_action_that_can_be_changed(dialog: ShortcutsDialog) -> None:
    ids = [row.spec.id for row in dialog.rows]

    assert set(ids) == {spec.id for spec in ACTIONS if spec not in NUDGING_ACTIONS}
    assert len(set(ids)) == len(ids)
    assert shown(dialog.row("redo")) == ["Ctrl+Shift+Z", "Ctrl+Y"]
    assert shown(dialog.row("merge")) == [merge_key()]
    assert shown(dialog.row("simplify")) == []


def test_page_tells_of_the_mouse_and_the_arrows(dialog: ShortcutsDialog) -> None:
    rows = {row.words: [cap.text for cap in row.caps] for section in dialog.sections for row in section.rows}

    assert rows["A point off the object"] == ["Right click", "Shift+click"]
    assert rows["Move the selection by 10 pixels"] == ["Shift+arrow keys"]


def test_page_names_the_keys_of_a_mac_for_its_mouse(
    keys: KeyMap, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.platform", "darwin")
    dialog = ShortcutsDialog(keys)
    qtbot.addWidget(dialog)
    rows = {row.words: [cap.text for cap in row.caps] for section in dialog.sections for row in section.rows}

    assert rows["Snap its vertex to a neighbour"] == ["Cmd+click"]
    assert rows["Delete a vertex"] == ["Option+click"]


def test_page_fits_the_screen_and_scrolls_no_way_but_down(dialog: ShortcutsDialog) -> None:
    (page,) = dialog.findChildren(QScrollArea)
    room = dialog.screen().availableGeometry()

    assert dialog.height() <= room.height()
    assert dialog.width() <= room.width()
    assert page.widget().width() <= page.viewport().width()


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("next unfinished", {"next_unfinished"}),
        ("  FIT ", {"fit"}),
        ("f11", {"full_screen"}),
        ("ctrl+y", {"redo"}),
        ("zzz", set()),
    ],
)
def test_field_leaves_the_rows_that_match_by_words_or_key(dialog: ShortcutsDialog, query: str, found: set[str]) -> None:
    dialog.field.setText(query)
    assert visible(dialog) == found
    assert dialog.hint == (HOW_TO if found else f"No command and no key is called “{query}”.")

    dialog.field.setText("")
    assert (dialog.hint, len(visible(dialog))) == (HOW_TO, len(dialog.rows))


@pytest.mark.parametrize(("query", "heading"), [("unfinished", "Images"), ("closer", "Model"), ("settings", "Program")])
def test_headings_go_with_their_last_row(dialog: ShortcutsDialog, query: str, heading: str) -> None:
    dialog.field.setText(query)

    assert [section.heading for section in dialog.sections if not section.isHidden()] == [heading]


def test_arrows_go_from_row_to_row_past_those_left_out(dialog: ShortcutsDialog) -> None:
    dialog.field.setText("unfinished")
    first = dialog.row("next_unfinished")
    first.setFocus()
    QTest.keyClick(first, Key.Key_Down)
    assert dialog.row("previous_unfinished").hasFocus()

    QTest.keyClick(dialog.row("previous_unfinished"), Key.Key_Down)

    assert first.hasFocus()


# --- changing -----------------------------------------------------------------------------------


def test_the_next_key_pressed_becomes_the_key(ask: Callable[..., KeyRow], keys: KeyMap) -> None:
    row = ask("next_image", Key.Key_G)

    assert keys.keys("next_image") == ("G",)
    assert shown(row) == ["G"]
    assert not row.is_asking
    assert row.reset_button.isVisible()
    assert row.accessibleName() == "Next image: G"


@pytest.mark.parametrize(
    ("pressed", "key"),
    [
        ((Key.Key_7, CONTROL | KEYPAD), "Ctrl+7"),
        ((Key.Key_G, SHIFT), "Shift+G"),
        ((Key.Key_Question, SHIFT), "?"),
        ((Key.Key_Return, CONTROL | Qt.KeyboardModifier.AltModifier), "Ctrl+Alt+Enter"),
        ((Key.Key_F3, NONE), "F3"),
    ],
)
def test_number_pad_and_shift_mean_what_they_type(
    ask: Callable[..., KeyRow], keys: KeyMap, pressed: tuple[Key, Qt.KeyboardModifier], key: str
) -> None:
    ask("merge", pressed)

    assert keys.keys("merge") == (key,)


def test_keys_held_with_another_are_waited_for(ask: Callable[..., KeyRow]) -> None:
    row = ask("merge", (Key.Key_Control, CONTROL), (Key.Key_Shift, SHIFT))

    assert row.is_asking
    assert ASKS in shown(row)


def test_escape_leaves_the_key_and_then_the_dialog(
    ask: Callable[..., KeyRow], keys: KeyMap, dialog: ShortcutsDialog
) -> None:
    row = ask("merge", Key.Key_Escape)

    assert keys.changes == {}
    assert not row.is_asking
    assert dialog.isVisible()

    QTest.keyClick(row, Key.Key_Escape)

    assert not dialog.isVisible()


@pytest.mark.parametrize("key", [Key.Key_Delete, Key.Key_Backspace])
def test_a_key_is_taken_away_while_asked_for_and_before(
    ask: Callable[..., KeyRow], keys: KeyMap, dialog: ShortcutsDialog, key: Key
) -> None:
    ask("merge", key)
    assert keys.keys("merge") == ()

    QTest.keyClick(dialog.row("next_image"), key)

    assert keys.keys("next_image") == ()


def test_a_key_that_deletes_can_be_given_where_there_is_none_to_take_away(
    ask: Callable[..., KeyRow], keys: KeyMap
) -> None:
    ask("delete", Key.Key_J)
    ask("simplify", Key.Key_Delete)

    assert keys.keys("simplify") == ("Del",)


def test_a_second_key_can_be_added_and_each_be_changed_by_a_click(
    dialog: ShortcutsDialog, keys: KeyMap, ask: Callable[..., KeyRow]
) -> None:
    row = dialog.row("next_image")
    row.setFocus()
    QTest.keyClick(row, Key.Key_Left)  # the place for one more
    QTest.keyClick(row, Key.Key_Return)
    QTest.keyClick(row, Key.Key_G)
    assert keys.keys("next_image") == ("D", "G")

    QTest.mouseClick(row, Qt.MouseButton.LeftButton, pos=row.cap_rects()[1].center())
    QTest.keyClick(row, Key.Key_J)

    assert keys.keys("next_image") == ("D", "J")


def test_a_click_on_the_words_asks_for_the_first_key(dialog: ShortcutsDialog, keys: KeyMap) -> None:
    row = dialog.row("redo")
    QTest.mouseClick(row, Qt.MouseButton.LeftButton, pos=QPoint(40, 10))
    QTest.keyClick(row, Key.Key_G)

    assert keys.keys("redo") == ("G", "Ctrl+Y")


def test_going_elsewhere_asks_no_longer(ask: Callable[..., KeyRow], dialog: ShortcutsDialog) -> None:
    row = ask("merge")
    dialog.row("fit").setFocus()

    assert not row.is_asking
    assert row.note == ""


def test_the_enter_that_asks_is_not_taken_when_held_down(dialog: ShortcutsDialog, ask: Callable[..., KeyRow]) -> None:
    row = ask("merge")
    note = row.note
    QTest.simulateEvent(row, True, Key.Key_Return, NONE, "\r", True)

    assert row.is_asking
    assert row.note == note


# --- conflicts and refusals ---------------------------------------------------------------------


def test_a_key_of_another_action_is_given_only_after_a_second_yes(ask: Callable[..., KeyRow], keys: KeyMap) -> None:
    row = ask("next_image", Key.Key_F)
    assert row.note == "F is the key of “Fit image”, which has no key then."
    assert keys.changes == {}

    QTest.keyClick(row, Key.Key_Return)

    assert keys.keys("next_image") == ("F",)
    assert keys.keys("fit") == ()
    assert row.note == ""


def test_a_key_of_another_action_can_be_taken_by_a_click(ask: Callable[..., KeyRow], keys: KeyMap) -> None:
    row = ask("next_image", (Key.Key_Y, CONTROL))
    assert row.note.endswith("“Redo”, which keeps Ctrl+Shift+Z.")

    QTest.mouseClick(row.take_button, Qt.MouseButton.LeftButton)

    assert keys.keys("redo") == ("Ctrl+Shift+Z",)
    assert keys.keys("next_image") == ("Ctrl+Y",)


def test_a_key_of_another_action_can_be_left_or_another_be_tried(ask: Callable[..., KeyRow], keys: KeyMap) -> None:
    ask("next_image", Key.Key_F, Key.Key_Escape)
    assert keys.changes == {}

    row = ask("next_image", Key.Key_F, Key.Key_G)

    assert keys.changes == {"next_image": ("G",)}
    assert row.note == ""


@pytest.mark.parametrize(
    ("key", "reason"),
    [
        (Key.Key_Space, "Space moves the image"),
        (Key.Key_Tab, "Tab goes to the next"),
        (Key.Key_Return, "Enter always accepts"),
        (Key.Key_Left, "The arrow keys"),
        (Key.Key_F2, "F2 renames"),
    ],
)
def test_a_key_that_the_window_needs_is_refused_with_the_reason(
    ask: Callable[..., KeyRow], keys: KeyMap, key: Key, reason: str
) -> None:
    row = ask("next_image", key)

    assert row.note.startswith(reason)
    assert row.is_asking
    assert row.hasFocus()
    assert keys.changes == {}


def test_a_fixed_key_stays_and_says_why(dialog: ShortcutsDialog, keys: KeyMap, ask: Callable[..., KeyRow]) -> None:
    ask("accept", Key.Key_J)
    assert keys.keys("accept") == ("J", "Enter")

    row = ask("accept")
    QTest.keyClick(row, Key.Key_Escape)
    QTest.mouseClick(row, Qt.MouseButton.LeftButton, pos=row.cap_rects()[-1].center())

    assert row.note == "Enter always accepts."
    assert not row.is_asking


def test_its_own_key_changes_nothing(ask: Callable[..., KeyRow], keys: KeyMap) -> None:
    row = ask("redo", (Key.Key_Y, CONTROL))

    assert keys.changes == {}
    assert not row.is_asking


# --- resetting ----------------------------------------------------------------------------------


def test_reset_of_a_row(ask: Callable[..., KeyRow], keys: KeyMap) -> None:
    row = ask("merge", Key.Key_G)
    row.reset_button.click()

    assert keys.changes == {}
    assert not row.reset_button.isVisible()


def test_reset_of_a_row_asks_before_it_takes_a_key_from_another(ask: Callable[..., KeyRow], keys: KeyMap) -> None:
    ask("next_image", (Key.Key_Y, CONTROL), Key.Key_Return)
    ask("merge", (Key.Key_Z, CONTROL | SHIFT), Key.Key_Return)
    row = ask("redo", Key.Key_Escape)

    row.reset_button.click()
    assert "“Next image”" in row.note
    assert "“Merge”" in row.note
    assert keys.keys("redo") == ()
    QTest.keyClick(row, Key.Key_Return)

    assert keys.keys("redo") == ("Ctrl+Shift+Z", "Ctrl+Y")
    assert keys.keys("next_image") == keys.keys("merge") == ()


def test_reset_of_all_can_be_undone(ask: Callable[..., KeyRow], keys: KeyMap, dialog: ShortcutsDialog) -> None:
    assert not dialog.reset_button.isEnabled()
    ask("merge", Key.Key_G)
    ask("next_image", Key.Key_J)
    before = keys.changes

    dialog.reset_button.click()
    assert keys.changes == {}
    assert dialog.hint == WAS_RESET
    dialog.undo_button.click()

    assert keys.changes == before
    assert not dialog.undo_button.isVisible()


@pytest.mark.parametrize("name", list(KEY_PRESETS))
def test_keys_of_another_program_can_be_taken_and_be_undone(
    dialog: ShortcutsDialog, keys: KeyMap, ask: Callable[..., KeyRow], name: str
) -> None:
    ask("merge", Key.Key_G)
    before = keys.changes
    entry = next(action for action in dialog.preset_button.menu().actions() if action.text() == name)

    entry.trigger()
    assert keys.changes == KEY_PRESETS[name]
    assert name in dialog.hint
    dialog.undo_button.click()

    assert keys.changes == before
    assert not dialog.undo_button.isVisible()


def test_what_is_changed_after_a_preset_is_not_undone_with_it(
    dialog: ShortcutsDialog, ask: Callable[..., KeyRow]
) -> None:
    dialog.use_preset("CVAT")
    assert dialog.undo_button.isVisible()

    ask("merge", Key.Key_J)

    assert not dialog.undo_button.isVisible()


@pytest.mark.parametrize("appearance", [Appearance.DARK, Appearance.LIGHT])
def test_a_changed_row_looks_changed(qapp: Any, dialog: ShortcutsDialog, keys: KeyMap, appearance: Appearance) -> None:
    apply_theme(qapp, appearance)
    row = dialog.row("merge")
    before = row.grab().toImage()

    keys.set_keys("merge", ["Ctrl+J"])
    marked = row.grab().toImage()
    keys.reset("merge")

    assert marked != before
    assert row.grab().toImage() == before
