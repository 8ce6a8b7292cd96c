"""A curator compares two images that a finding says are alike: one key shows the one and the other."""

from __future__ import annotations

import shutil

import pytest
from PySide6.QtCore import Qt

from sam3_annotator.project import FindingKind, Split
from sam3_annotator.ui.keyboard.key_hints import KeyHint, key_hints


@pytest.fixture
def curator(user):
    """Make the third image a copy of the first, in another split, and list just that."""
    window = user.window
    store = window.store
    first, _, third = (image.id for image in store.images()[:3])
    shutil.copyfile(store.image_file(first), store.image_file(third))
    with store.edit("Split") as edit:
        edit.update_image(first, split=Split.TRAIN)
        edit.update_image(third, split=Split.VAL)
    user.check(FindingKind.SAME_IMAGE_IN_TWO_SPLITS)
    return user


def test_a_finding_asked_for_again_shows_the_other_image(curator, tell, qtbot):
    user, window = curator, curator.window
    user.press(Qt.Key.Key_F8)
    user.settle()
    assert user.image_position() == 2
    assert tell() == ["3.png in val and 1.png in train: a click on the finding, or Enter there, shows the other one."]

    for position in (0, 2, 0):
        qtbot.keyClick(window.finding_panel.view, Qt.Key.Key_Return)
        user.settle()
        assert user.image_position() == position


def test_it_can_be_called_fine_beside_either_image(curator, qtbot):
    user, window = curator, curator.window
    user.press(Qt.Key.Key_F8)
    user.settle()
    qtbot.keyClick(window.finding_panel.view, Qt.Key.Key_Return)
    user.settle()
    assert user.image_position() == 0

    user.press(Qt.Key.Key_M)

    assert len(window.checking.dismissed) == 1


def test_both_are_put_into_one_split_with_a_click(curator, tell):
    user, window = curator, curator.window
    user.press(Qt.Key.Key_F8)
    user.settle()

    user.press_message_button("Put both into train")

    assert [window.store.images()[number].split for number in (0, 2)] == [Split.TRAIN] * 2
    assert window.finding_panel.model.rowCount() == 0
    assert tell() == []


def test_nothing_is_said_of_them_beside_another_image(curator, tell):
    user = curator
    user.press(Qt.Key.Key_F8)
    user.settle()

    user.press(Qt.Key.Key_A)
    user.settle()

    assert user.image_position() == 1
    assert tell() == []


def test_the_keys_that_go_on_from_a_finding_about_images_are_told_first(curator):
    user, window = curator, curator.window
    user.press(Qt.Key.Key_F8)
    user.settle()

    hints = key_hints(window.window_actions.state, window.keys.text)

    assert hints[:2] == (KeyHint("M", "this is fine"), KeyHint("F8", "next finding"))


def test_a_right_click_puts_the_image_beside_the_other(curator):
    window = curator.window

    window.finding_panel.context_menu(window.finding_panel.model.index(0)).actions()[-1].trigger()

    assert [window.store.images()[number].split for number in (0, 2)] == [Split.TRAIN] * 2
    assert window.finding_panel.model.rowCount() == 0
    assert window.store.undo_label == "Put 1 image beside others"


@pytest.mark.parametrize("by", [Qt.Key.Key_X, Qt.Key.Key_M])
def test_nothing_is_offered_any_more_once_it_is_settled_otherwise(curator, tell, by: Qt.Key):
    user = curator
    user.press(Qt.Key.Key_F8)
    user.settle()
    assert tell()

    user.press(by)

    assert tell() == []
