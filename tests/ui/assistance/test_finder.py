"""What is looked for becomes a question to the model, and its answer proposals, for the image it was asked on."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from pytestqt.qtbot import QtBot

from sam3_annotator.model import ConceptPrompt, Detection, Exemplar, ModelSource, OutOfMemory
from sam3_annotator.project import CategoryId, ImageId, Instance, InstanceId, rectangle
from sam3_annotator.ui.assistance.engine_bridge import EngineBridge
from sam3_annotator.ui.assistance.finder import IMAGES_KEPT, Finder
from sam3_annotator.ui.assistance.shown_image import ShownImage
from sam3_annotator.ui.canvas.proposals import Proposals
from sam3_annotator.ui.settings import Settings

ONE = ShownImage(ImageId(1), "one", np.zeros((60, 80, 3), dtype=np.uint8))
TWO = ShownImage(ImageId(2), "two", np.full((60, 80, 3), 9, dtype=np.uint8))
EXEMPLAR = Exemplar(1, 1, 11, 11)
BOXES = ((0, 0, 10, 10), (20, 0, 40, 20), (50, 30, 70, 50))


@pytest.fixture
def labelled() -> list[Instance]:
    """Give what the image has already."""
    return []


@pytest.fixture
def finder(finding_session: Any, engine: EngineBridge, labelled: list[Instance]) -> Finder:
    finding_session.instances = list(zip(BOXES, (0.6, 0.9, 0.3), strict=True))
    made = Finder(engine, Settings(), lambda _: list(labelled))
    made.show(ONE)
    return made


def boxes(proposals: Proposals) -> list[tuple[float, ...]]:
    return [proposal.box_xyxy for proposal in proposals.open]


def test_what_scores_enough_is_proposed_best_first(finder: Finder, answer: Any) -> None:
    finder.ask("  cat ")

    proposals = answer()
    assert proposals.concept == ConceptPrompt("cat")
    assert boxes(proposals) == [BOXES[1], BOXES[0]]
    region = proposals.open[0].region
    assert (region.box_xyxy, region.area) == (BOXES[1], 400)
    assert proposals.open[0].score == pytest.approx(0.9)
    assert proposals.open[0].model == "Fake"


def test_another_threshold_shows_more_or_less_and_is_remembered(finder: Finder, answer: Any) -> None:
    finder.ask("cat")
    answer()

    finder.set_threshold(0.2)
    assert boxes(answer()) == [BOXES[1], BOXES[0], BOXES[2]]
    finder.set_threshold(0.8)
    assert boxes(answer()) == [BOXES[1]]
    assert Settings().detection_threshold == 0.8


def test_the_threshold_counts_at_once_and_what_is_known_is_not_asked_again(
    finder: Finder, answer: Any, finding_session: Any
) -> None:
    finder.set_threshold(0.2)
    finder.ask("cat")
    answer()

    finder.set_threshold(0.8)
    assert boxes(finder.proposals) == [BOXES[1]]
    finder.set_threshold(0.5)
    assert boxes(finder.proposals) == [BOXES[1], BOXES[0]]
    assert finding_session.detected == [ConceptPrompt("cat")]


def test_a_threshold_moved_while_the_answer_is_awaited_does_not_begin_anew(
    qtbot: QtBot, finder: Finder, answer: Any, finding_session: Any
) -> None:
    finding_session.hold()
    finder.ask("cat")
    qtbot.waitUntil(finding_session.has_call_waiting.is_set)

    finder.set_threshold(0.8)
    finding_session.release()
    assert boxes(answer()) == [BOXES[1]]
    assert finding_session.detected == [ConceptPrompt("cat")]


def test_a_lower_threshold_meanwhile_is_asked_for_after_the_answer(
    qtbot: QtBot, finder: Finder, answer: Any, finding_session: Any
) -> None:
    finding_session.hold()
    finder.ask("cat")
    qtbot.waitUntil(finding_session.has_call_waiting.is_set)

    finder.set_threshold(0.2)
    finding_session.release()

    assert boxes(answer()) == [BOXES[1], BOXES[0], BOXES[2]]


def test_the_threshold_moved_on_another_image_counts_on_the_one_before(finder: Finder, answer: Any) -> None:
    finder.ask("cat")
    answer()
    finder.show(TWO)
    finder.set_threshold(0.8)

    finder.show(ONE)
    assert boxes(finder.proposals) == [BOXES[1]]
    finder.show(TWO)
    finder.set_threshold(0.2)
    finder.show(ONE)
    assert boxes(answer()) == [BOXES[1], BOXES[0], BOXES[2]]


def test_each_proposal_has_a_box_of_its_own(finder: Finder, answer: Any, finding_session: Any) -> None:
    masks = np.zeros((2, 60, 80), dtype=bool)
    masks[0, 2:20, 2:10] = masks[1, 2:20, 20:28] = True
    twice = Detection(masks, np.array([[2, 2, 28, 20]] * 2, np.float32), np.array([0.8, 0.9], np.float32), 1.0)
    finding_session.detect = lambda *_, **__: twice

    finder.ask("cat")

    assert [proposal.region.box_xyxy for proposal in answer().open] == [(20, 2, 28, 20)]


def test_the_images_asked_last_keep_their_proposals(finder: Finder, answer: Any) -> None:
    finder.ask("cat")
    answer()
    for number in range(IMAGES_KEPT):
        finder.show(ShownImage(ImageId(100 + number), "one", ONE.pixels))
        finder.add_exemplars(Exemplar(1, 1, 11, 11, positive=False))

    finder.show(ONE)

    assert finder.proposals is None


def test_all_that_a_model_can_think_of_is_never_asked_for(finder: Finder, answer: Any, finding_session: Any) -> None:
    finding_session.instances = [(BOXES[0], 0.01), (BOXES[1], 0.06)]

    finder.set_threshold(0.0)
    finder.ask("cat")

    assert boxes(answer()) == [BOXES[1]]


def test_exemplars_are_asked_beside_the_phrase(finder: Finder, answer: Any, finding_session: Any) -> None:
    not_this = Exemplar(30, 30, 40, 40, positive=False)
    finder.ask("cat")
    finder.add_exemplars(EXEMPLAR)
    finder.add_exemplars(not_this)
    answer()
    finder.ask("")
    answer()
    finder.remove_last_exemplar()
    answer()

    assert finding_session.detected[-1] == ConceptPrompt("", (EXEMPLAR,))
    assert ConceptPrompt("cat", (EXEMPLAR, not_this)) in finding_session.detected
    assert ConceptPrompt("", (EXEMPLAR, not_this)) in finding_session.detected


def test_what_is_only_not_wanted_is_kept_but_not_asked(finder: Finder, finding_session: Any) -> None:
    finder.add_exemplars(Exemplar(1, 1, 11, 11, positive=False))

    assert finder.proposals is not None
    assert not finder.proposals.is_waiting
    finder.set_threshold(0.3)
    assert finding_session.detected == []


def test_without_phrase_and_exemplars_nothing_is_looked_for(finder: Finder, answer: Any) -> None:
    finder.ask("cat")
    answer()

    finder.ask(" ")

    assert finder.proposals is None


def test_what_is_labelled_already_is_not_proposed(finder: Finder, answer: Any, labelled: list[Instance]) -> None:
    labelled.append(Instance(InstanceId(1), ONE.image_id, CategoryId(1), rectangle(20, 0, 40, 18)))

    finder.ask("cat")

    assert boxes(answer()) == [BOXES[0]]


def test_of_two_proposals_for_one_thing_the_better_is_kept(finder: Finder, answer: Any, finding_session: Any) -> None:
    finding_session.instances = [((0, 0, 20, 20), 0.7), ((0, 0, 20, 19), 0.8), ((0, 0, 20, 10), 0.6)]

    finder.ask("cat")

    assert boxes(answer()) == [(0, 0, 20, 19), (0, 0, 20, 10)]


def test_what_was_rejected_is_known_by_image_and_phrase(finder: Finder, answer: Any) -> None:
    finder.ask("cat")
    answer()
    finder.reject_focused()
    finder.show(TWO)

    assert [region.box_xyxy for region in finder.rejected(ONE.image_id, "cat")] == [BOXES[1]]
    assert finder.rejected(ONE.image_id, "dog") == finder.rejected(TWO.image_id, "cat") == ()


def test_what_was_rejected_stays_so_at_another_threshold(finder: Finder, answer: Any) -> None:
    finder.ask("cat")
    answer()
    finder.reject_focused()

    finder.set_threshold(0.2)

    assert boxes(answer()) == [BOXES[0], BOXES[2]]


def test_each_image_keeps_what_was_found_on_it(finder: Finder, answer: Any) -> None:
    finder.ask("cat")
    found = answer()

    finder.show(TWO)
    assert finder.proposals is None
    finder.show(ONE)

    assert finder.proposals == found


def test_a_question_left_behind_is_asked_again(finder: Finder, answer: Any, finding_session: Any) -> None:
    finding_session.hold()
    finder.ask("cat")
    finder.show(TWO)
    finding_session.release()

    finder.show(ONE)

    assert boxes(answer()) == [BOXES[1], BOXES[0]]


def test_dropped_while_it_was_looked_for_nothing_comes(
    qtbot: QtBot, finder: Finder, engine: EngineBridge, finding_session: Any
) -> None:
    finding_session.hold()
    finder.ask("cat")
    qtbot.waitUntil(finding_session.has_call_waiting.is_set)

    finder.drop()
    finding_session.release()

    qtbot.waitUntil(lambda: engine.is_idle)
    assert finder.proposals is None


def test_a_failure_is_told_and_another_model_is_asked(
    qtbot: QtBot, finder: Finder, answer: Any, engine: EngineBridge, finding_session: Any
) -> None:
    working = finding_session.detect

    def fail(*_: object, **__: object) -> None:
        raise OutOfMemory("It does not fit.")

    finding_session.detect = fail
    with qtbot.waitSignal(finder.failed) as failed:
        finder.ask("cat")
    assert str(failed.args[0]) == "It does not fit."
    assert answer().has_failed

    finding_session.detect = working
    engine.load(ModelSource(lambda _: finding_session, "Other"))

    qtbot.waitUntil(lambda: finder.proposals is not None and len(finder.proposals.open) == 2)


def test_what_is_typed_between_two_images_is_asked_on_the_second(
    finder: Finder, answer: Any, finding_session: Any
) -> None:
    finder.leave()

    finder.add_exemplars(EXEMPLAR)
    finder.ask("cat")
    assert finder.proposals is None
    assert finding_session.detected == []

    finder.show(TWO)
    assert answer().concept == ConceptPrompt("cat")


def test_whether_phrases_are_taken_is_known_of_a_loaded_model(
    qtbot: QtBot, finder: Finder, engine: EngineBridge, finding_session: Any
) -> None:
    qtbot.waitUntil(lambda: engine.status.stage == "ready")
    assert finder.takes_phrases

    finding_session.capabilities = frozenset({"exemplars"})
    engine.load(ModelSource(lambda _: finding_session, "Other"))

    qtbot.waitUntil(lambda: not finder.takes_phrases)


def test_a_phrase_is_carried_to_the_next_image_once_and_without_exemplars(finder: Finder, answer: Any) -> None:
    finder.ask("cat")
    finder.add_exemplars(EXEMPLAR)
    answer()
    finder.carry_on()

    finder.show(TWO)
    assert answer().concept == ConceptPrompt("cat")
    finder.drop()
    finder.show(ONE)
    finder.drop()
    finder.show(TWO)

    assert finder.proposals is None


def test_what_was_found_on_the_next_image_before_is_not_looked_for_again(
    finder: Finder, answer: Any, finding_session: Any
) -> None:
    finder.show(TWO)
    finder.ask("dog")
    answer()
    finder.show(ONE)
    finder.ask("cat")
    answer()
    finder.carry_on()

    finder.show(TWO)

    assert finder.proposals is not None
    assert finder.proposals.concept == ConceptPrompt("dog")
    assert finding_session.detected == [ConceptPrompt("dog"), ConceptPrompt("cat")]
