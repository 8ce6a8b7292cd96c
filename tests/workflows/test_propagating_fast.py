"""Whatever is pressed while instances are propagated, they come to the image they are for, or to none."""

from __future__ import annotations

import hypothesis
from hypothesis import strategies as st
from PySide6.QtCore import Qt

from sam3_annotator.ui.images.image_display import ImageDisplay
from sam3_annotator.ui.verbs import operations
from tests.workflows.sequences import CAT_BOX, DOG_BOX, SHIFT, labels, moved

CTRL = Qt.KeyboardModifier.ControlModifier
NONE = Qt.KeyboardModifier.NoModifier
KEYS = {
    "propagate": (Qt.Key.Key_P, SHIFT),
    "accept": (Qt.Key.Key_Return, NONE),
    "accept all": (Qt.Key.Key_Return, CTRL | SHIFT),
    "accept and go on": (Qt.Key.Key_Return, SHIFT),
    "reject": (Qt.Key.Key_Backspace, NONE),
    "next": (Qt.Key.Key_D, NONE),
    "previous": (Qt.Key.Key_A, NONE),
    "undo": (Qt.Key.Key_Z, CTRL),
}


def test_turning_away_gives_the_answer_up_and_coming_back_asks_anew(sequence, fake_session, follower, tell) -> None:
    fake_session.hold()
    sequence.press(Qt.Key.Key_P, SHIFT)
    for key in (Qt.Key.Key_D, Qt.Key.Key_D, Qt.Key.Key_A, Qt.Key.Key_A, Qt.Key.Key_D):
        sequence.press(key)
    fake_session.release()
    sequence.settle()
    assert sequence.image_position() == 2
    assert sequence.proposals == []
    assert tell() == []

    operations.delete_instances(sequence.window.store, [sequence.instances(0)[0].id])
    sequence.press(Qt.Key.Key_A)
    sequence.settle()

    assert sequence.proposals == [moved(DOG_BOX)]  # what is there by then
    assert [count for count, _, _ in follower.asked][-1] == 1


def test_while_the_image_is_still_read_the_key_waits_for_that_image_alone(sequence) -> None:
    display = sequence.window.findChild(ImageDisplay)
    for passes_by, expected in ((False, 2), (True, 0)):
        sequence.press(Qt.Key.Key_Escape)
        sequence.press(Qt.Key.Key_A)
        sequence.settle()
        for image in sequence.window.store.images()[1:]:
            display.pixels.forget(image.id)
        sequence.press(Qt.Key.Key_D)
        assert display.image_id is None
        sequence.press(Qt.Key.Key_P, SHIFT)
        if passes_by:
            sequence.press(Qt.Key.Key_D)
        sequence.settle()
        assert len(sequence.proposals) == expected


def test_the_keys_do_not_go_on_before_the_answer_is_there(sequence, fake_session) -> None:
    fake_session.hold()
    sequence.press(Qt.Key.Key_P, SHIFT)

    sequence.press(Qt.Key.Key_Return, SHIFT)
    fake_session.release()
    sequence.settle()

    assert sequence.image_position() == 1
    assert len(sequence.proposals) == 2


@hypothesis.given(steps=st.lists(st.sampled_from([*KEYS, "hold", "release"]), min_size=4, max_size=25))
@hypothesis.settings(max_examples=25, suppress_health_check=list(hypothesis.HealthCheck))
def test_what_is_labelled_on_an_image_is_where_it_is_on_that(sequence, fake_session, steps) -> None:
    for step in steps:
        if step in KEYS:
            sequence.press(*KEYS[step])
        elif step == "hold":
            fake_session.hold()
        else:
            fake_session.release()
    fake_session.release()
    sequence.settle()

    for position in range(4):
        there = [("cat", moved(CAT_BOX, position)), ("dog", moved(DOG_BOX, position))]
        assert [each for each in labels(sequence, position) if each not in there] == []
