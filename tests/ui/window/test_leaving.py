"""The window is not left before what was accepted is stored, or given up."""

from __future__ import annotations

import numpy as np
import pytest

from sam3_annotator.model import PointPrompt
from sam3_annotator.ui.assistance.shown_image import ShownImage
from sam3_annotator.ui.verbs.labelling import Labelling
from sam3_annotator.ui.window.leaving import Leaving
from sam3_annotator.ui.window.message_bar import MessageBar


@pytest.fixture
def labelling(store, workspace, assist) -> Labelling:
    """Show the first image, with a category to accept drafts with."""
    with store.edit("Add category") as edit:
        workspace.set_category(edit.add_category("cat"))
    image = store.images()[0]
    workspace.set_image(image.id)
    assist.show(ShownImage(image.id, "key", np.zeros((image.facts.height, image.facts.width, 3), np.uint8)))
    return Labelling(store, workspace, assist, str, lambda: False)


@pytest.fixture
def messages(qtbot) -> MessageBar:
    bar = MessageBar()
    qtbot.addWidget(bar)
    return bar


@pytest.fixture
def leaving(assist, labelling, messages) -> Leaving:
    return Leaving(assist, labelling, messages, labelling)


@pytest.fixture
def left(leaving, labelling, assist, fake_session) -> list[str]:
    """Accept a draft whose answer is held back, and try to leave; what is left is in the list."""
    left: list[str] = []
    fake_session.hold()
    assist.add_prompt(PointPrompt(30, 30))
    labelling.accept()
    assert not leaving.may(lambda: left.append("left"))
    return left


def sentences(messages: MessageBar) -> list[str]:
    return [message.text for message in messages.messages]


def press_action(messages: MessageBar) -> None:
    (message,) = messages.messages
    (action,) = message.actions
    assert action.text == "Close without it"
    action.slot()


def test_with_nothing_accepted_the_window_is_left_at_once(leaving, labelling, assist, fake_session):
    assert leaving.may(lambda: None)
    fake_session.hold()
    assist.add_prompt(PointPrompt(30, 30))

    assert leaving.may(lambda: None)


def test_leaving_goes_on_once_what_was_accepted_is_stored(left, messages, store, fake_session, qtbot):
    assert sentences(messages) == ["Closing as soon as the model has outlined what you accepted."]

    fake_session.release()
    qtbot.waitUntil(lambda: left == ["left"])

    assert len(store.instances(store.images()[0].id)) == 1
    assert sentences(messages) == []


def test_giving_up_leaves_at_once_without_what_was_accepted(left, messages, store, assist):
    press_action(messages)

    assert left == ["left"]
    assert assist.draft is None
    assert store.instances(store.images()[0].id) == ()


def test_leaving_waits_for_the_objects_pointed_at_ahead_too(leaving, labelling, store, assist, fake_session, qtbot):
    left: list[str] = []

    def leave() -> None:  # as a window does, which asks again when it is told to go on
        if leaving.may(leave):
            left.append("left")

    fake_session.hold()
    for x in (30, 50, 70):
        assist.add_prompt(PointPrompt(x, 30))
        labelling.accept()
    leave()
    fake_session.release()
    qtbot.waitUntil(lambda: left == ["left"])

    assert len(store.instances(store.images()[0].id)) == 3


def test_failing_model_keeps_the_window_open_and_says_so(leaving, labelling, messages, assist, fake_session, qtbot):
    left: list[str] = []
    fake_session.segment = None  # calling it raises
    assist.add_prompt(PointPrompt(30, 30))
    labelling.accept()
    assert not leaving.may(lambda: left.append("left"))

    qtbot.waitUntil(lambda: assist.draft.has_failed)

    assert left == []
    assert sentences(messages) == ["The window stays open: the draft you accepted is not in the project."]
    assert leaving.may(lambda: None)
    press_action(messages)
    assert left == ["left"]


def test_draft_dropped_while_the_window_waits_keeps_it_open(left, messages, assist, engine, fake_session, qtbot):
    assist.drop()
    fake_session.release()
    qtbot.waitUntil(lambda: engine.is_idle)

    assert left == []
    assert sentences(messages) == []
