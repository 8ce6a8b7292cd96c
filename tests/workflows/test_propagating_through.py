"""Instances are propagated through many images beside the user's own work, in the real window."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QToolButton

from sam3_annotator.model import OutOfMemory
from sam3_annotator.project import ImageState, ProjectStore, rectangle
from sam3_annotator.ui.dialogs.model_setup import ModelSetupDialog
from sam3_annotator.ui.dialogs.sequence_dialog import SequenceDialog
from sam3_annotator.ui.item_models.image_criteria import StateFilter
from sam3_annotator.ui.verbs import operations
from sam3_annotator.ui.verbs.autolabelling import Autolabelling, AutolabelPlan, Sought
from sam3_annotator.ui.verbs.sequence_labelling import SequenceLabelling
from sam3_annotator.ui.window.notices import SEQUENCE, SEQUENCE_FAILURE
from tests.workflows.conftest import PATIENCE_MS
from tests.workflows.sequences import CAT_BOX, DOG_BOX, SHIFT, damage, labels, moved, put

CTRL = Qt.KeyboardModifier.ControlModifier


@pytest.fixture
def begun(sequence):
    """Turn back to the first frame, which is labelled."""
    sequence.press(Qt.Key.Key_A)
    sequence.settle()
    return sequence


def dialogs(user) -> list[SequenceDialog]:
    return [each for each in user.window.findChildren(SequenceDialog) if each.isVisible()]


@pytest.fixture
def start(begun):
    """Press the key and Enter, and go back to the window as the system does for a person."""

    def press() -> None:
        begun.press(Qt.Key.Key_P, CTRL | SHIFT)
        (dialog,) = dialogs(begun)
        QTest.keyClick(dialog, Qt.Key.Key_Return)
        begun.window.activateWindow()
        begun.window.focus_canvas()

    return press


@pytest.fixture
def start_and_hold(start, fake_session, qtbot):
    """Begin; give the control back while the model looks at the second frame."""

    def press() -> None:
        fake_session.hold()
        start()
        qtbot.waitUntil(fake_session.has_call_waiting.is_set, timeout=PATIENCE_MS)

    return press


def counts(user) -> list[int]:
    return [len(user.instances(position)) for position in range(4)]


def activity(user) -> str:
    return user.window.status_line._activity._text.text()


def test_two_keys_label_a_sequence_and_undo_takes_it_back_image_by_image(begun, start, tell) -> None:
    start()
    begun.settle()

    for position in range(4):
        expected = [("cat", moved(CAT_BOX, position)), ("dog", moved(DOG_BOX, position))]
        assert labels(begun, position) == expected
    assert tell() == ["6 instances propagated from 1.png to 3 images."]
    assert not begun.window.messages.messages[0].passes
    assert activity(begun) == ""
    assert begun.image_position() == 0
    begun.press(Qt.Key.Key_Z, CTRL)
    assert counts(begun) == [2, 2, 2, 0]


def test_what_is_selected_goes_on_alone_through_so_many(begun) -> None:
    begun.window.workspace.select((begun.instances(0)[1].id,))
    begun.press(Qt.Key.Key_P, CTRL | SHIFT)
    (dialog,) = dialogs(begun)
    QTest.keyClicks(dialog.focusWidget(), "2")
    QTest.keyClick(dialog.focusWidget(), Qt.Key.Key_Return)
    begun.settle()

    assert [labels(begun, position) for position in (1, 2, 3)] == [
        [("dog", moved(DOG_BOX))],
        [("dog", moved(DOG_BOX, 2))],
        [],
    ]


def test_the_images_are_those_of_the_list_as_it_is_shown(begun, start) -> None:
    images = begun.window.store.images()
    operations.set_image_state(begun.window.store, [images[2].id], ImageState.LEFT_OUT)
    put(begun, 1, "dog", rectangle(2, 30, 12, 40))
    begun.window.image_panel.shown.set_state(StateFilter.UNANNOTATED)

    start()
    begun.settle()

    assert counts(begun) == [2, 1, 0, 2]
    assert labels(begun, 3) == [("cat", moved(CAT_BOX)), ("dog", moved(DOG_BOX))]


def test_the_user_works_on_while_it_goes_on(begun, start_and_hold, fake_session) -> None:
    start_and_hold()
    begun.press(Qt.Key.Key_D)
    begun.press(Qt.Key.Key_D)
    put(begun, 2, "cat", rectangle(2, 30, 12, 40))
    fake_session.release()
    begun.settle()

    assert begun.image_position() == 2
    assert counts(begun) == [2, 2, 3, 3]
    begun.click(40, 40)
    begun.settle()
    assert begun.draft is not None


def test_proposals_of_the_same_instances_become_settled(begun, start_and_hold, fake_session, follower) -> None:
    start_and_hold()
    begun.press(Qt.Key.Key_D)
    begun.press(Qt.Key.Key_P, SHIFT)
    fake_session.release()
    begun.settle()

    assert begun.proposals == []
    assert counts(begun) == [2, 2, 2, 2]


def test_it_is_told_and_stopped_from_the_status_line(begun, start_and_hold, fake_session, tell) -> None:
    start_and_hold()
    assert activity(begun) == "Propagating to image 1 of 3"

    begun.press(Qt.Key.Key_P, CTRL | SHIFT)
    assert tell() == ["Instances are being propagated already."]
    assert dialogs(begun) == []
    (stop,) = begun.window.status_line._activity.findChildren(QToolButton)
    stop.click()
    fake_session.release()
    begun.settle()

    assert counts(begun) == [2, 0, 0, 0]
    assert tell() == ["Stopped with 3 images left. Nothing was propagated from 1.png."]
    assert activity(begun) == ""


def test_where_there_is_nothing_to_propagate_or_nowhere_it_says_so(begun, tell) -> None:
    begun.press(Qt.Key.Key_D)
    begun.settle()
    begun.press(Qt.Key.Key_P, CTRL | SHIFT)
    assert tell() == ["2.png has no instances to propagate."]

    put(begun, 3, "cat", rectangle(2, 30, 12, 40))
    begun.press(Qt.Key.Key_D)
    begun.press(Qt.Key.Key_D)
    begun.settle()
    begun.press(Qt.Key.Key_P, CTRL | SHIFT)

    assert tell() == ["There is no image after this one in the list to propagate to."]
    assert dialogs(begun) == []


def test_what_ended_it_early_is_told_until_it_is_begun_again(begun, start, follower, tell, monkeypatch) -> None:
    def fail(*_: object) -> None:
        raise OutOfMemory("The model needs more memory. Close other programs.")

    with monkeypatch.context() as patched:
        patched.setattr("sam3_annotator.ui.verbs.instance_search.propagate", fail)
        start()
        begun.settle()
        keys = [message.key for message in begun.window.messages.messages]
        assert keys == [SEQUENCE, SEQUENCE_FAILURE]

    start()
    begun.settle()
    assert tell() == ["6 instances propagated from 1.png to 3 images."]


def test_a_project_that_cannot_be_read_any_more_ends_it_in_words(begun, start_and_hold, fake_session, tell) -> None:
    start_and_hold()
    damage(begun, begun.instances(0)[1].id)

    fake_session.release()
    begun.settle()

    stopped, why = tell()
    assert stopped == "Stopped with 3 images left. Nothing was propagated from 1.png."
    assert why.startswith("A region in the project file is damaged")
    assert activity(begun) == ""


def test_a_model_that_takes_no_prompts_leads_to_the_models(begun, start, fake_session, qtbot) -> None:
    fake_session.capabilities = frozenset()
    start()
    begun.settle()

    begun.press_message_button("Choose a model")

    qtbot.waitUntil(lambda: any(each.isVisible() for each in begun.window.findChildren(ModelSetupDialog)))


def test_it_and_finding_in_all_images_go_on_side_by_side(finding_session, begun, start_and_hold, tell, qtbot) -> None:
    finding_session.instances = [((60, 34, 64, 44), 0.9)]
    start_and_hold()
    plan = AutolabelPlan((Sought("bird", "bird"),), tuple(image.id for image in begun.window.store.images()), 0.5)
    begun.window.findChild(Autolabelling).start(plan)
    qtbot.waitUntil(lambda: activity(begun).startswith("Finding in"), timeout=PATIENCE_MS)
    finding_session.release()
    begun.settle()

    for position in range(4):
        names = {name for name, _ in labels(begun, position)}
        assert names == {"cat", "dog", "bird"}
    assert len(tell()) == 2
    assert activity(begun) == ""


def test_closing_the_window_ends_it(begun, start_and_hold, fake_session) -> None:
    start_and_hold()
    path, labelling = begun.window.store.path, begun.window.findChild(SequenceLabelling)

    fake_session.release()
    begun.close()

    assert not labelling.is_running
    with ProjectStore.open(path) as store:
        assert all(image.state.is_open for image in store.images())


def test_a_project_for_reading_only_offers_none(begun, monkeypatch) -> None:
    action = begun.window.window_actions.action("propagate_through")
    assert action.isEnabled()

    monkeypatch.setattr(begun.window.store, "is_read_only", True)
    begun.window.canvas.set_tool("box")

    assert not action.isEnabled()
