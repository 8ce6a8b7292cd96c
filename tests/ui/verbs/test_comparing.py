"""One image is compared with a model by boxes and phrases; stopped in between, that goes on where it was."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from sam3_annotator.model import Cancelled, ConceptPrompt, UnsupportedPrompt
from sam3_annotator.project import (
    BY_BOXES,
    BY_PHRASES,
    ImageState,
    ProjectStore,
    labelled_on,
    rectangle,
    sought_categories,
)
from sam3_annotator.ui.verbs.comparing import ImageComparison, images_to_compare, kinds_found_by

SQUARE, FREE = (5, 5, 25, 25), (40, 5, 55, 20)
PIXELS = np.zeros((60, 80, 3), np.uint8)


@pytest.fixture
def labelled(store: ProjectStore) -> ProjectStore:
    """Label two cats and a dog on the first of four images, which is done."""
    with store.edit("Label") as edit:
        cat, dog = edit.add_category("cat"), edit.add_category("dog")
        first = store.images()[0].id
        for left, category in ((5, cat), (30, cat), (30, dog)):
            edit.add_instance(first, category, rectangle(left, 30, left + 20, 50))
        edit.update_image(first, state=ImageState.DONE)
    return store


@pytest.fixture
def comparison(labelled: ProjectStore) -> ImageComparison:
    return ImageComparison(labelled_on(labelled, labelled.images()[0], 60, 80), sought_categories(labelled))


def ask(comparison: ImageComparison, session: Any, stops_at: int = 0) -> int:
    """Ask, and be stopped at one of the checks of the comparison itself; gives how many boxes were drawn."""
    drawn = checks = 0

    def draw(box: tuple[float, float, float, float]) -> np.ndarray:
        nonlocal drawn
        drawn += 1
        return np.zeros((60, 80), np.bool_)

    def check() -> None:
        nonlocal checks
        checks += 1
        if checks == stops_at:
            raise Cancelled

    def detect(embedding: Any, concept: ConceptPrompt, **more: Any) -> Any:
        return type(session).detect(session, embedding, concept, threshold=more["threshold"])

    session.detect = detect  # without the checks of the session, which are in the middle of a question
    comparison.ask(session, session.embed(PIXELS), draw, check)
    return drawn


def test_each_box_and_each_phrase_is_asked_once(comparison: ImageComparison, finding_session: Any) -> None:
    finding_session.seen = {"cat": [(FREE, 0.8), (SQUARE, 0.2)]}

    assert ask(comparison, finding_session) == 3

    assert finding_session.detected == [ConceptPrompt("cat"), ConceptPrompt("dog")]
    assert len(comparison.agreements) == 3
    assert comparison.seen is not None
    assert [each.region.box_xyxy for each in comparison.seen.missed] == [FREE]


@pytest.mark.parametrize("stops_at", range(1, 9))
def test_stopped_anywhere_it_asks_nothing_twice(
    comparison: ImageComparison, finding_session: Any, stops_at: int
) -> None:
    with pytest.raises(Cancelled):
        ask(comparison, finding_session, stops_at)

    assert ask(comparison, finding_session) == max(0, 3 - stops_at)

    assert finding_session.detected == [ConceptPrompt("cat"), ConceptPrompt("dog")]
    assert len(comparison.agreements) == 3
    assert comparison.seen is not None
    assert len(comparison.seen.instances) == 3


def test_a_model_is_asked_what_it_takes(comparison: ImageComparison, finding_session: Any) -> None:
    finding_session.capabilities = frozenset({"phrases", "exemplars"})
    assert ask(comparison, finding_session) == 0
    assert comparison.seen is not None
    assert comparison.agreements == []

    finding_session.capabilities = frozenset({"boxes"})
    assert ask(comparison, finding_session) == 3
    assert len(finding_session.detected) == 2


def test_what_it_takes_says_what_can_be_found(fake_session: Any) -> None:
    found = []
    for capabilities in ({"boxes", "points"}, {"phrases"}, {"boxes", "phrases"}):
        fake_session.capabilities = frozenset(capabilities)
        found.append(kinds_found_by(fake_session))
    assert found == [BY_BOXES, BY_PHRASES, BY_BOXES | BY_PHRASES]

    fake_session.capabilities = frozenset({"points"})
    with pytest.raises(UnsupportedPrompt, match="“Fake” takes neither boxes nor phrases"):
        kinds_found_by(fake_session)


@pytest.mark.parametrize(
    ("state", "has_questions"),
    [(ImageState.IN_PROGRESS, False), (ImageState.DONE, True), (ImageState.CONFIRMED_EMPTY, True)],
)
def test_without_instances_there_is_something_to_ask_on_a_finished_image_alone(
    labelled: ProjectStore, finding_session: Any, state: ImageState, has_questions: bool
) -> None:
    with labelled.edit("Change") as edit:
        edit.update_image(labelled.images()[1].id, state=state)
    image, sought = labelled.images()[1], sought_categories(labelled)

    assert (image in images_to_compare(labelled, sought)) is has_questions
    assert image not in images_to_compare(labelled, ())
    comparison = ImageComparison(labelled_on(labelled, image, 48, 64), sought)
    assert comparison.has_questions(finding_session) is has_questions
