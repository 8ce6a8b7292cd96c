"""What tests of long work share: a check, a comparison and a sequence labelled, which note what they tell."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from types import MappingProxyType
from typing import Any

import pytest
from pytestqt.qtbot import QtBot

from sam3_annotator.project import ImageId, InstanceId, ProjectStore, rectangle
from sam3_annotator.ui.assistance.engine_bridge import EngineBridge
from sam3_annotator.ui.settings import Settings
from sam3_annotator.ui.store_bridge import StoreBridge
from sam3_annotator.ui.verbs import operations
from sam3_annotator.ui.verbs.auditing import Auditing
from sam3_annotator.ui.verbs.checking import Checking
from sam3_annotator.ui.verbs.propagation_chain import SequencePlan
from sam3_annotator.ui.verbs.sequence_labelling import SequenceLabelling
from tests.workflows.sequences import CAT_BOX, DOG_BOX, Follower


@pytest.fixture
def checking(bridge: StoreBridge) -> Checking:
    """Make a check of the project."""
    return Checking(bridge)


@pytest.fixture
def auditing(bridge: StoreBridge, checking: Checking, engine: EngineBridge, qtbot: QtBot) -> Iterator[Auditing]:
    """Make a comparison, once the model is there; what it says at the end is in `told`."""
    qtbot.waitUntil(lambda: bool(engine.status.capabilities))  # a model that comes later is another one
    made = Auditing(bridge, checking, engine, lambda: None, bridge)
    made.told = []
    made.notice.connect(made.told.append)
    yield made
    made.close()


@pytest.fixture
def follower(monkeypatch: pytest.MonkeyPatch) -> Follower:
    """Have what is propagated found a little further right."""
    made = Follower()
    monkeypatch.setattr("sam3_annotator.ui.verbs.instance_search.propagate", made.follow)
    return made


@pytest.fixture
def propagating(follower: Follower, bridge: StoreBridge, engine: EngineBridge) -> Iterator[SequenceLabelling]:
    """Make the labelling of a sequence; what it says and what has ended it are in `told` and `errors`."""
    made = SequenceLabelling(bridge, engine, Settings(), lambda name: f"the {name}", lambda: None)
    made.told, made.errors = [], []
    made.notice.connect(made.told.append)
    made.failed.connect(made.errors.append)
    yield made
    made.close()
    made.deleteLater()


@pytest.fixture
def image_ids(store: ProjectStore) -> tuple[ImageId, ...]:
    """Give the four images."""
    return tuple(image.id for image in store.images())


@pytest.fixture
def pets(store: ProjectStore, image_ids: tuple[ImageId, ...]) -> tuple[InstanceId, ...]:
    """Label a cat and a dog on the first image; gives both."""
    cat, dog = operations.add_category(store, "cat"), operations.add_category(store, "dog")
    with store.edit("Draw") as edit:
        return (
            edit.add_instance(image_ids[0], cat, rectangle(*CAT_BOX), attributes=MappingProxyType({"far": True})),
            edit.add_instance(image_ids[0], dog, rectangle(*DOG_BOX), is_crowd=True),
        )


@pytest.fixture
def finish_sequence(propagating: SequenceLabelling, qtbot: QtBot) -> Callable[[], None]:
    """Wait until all is done."""
    return lambda: qtbot.waitUntil(lambda: not propagating.is_running)


@pytest.fixture
def start_sequence(
    propagating: SequenceLabelling, image_ids: tuple[ImageId, ...], pets: tuple[InstanceId, ...]
) -> Callable[..., None]:
    """Begin to propagate from the first image through all others."""
    return lambda **plan: propagating.start(SequencePlan(image_ids[0], image_ids[1:], 0.5, **plan))


@pytest.fixture
def run_sequence(start_sequence: Callable[..., None], finish_sequence: Callable[[], None]) -> Callable[..., None]:
    """Do that and wait."""

    def run(**plan: Any) -> None:
        start_sequence(**plan)
        finish_sequence()

    return run


@pytest.fixture
def hold_sequence(start_sequence: Callable[..., None], fake_session: Any, qtbot: QtBot) -> Callable[..., None]:
    """Begin, and give the control back while the model looks at the first image that follows."""

    def start(**plan: Any) -> None:
        fake_session.hold()
        start_sequence(**plan)
        qtbot.waitUntil(fake_session.has_call_waiting.is_set)

    return start
