"""Nobody has to wait for an outline that is accepted already: what is clicked next is another object."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt

from sam3_annotator.project import rectangle
from tests.workflows.sequences import put

CTRL = Qt.KeyboardModifier.ControlModifier
LEFT, MIDDLE, RIGHT = (15, 15), (40, 20), (65, 40)


@pytest.fixture
def labeler(user, fake_session):
    """Sit a user down who has two categories, at a model that is slow from now on."""
    user.add_category("cat")
    user.add_category("dog")
    user.press(Qt.Key.Key_1)
    fake_session.hold()
    return user


def labelled(user, position: int = 0) -> list[tuple[str, tuple[int, int]]]:
    """Give category and middle of each instance."""
    found = []
    for instance in user.instances(position):
        x0, y0, x1, y1 = instance.region.box_xyxy
        name = user.window.store.category(instance.category_id).name
        found.append((name, (int(x0 + x1) // 2, int(y0 + y1) // 2)))
    return found


def test_three_objects_are_pointed_at_and_accepted_before_the_first_answer(labeler, fake_session) -> None:
    for place, key in ((LEFT, Qt.Key.Key_1), (MIDDLE, Qt.Key.Key_2), (RIGHT, Qt.Key.Key_1)):
        labeler.press(key)
        labeler.click(*place)
        labeler.press(Qt.Key.Key_Return)

    fake_session.release()
    labeler.settle()

    assert labelled(labeler) == [("cat", LEFT), ("dog", MIDDLE), ("cat", RIGHT)]
    assert labeler.draft is None


def test_what_was_not_accepted_is_open_once_its_turn_has_come(labeler, fake_session) -> None:
    labeler.click(*LEFT)
    labeler.press(Qt.Key.Key_Return)
    labeler.click(*MIDDLE)
    fake_session.release()
    labeler.settle()

    assert labelled(labeler) == [("cat", LEFT)]
    labeler.press(Qt.Key.Key_2)
    labeler.press(Qt.Key.Key_Return)
    assert labelled(labeler) == [("cat", LEFT), ("dog", MIDDLE)]


def test_the_next_image_waits_for_all_that_was_accepted(labeler, fake_session) -> None:
    for place in (LEFT, MIDDLE):
        labeler.click(*place)
        labeler.press(Qt.Key.Key_Return)
    labeler.press(Qt.Key.Key_D)
    fake_session.release()
    labeler.settle()

    assert labelled(labeler) == [("cat", LEFT), ("cat", MIDDLE)]
    assert labeler.image_position() == 1


def test_what_was_not_accepted_waits_on_its_image(labeler, fake_session, tell) -> None:
    labeler.click(*LEFT)
    labeler.press(Qt.Key.Key_Return)
    labeler.click(*MIDDLE)
    labeler.press(Qt.Key.Key_D)
    fake_session.release()
    labeler.settle()

    assert tell() == ["The draft on 1.png waits there: it is not accepted yet."]
    labeler.press(Qt.Key.Key_A)
    labeler.settle()
    assert len(labeler.draft.prompts) == 1


@pytest.mark.parametrize("tool", [Qt.Key.Key_V, Qt.Key.Key_S, Qt.Key.Key_B, Qt.Key.Key_P])
def test_a_click_on_the_image_that_is_being_left_means_nothing(labeler, fake_session, tool) -> None:
    """What it is meant for is not shown yet; selected, an instance of the image left would go with the next Del."""
    put(labeler, 0, "dog", rectangle(60, 35, 70, 45))
    labeler.click(*LEFT)
    labeler.press(Qt.Key.Key_Return)
    labeler.press(Qt.Key.Key_D)
    labeler.press(tool)
    labeler.click(*RIGHT)
    assert not labeler.window.workspace.selection
    fake_session.release()
    labeler.settle()

    assert labeler.image_position() == 1
    assert labelled(labeler) == [("dog", RIGHT), ("cat", LEFT)]
    assert labeler.draft is None
    assert not labeler.window.canvas.is_drawing
    labeler.press(Qt.Key.Key_A)
    labeler.settle()
    assert labeler.draft is None


def test_undo_takes_back_what_was_done_ahead_first(labeler, fake_session) -> None:
    labeler.click(*LEFT)
    labeler.press(Qt.Key.Key_Return)
    labeler.click(*MIDDLE)
    labeler.press(Qt.Key.Key_Z, CTRL)
    fake_session.release()
    labeler.settle()

    assert labelled(labeler) == [("cat", LEFT)]
    assert labeler.draft is None
