"""A picture that is no good is left out of the dataset, and nothing of it is lost."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel

from sam3_annotator.project import ImageState

CTRL = Qt.KeyboardModifier.ControlModifier
SHIFT = Qt.KeyboardModifier.ShiftModifier


def states(user) -> list[ImageState]:
    return [image.state for image in user.window.store.images()]


def says_left_out(user) -> bool:
    labels = user.window.status_line.findChildren(QLabel)
    return any(label.text() == "Left out" and label.isVisible() for label in labels)


def label_one(user) -> None:
    user.click(20, 20)
    user.settle()
    user.press(Qt.Key.Key_Return)
    user.settle()


def test_an_image_left_out_by_a_key_is_called_so_and_taken_back_by_undo(user):
    user.add_category("cat")
    label_one(user)
    assert not says_left_out(user)

    user.press(Qt.Key.Key_X)

    assert states(user)[0] is ImageState.LEFT_OUT
    assert says_left_out(user)
    assert len(user.instances(0)) == 1
    user.press(Qt.Key.Key_D)
    user.settle()
    assert not says_left_out(user)
    user.press(Qt.Key.Key_Z, CTRL)
    user.settle()
    assert states(user)[0] is ImageState.IN_PROGRESS
    assert user.image_position() == 0
    assert not says_left_out(user)


def test_an_image_left_out_stays_so_when_it_is_drawn_on_and_after_a_restart(user):
    user.add_category("cat")
    user.press(Qt.Key.Key_X)

    label_one(user)
    user.click(45, 35)
    user.settle()
    user.press(Qt.Key.Key_Return, SHIFT)
    user.settle()
    user.restart()

    assert states(user)[0] is ImageState.LEFT_OUT
    assert len(user.instances(0)) == 2
    assert user.image_position() == 1  # work begins where there is some
    user.press(Qt.Key.Key_A)
    user.settle()
    assert says_left_out(user)


def test_marking_it_as_anything_else_takes_an_image_back(user):
    user.press(Qt.Key.Key_X)
    user.press(Qt.Key.Key_X)
    assert states(user)[0] is ImageState.LEFT_OUT

    user.window.window_actions.trigger("mark_unfinished")

    assert states(user)[0] is ImageState.IN_PROGRESS
    assert not says_left_out(user)


def test_an_image_that_is_taken_out_of_the_project_while_it_is_left_out_ends_nothing(user):
    user.add_category("cat")
    label_one(user)
    user.press(Qt.Key.Key_V)
    user.press(Qt.Key.Key_Tab)
    user.press(Qt.Key.Key_X)

    with user.window.store.edit("Take out") as edit:
        edit.delete_image(user.window.workspace.image_id)
    user.settle()

    assert not says_left_out(user)
