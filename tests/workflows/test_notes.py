"""A reviewer says why an image is sent back, and whoever labels it reads that on opening it."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from sam3_annotator.project import ImageState, rectangle
from sam3_annotator.ui.item_models.image_criteria import StateFilter
from sam3_annotator.ui.keyboard.key_hints import KeyHint, key_hints
from sam3_annotator.ui.verbs import operations

SHIFT = Qt.KeyboardModifier.ShiftModifier


@pytest.fixture
def reviewer(user):
    """Show the first of four images, of which the first two are done."""
    store = user.window.store
    with store.edit("Label") as edit:
        cat = edit.add_category("cat")
        for image in store.images():
            edit.add_instance(image.id, cat, rectangle(5, 5, 30, 30))
    operations.set_image_state(store, [image.id for image in store.images()[:2]], ImageState.DONE)
    return user


def line(user):
    return user.window.area.note_line


def write(user, words: str, key: Qt.Key = Qt.Key.Key_Return) -> None:
    user.press(Qt.Key.Key_N, SHIFT)
    assert line(user).field.hasFocus()
    QTest.keyClicks(line(user).field, words)
    QTest.keyClick(line(user).field, key)


def note(user, position: int = 0) -> str:
    return user.window.store.images()[position].note


def told(user) -> str:
    """Read the line as it is on the screen, "" where there is none."""
    return line(user).accessibleName() if line(user).isVisible() else ""


def test_a_note_is_written_with_a_key_and_goes_with_the_image_that_is_sent_back(reviewer):
    user = reviewer
    assert KeyHint("Shift+N", "note") in key_hints(user.window.window_actions.state, user.window.keys.text)

    write(user, "The tail is missing.")
    assert (note(user), told(user)) == ("The tail is missing.", "Note: The tail is missing.")
    assert user.window.canvas.hasFocus()
    user.press(Qt.Key.Key_N)
    user.settle()
    assert (user.image_position(), told(user)) == (1, "")

    user.press(Qt.Key.Key_A)
    user.settle()
    assert user.window.store.images()[0].state is ImageState.IN_PROGRESS
    assert told(user) == "Note: The tail is missing."


def test_a_note_goes_when_the_image_is_reviewed_and_undo_brings_it_back(reviewer):
    user = reviewer
    write(user, "The tail is missing.")

    user.press(Qt.Key.Key_Y)
    user.settle()
    user.press(Qt.Key.Key_A)
    user.settle()
    assert (note(user), told(user)) == ("", "")

    user.press(Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    user.settle()
    assert told(user) == "Note: The tail is missing."
    user.press(Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert told(user) == ""


def test_a_note_is_written_on_and_taken_away_in_the_same_line(reviewer):
    user = reviewer
    write(user, "The tail")

    write(user, " is missing.")
    assert note(user) == "The tail is missing."
    user.press(Qt.Key.Key_N, SHIFT)
    line(user).field.clear()
    QTest.keyClick(line(user).field, Qt.Key.Key_Return)

    assert (note(user), told(user)) == ("", "")
    assert user.window.store.undo_label == "Take note away"


def test_escape_leaves_the_note_as_it_was(reviewer):
    user = reviewer
    before = user.window.store.undo_label

    write(user, "The tail is missing.", Qt.Key.Key_Escape)

    assert (note(user), told(user)) == ("", "")
    assert user.window.canvas.hasFocus()
    assert user.window.store.undo_label == before


def test_what_is_being_written_stays_with_its_image_when_another_is_shown(reviewer):
    user = reviewer
    user.press(Qt.Key.Key_N, SHIFT)
    QTest.keyClicks(line(user).field, "The tail is missing.")

    user.window.workspace.set_image(user.window.store.images()[1].id)

    assert (note(user), note(user, 1), told(user)) == ("The tail is missing.", "", "")


def test_what_is_being_written_is_kept_when_the_window_closes(reviewer):
    user = reviewer
    user.press(Qt.Key.Key_N, SHIFT)
    QTest.keyClicks(line(user).field, "The tail is missing.")

    user.restart()

    assert note(user) == "The tail is missing."


def test_keys_of_the_field_are_told_while_a_note_is_written(reviewer):
    user = reviewer

    user.press(Qt.Key.Key_N, SHIFT)

    hints = key_hints(user.window.window_actions.state, user.window.keys.text)
    assert [hint.key for hint in hints] == ["Enter", "Esc"]


def test_images_with_a_note_can_be_filtered_and_say_it_in_their_tool_tip(reviewer):
    user, panel = reviewer, reviewer.window.image_panel
    write(user, "The tail is missing.")
    panel.set_state_filter(StateFilter.NOTED)

    assert [record.name for record in panel.shown.records()] == ["1.png"]
    assert panel.shown.tally()[StateFilter.NOTED] == 1
    index = panel.shown.index(0, 0)
    assert "Note: The tail is missing." in index.data(Qt.ItemDataRole.ToolTipRole)
    assert index.data(Qt.ItemDataRole.AccessibleTextRole) == "1.png, 1 instance · note"


def test_a_click_goes_through_the_line_to_the_canvas(reviewer):
    write(reviewer, "The tail is missing.")

    place = line(reviewer).geometry().center()

    assert line(reviewer).isVisible()
    assert reviewer.window.area.stage.childAt(place) is reviewer.window.canvas.viewport()
