"""What the model's failures look like in the window, and how long they stay."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from pytestqt.qtbot import QtBot

from sam3_annotator.model import ModelError, ModelSource, ModelUnavailable, OutOfMemory, PointPrompt
from sam3_annotator.project import ImageId, ProjectStore
from sam3_annotator.ui.assistance.assist import Assist
from sam3_annotator.ui.assistance.engine_bridge import EngineBridge
from sam3_annotator.ui.assistance.finder import Finder
from sam3_annotator.ui.assistance.shown_image import ShownImage
from sam3_annotator.ui.canvas.view import CanvasView
from sam3_annotator.ui.images.fact_reader import FactReader
from sam3_annotator.ui.settings import Settings
from sam3_annotator.ui.store_bridge import StoreBridge
from sam3_annotator.ui.verbs.labelling import Labelling
from sam3_annotator.ui.verbs.outlining import Outlining
from sam3_annotator.ui.window.main_window import MainWindow
from sam3_annotator.ui.window.message_bar import Message
from sam3_annotator.ui.window.notices import Notices
from sam3_annotator.ui.workspace import Workspace

IMAGE = ShownImage(ImageId(1), "key", np.zeros((60, 80, 3), dtype=np.uint8))


@pytest.fixture
def window(qtbot: QtBot, bridge: StoreBridge, workspace: Workspace) -> MainWindow:
    made = MainWindow(bridge, workspace, CanvasView(), Settings())
    qtbot.addWidget(made)
    return made


@pytest.fixture
def messages(
    window: MainWindow,
    bridge: StoreBridge,
    workspace: Workspace,
    engine: EngineBridge,
    assist: Assist,
    finder: Finder,
) -> Iterator[Callable[[], tuple[Message, ...]]]:
    """Have the window tell what becomes of engine and assist; give what it says."""
    labelling = Labelling(bridge.store, workspace, assist, str, lambda: False, window)
    outlining = Outlining(bridge.store, workspace, lambda: (80, 60), engine, lambda _: IMAGE, Settings(), str, window)
    Notices(window, engine, assist, finder, outlining, (labelling,), FactReader(bridge, window))
    assist.show(IMAGE)
    finder.show(IMAGE)
    yield lambda: window.messages.messages
    window.close()


def fails_with(error: Exception) -> Callable[..., Any]:
    def fail(*_: object, **__: object) -> Any:
        raise error

    return fail


def test_failure_stays_until_a_question_is_answered(qtbot, messages, assist, fake_session) -> None:
    working, fake_session.segment = fake_session.segment, fails_with(OutOfMemory("It does not fit."))
    assist.add_prompt(PointPrompt(30, 30))
    qtbot.waitUntil(lambda: [message.text for message in messages()] == ["It does not fit."])

    fake_session.segment = working
    assist.add_prompt(PointPrompt(40, 30))

    qtbot.waitUntil(lambda: assist.draft.is_answered)
    assert messages() == ()


def test_failure_goes_with_the_draft_it_was_about(qtbot, messages, assist, fake_session) -> None:
    fake_session.segment = fails_with(ValueError("of our own making"))
    assist.add_prompt(PointPrompt(30, 30))
    qtbot.waitUntil(lambda: len(messages()) == 1)
    assert "Your prompts are still there" in messages()[0].text

    assist.drop()

    assert messages() == ()


def test_a_search_that_failed_says_how_to_ask_again(qtbot, finding_session, messages, finder) -> None:
    finding_session.detect = fails_with(ValueError("of our own making"))
    finder.ask("cat")

    qtbot.waitUntil(lambda: len(messages()) == 1)
    assert "Press / and Enter" in messages()[0].text


def test_a_search_that_failed_is_told_until_nothing_is_looked_for(
    qtbot, finding_session, messages, assist, finder
) -> None:
    finding_session.detect = fails_with(ModelError("It finds no concepts."))
    finder.ask("cat")
    qtbot.waitUntil(lambda: ["finds no concepts" in message.text for message in messages()] == [True])
    assist.add_prompt(PointPrompt(30, 30))
    qtbot.waitUntil(lambda: assist.draft.is_answered)
    finder.ask("dog")
    qtbot.waitUntil(lambda: len(messages()) == 1)

    assist.drop()
    assert len(messages()) == 1
    finder.drop()

    assert messages() == ()


def test_model_that_gave_way_is_told_until_another_is_chosen(qtbot, messages, assist, engine, fake_session) -> None:
    works = ModelSource(lambda _: fake_session, "Works")
    engine.load(ModelSource(fails_with(ModelUnavailable("It is cut off.")), "Broken"), works)
    qtbot.waitUntil(lambda: engine.status.session_name == "Works" and engine.is_idle)
    assist.add_prompt(PointPrompt(30, 30))
    qtbot.waitUntil(lambda: assist.draft.is_answered)
    assert [message.text for message in messages()] == ["It is cut off. Meanwhile the built-in model is used."]

    engine.load(works)

    qtbot.waitUntil(lambda: messages() == ())


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (ModelUnavailable("It is cut off."), "It is cut off."),
        (KeyError("x"), "Loading the model stopped on an unexpected error (KeyError). The details are in the log."),
    ],
)
def test_without_any_model_the_way_to_another_is_shown_once(
    error: Exception, words: str, qtbot, messages, assist, engine
) -> None:
    engine.load(ModelSource(fails_with(error), "Broken"))
    qtbot.waitUntil(lambda: len(messages()) == 1)
    assist.add_prompt(PointPrompt(30, 30))
    qtbot.waitUntil(lambda: assist.draft.has_failed)

    (message,) = messages()
    assert message.text == words
    assert [action.text for action in message.actions] == ["Choose a model…"]


@pytest.fixture
def lost(store: ProjectStore) -> Path:
    """Delete the file of the first image; give its folder."""
    path = store.image_file(store.images()[0].id)
    path.unlink()
    return path.parent


def test_missing_images_are_told_with_a_way_to_find_them(qtbot, lost, window, messages) -> None:
    window.show()
    qtbot.waitUntil(lambda: bool(messages()))

    (message,) = messages()
    assert message.text.startswith("1 image is missing")
    assert [action.text for action in message.actions] == ["Find moved images…"]
    window.image_panel.find_moved(lost)
    assert [message.severity for message in messages()] == ["info"]
