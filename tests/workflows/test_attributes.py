"""A labeler says more of objects than their category, without leaving the keyboard."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from sam3_annotator.ui.keyboard.key_hint_bar import KeyHintBar

CTRL, SHIFT, ALT = (
    Qt.KeyboardModifier.ControlModifier,
    Qt.KeyboardModifier.ShiftModifier,
    Qt.KeyboardModifier.AltModifier,
)


@pytest.fixture
def labeler(user):
    """Sit at an image with a category, on which clicks make instances."""
    user.add_category("cat")
    return user


def make(user, x: float, y: float) -> None:
    user.click(x, y)
    user.settle()
    user.press(Qt.Key.Key_Return)
    user.settle()


def type_in(user, text: str, key: Qt.Key = Qt.Key.Key_Return) -> None:
    QTest.keyClicks(QApplication.focusWidget(), text)
    QTest.keyClick(QApplication.focusWidget(), key)


def attributes(user, position: int = 0) -> list[dict]:
    return [dict(instance.attributes) for instance in user.instances(position)]


def test_objects_are_described_as_they_are_made_and_the_next_ones_in_a_key_or_two(labeler, tell):
    make(labeler, 20, 20)
    labeler.press(Qt.Key.Key_Q)
    type_in(labeler, "asleep", Qt.Key.Key_Tab)
    type_in(labeler, "colour=dark red")
    assert labeler.window.canvas.hasFocus()
    assert labeler.window.workspace.selection == frozenset()
    assert attributes(labeler) == [{"asleep": True, "colour": "dark red"}]

    make(labeler, 45, 20)
    assert attributes(labeler)[1] == {}  # nothing is said of an object that nobody has said
    labeler.press(Qt.Key.Key_1, ALT)
    assert attributes(labeler)[1] == {"asleep": True}
    assert tell() == ["The cat just made: asleep."]

    make(labeler, 20, 40)
    labeler.press(Qt.Key.Key_Q, SHIFT)
    assert attributes(labeler)[2] == {"asleep": True}
    labeler.press(Qt.Key.Key_Z, CTRL)
    assert attributes(labeler)[2] == {}


def test_the_status_line_says_what_the_keys_do_at_the_attributes(labeler):
    hints = labeler.window.status_line.findChild(KeyHintBar)
    make(labeler, 20, 20)
    before = hints.accessibleName()

    labeler.press(Qt.Key.Key_Q)
    assert hints.accessibleName() == "Enter: set, back to the image, Tab: set, go on, Esc: give up"
    QTest.keyClick(QApplication.focusWidget(), Qt.Key.Key_Escape)

    assert hints.accessibleName() == before


def test_a_key_that_is_about_no_instance_says_so(labeler, tell):
    make(labeler, 20, 20)
    labeler.press(Qt.Key.Key_Q)
    type_in(labeler, "asleep")
    labeler.restart()
    labeler.press(Qt.Key.Key_A, CTRL)
    labeler.press(Qt.Key.Key_Escape)

    labeler.press(Qt.Key.Key_1, ALT)

    assert tell() == ["Select the instance that the attribute is about. One just made needs no selecting."]


def test_all_on_an_image_are_described_in_one_step_that_undo_takes_back(labeler):
    make(labeler, 20, 20)
    make(labeler, 45, 20)
    labeler.press(Qt.Key.Key_A, CTRL)
    labeler.press(Qt.Key.Key_Q)
    type_in(labeler, "age=3")
    assert attributes(labeler) == [{"age": 3}, {"age": 3}]

    labeler.press(Qt.Key.Key_Q)
    type_in(labeler, "ag")
    field = QApplication.focusWidget()
    field.selectAll()
    type_in(labeler, "4")

    assert attributes(labeler) == [{"age": 4}, {"age": 4}]
    assert labeler.window.canvas.hasFocus()
    labeler.press(Qt.Key.Key_Z, CTRL)
    assert attributes(labeler) == [{"age": 3}, {"age": 3}]
    labeler.restart()
    labeler.press(Qt.Key.Key_Z, CTRL)
    assert attributes(labeler) == [{}, {}]


def test_letters_typed_for_attributes_are_no_keys_of_the_canvas(labeler):
    make(labeler, 20, 20)
    tool, image = labeler.window.canvas.tool, labeler.image_position()
    labeler.press(Qt.Key.Key_Q)

    type_in(labeler, "bad1=a 2 v", Qt.Key.Key_Tab)
    type_in(labeler, "", Qt.Key.Key_Escape)

    assert (labeler.window.canvas.tool, labeler.image_position()) == (tool, image)
    assert attributes(labeler) == [{"bad1": "a 2 v"}]


def test_keys_at_a_check_box_do_not_reach_what_is_selected(labeler):
    make(labeler, 20, 20)
    labeler.press(Qt.Key.Key_A, CTRL)
    labeler.press(Qt.Key.Key_Q)
    type_in(labeler, "asleep", Qt.Key.Key_Tab)
    QTest.keyClick(QApplication.focusWidget(), Qt.Key.Key_Tab)
    box = QApplication.focusWidget()

    QTest.keyClick(box, Qt.Key.Key_Space)
    assert attributes(labeler) == [{"asleep": False}]
    QTest.keyClick(box, Qt.Key.Key_Delete)
    assert attributes(labeler) == [{}]

    labeler.press(Qt.Key.Key_Z, CTRL)
    labeler.window.instance_panel.attributes.rows[0].control.setFocus()
    QTest.keyClick(QApplication.focusWidget(), Qt.Key.Key_Escape)
    assert labeler.window.canvas.hasFocus()
    assert len(labeler.window.workspace.selection) == 1


def test_what_is_typed_is_not_lost_when_the_window_closes(labeler):
    make(labeler, 20, 20)
    labeler.press(Qt.Key.Key_Q)
    type_in(labeler, "colour=red")
    labeler.press(Qt.Key.Key_Q)
    type_in(labeler, "colour")
    QTest.keyClicks(QApplication.focusWidget(), "dark red")

    labeler.restart()

    assert attributes(labeler) == [{"colour": "dark red"}]
