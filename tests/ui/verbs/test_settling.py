"""What is labelled, by whatever way, is not proposed any more; undone, it is proposed again."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from pytestqt.qtbot import QtBot

from sam3_annotator.project import ImageId, InstanceId, rectangle
from sam3_annotator.ui.assistance.engine_bridge import EngineBridge
from sam3_annotator.ui.assistance.finder import Finder
from sam3_annotator.ui.assistance.shown_image import ShownImage
from sam3_annotator.ui.settings import Settings
from sam3_annotator.ui.store_bridge import StoreBridge
from sam3_annotator.ui.verbs import operations
from sam3_annotator.ui.verbs.settling import Settling

BOXES = ((0, 0, 10, 10), (20, 0, 40, 20), (50, 30, 70, 50))


@pytest.fixture
def finder(qtbot: QtBot, engine: EngineBridge, finding_session, bridge: StoreBridge) -> Finder:
    """Find three on the first image."""
    finding_session.instances = list(zip(BOXES, (0.9, 0.8, 0.7), strict=True))
    with bridge.store.edit("Add category") as edit:
        edit.add_category("cat")
    made = Finder(engine, Settings(), bridge.store.instances)
    Settling(bridge, made, made)
    show(made, bridge, 0)
    made.ask("cat")
    qtbot.waitUntil(lambda: not made.proposals.is_waiting)
    return made


def show(finder: Finder, bridge: StoreBridge, position: int) -> None:
    image_id = bridge.store.images()[position].id
    finder.show(ShownImage(image_id, str(image_id), np.zeros((60, 80, 3), dtype=np.uint8)))


@pytest.fixture
def label(bridge: StoreBridge) -> Callable[..., InstanceId]:
    """Add an instance in one step."""

    def add(*box: float, position: int = 0) -> InstanceId:
        image_id = ImageId(bridge.store.images()[position].id)
        with bridge.store.edit("Add instance") as edit:
            return edit.add_instance(image_id, bridge.store.categories()[0].id, rectangle(*box))

    return add


def boxes(finder: Finder) -> list[tuple[float, ...]]:
    return [proposal.box_xyxy for proposal in finder.proposals.open]


def test_what_is_labelled_by_hand_is_not_proposed_any_more(finder, label) -> None:
    label(21, 0, 40, 20)

    assert boxes(finder) == [BOXES[0], BOXES[2]]


def test_instances_elsewhere_settle_nothing(finder, label) -> None:
    label(0, 40, 10, 50)
    label(20, 0, 40, 20, position=1)

    assert boxes(finder) == list(BOXES)


def test_undone_it_is_proposed_again_and_redone_not(finder, bridge, label) -> None:
    label(20, 0, 40, 20)

    bridge.store.undo()
    assert boxes(finder) == list(BOXES)
    bridge.store.redo()
    assert boxes(finder) == [BOXES[0], BOXES[2]]


def test_what_is_deleted_by_hand_is_not_proposed_again(finder, bridge, label) -> None:
    operations.delete_instances(bridge.store, [label(20, 0, 40, 20)])

    assert boxes(finder) == [BOXES[0], BOXES[2]]
    bridge.store.undo()
    bridge.store.undo()
    assert boxes(finder) == list(BOXES)


def test_undoing_something_else_leaves_rejected_ones_rejected(finder, bridge, label) -> None:
    finder.reject_focused()
    label(20, 0, 40, 20)

    bridge.store.undo()

    assert boxes(finder) == [BOXES[1], BOXES[2]]


def test_while_another_image_is_shown_proposals_are_settled_and_proposed_again(finder, bridge, label) -> None:
    show(finder, bridge, 1)
    label(20, 0, 40, 20)
    show(finder, bridge, 0)
    assert boxes(finder) == [BOXES[0], BOXES[2]]

    show(finder, bridge, 1)
    bridge.store.undo()
    show(finder, bridge, 0)
    assert boxes(finder) == list(BOXES)


def test_undone_at_another_threshold_it_is_proposed_again(qtbot, finder, bridge, label) -> None:
    label(20, 0, 40, 20)
    finder.set_threshold(0.2)
    qtbot.waitUntil(lambda: not finder.proposals.is_waiting)

    bridge.store.undo()

    assert boxes(finder) == list(BOXES)


def test_what_is_labelled_while_the_answer_is_awaited_is_not_proposed(qtbot, finder, label, finding_session) -> None:
    finding_session.hold()
    finder.ask("dog")
    qtbot.waitUntil(finding_session.has_call_waiting.is_set)

    label(20, 0, 40, 20)
    finding_session.release()

    qtbot.waitUntil(lambda: not finder.proposals.is_waiting)
    assert boxes(finder) == [BOXES[0], BOXES[2]]


def test_what_is_labelled_while_it_scores_too_little_is_not_proposed_later(finder, label) -> None:
    finder.set_threshold(0.85)
    assert boxes(finder) == [BOXES[0]]

    label(20, 0, 40, 20)
    finder.set_threshold(0.5)

    assert boxes(finder) == [BOXES[0], BOXES[2]]
