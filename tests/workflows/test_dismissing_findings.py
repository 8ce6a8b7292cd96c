"""A curator goes through findings with two keys: one leads to the next, one says that it is fine."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt

from sam3_annotator.project import FindingKind, rectangle
from sam3_annotator.ui.keyboard.key_hints import KeyHint, key_hints


@pytest.fixture
def curator(user):
    """Label a square twice on the first and the third image, and list just these two findings."""
    window = user.window
    with window.store.edit("Label") as edit:
        cat = edit.add_category("cat")
        for number in (0, 2):
            for _ in range(2):
                edit.add_instance(window.store.images()[number].id, cat, rectangle(5, 5, 30, 30))
    user.check(FindingKind.LABELLED_TWICE)
    return user


def hints(user) -> tuple[KeyHint, ...]:
    return key_hints(user.window.window_actions.state, user.window.keys.text)


def test_one_key_calls_a_finding_fine_and_shows_the_next(curator):
    user, window = curator, curator.window
    user.press(Qt.Key.Key_F8)
    user.settle()
    assert (user.image_position(), window.finding_panel.model.rowCount()) == (0, 2)
    assert KeyHint("M", "this is fine") in hints(user)

    user.press(Qt.Key.Key_M)
    user.settle()

    assert (user.image_position(), window.finding_panel.model.rowCount()) == (2, 1)
    assert len(window.checking.dismissed) == 1
    user.press(Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert window.checking.dismissed == ()


def test_the_same_key_has_it_told_again_where_dismissed_ones_are_listed(curator):
    user, window = curator, curator.window
    user.press(Qt.Key.Key_F8)
    user.settle()
    user.press(Qt.Key.Key_M)
    window.finding_panel.verdict.dismissed.click()
    user.press(Qt.Key.Key_F8)
    user.settle()
    assert user.image_position() == 0
    assert KeyHint("M", "tell again") in hints(user)
    assert window.window_actions.action("judge_finding").text() == "Tell again and next finding"

    user.press(Qt.Key.Key_M)

    assert window.checking.dismissed == ()


def test_a_finding_whose_image_is_not_shown_is_not_called_fine_unseen(curator, tell):
    user, window = curator, curator.window
    user.press(Qt.Key.Key_F8)
    user.settle()
    user.press(Qt.Key.Key_D)
    user.settle()

    user.press(Qt.Key.Key_M)

    assert window.checking.dismissed == ()
    assert tell() == ["Go to a finding first (F8)."]


def test_a_missing_file_is_told_to_be_left_out(curator, tell):
    user, window = curator, curator.window
    window.store.image_file(window.store.images()[0].id).unlink()
    user.check(FindingKind.MISSING_FILE)
    user.press(Qt.Key.Key_F8)
    user.settle()

    user.press(Qt.Key.Key_M)

    assert tell() == [
        "Labels are worth nothing without their file, so that is not to be called fine. Leave the image out (X)."
    ]
