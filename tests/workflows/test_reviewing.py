"""A reviewer goes through what others have called done, one key for each image, in the real window."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt

from sam3_annotator.project import ImageState, rectangle
from sam3_annotator.ui.keyboard.key_hints import KeyHint, key_hints
from sam3_annotator.ui.verbs import operations

DONE, REVIEWED, OPEN = ImageState.DONE, ImageState.REVIEWED, ImageState.IN_PROGRESS


@pytest.fixture
def handed_in(user):
    """Show the first of four images, of which the second is still being labelled and the last has no instances."""
    store = user.window.store
    images = [image.id for image in store.images()]
    with store.edit("Label") as edit:
        cat = edit.add_category("cat")
        for image_id in images[:3]:
            edit.add_instance(image_id, cat, rectangle(5, 5, 30, 30))
    operations.set_image_state(store, [images[0], images[2], images[3]], DONE)
    return user


def states(user) -> list[ImageState]:
    return [image.state for image in user.window.store.images()]


def test_one_key_calls_an_image_reviewed_and_shows_the_next_to_review(handed_in, tell):
    user = handed_in
    assert KeyHint("Y", "reviewed") in key_hints(user.window.window_actions.state, user.window.keys.text)

    user.press(Qt.Key.Key_Y)
    assert (user.image_position(), states(user)) == (2, [REVIEWED, OPEN, DONE, DONE])
    user.settle()
    user.press(Qt.Key.Key_Y)
    assert user.image_position() == 3
    user.settle()
    assert KeyHint("Y", "confirm as empty") in key_hints(user.window.window_actions.state, user.window.keys.text)
    user.press(Qt.Key.Key_Y)

    assert (user.image_position(), states(user)) == (3, [REVIEWED, OPEN, REVIEWED, ImageState.CONFIRMED_EMPTY])
    assert tell() == ["No other image in the list is left to review."]


def test_what_is_sent_back_is_in_progress_again_and_undo_takes_that_back(handed_in):
    user = handed_in

    user.press(Qt.Key.Key_N)
    assert (user.image_position(), states(user)) == (2, [OPEN, OPEN, DONE, DONE])

    user.settle()
    user.press(Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert (user.image_position(), states(user)) == (0, [DONE, OPEN, DONE, DONE])


@pytest.mark.parametrize("key", [Qt.Key.Key_Y, Qt.Key.Key_N])
def test_there_is_no_verdict_on_what_nobody_has_called_done(handed_in, tell, key):
    user = handed_in
    user.press(Qt.Key.Key_D)
    user.settle()

    user.press(key)

    assert (user.image_position(), states(user)) == (1, [DONE, OPEN, DONE, DONE])
    assert tell() == ["Nobody has called this image done yet (Ctrl+Enter)."]


def test_a_key_confirms_an_image_without_instances_as_empty(user, tell):
    user.press(Qt.Key.Key_O)
    assert states(user)[0] is ImageState.CONFIRMED_EMPTY

    user.add_category("cat")
    with user.window.store.edit("Label") as edit:
        edit.add_instance(user.window.store.images()[0].id, 1, rectangle(5, 5, 30, 30))
    user.press(Qt.Key.Key_O)
    assert states(user)[0] is OPEN
    assert tell() == ["There are instances on this image: it is not empty."]
