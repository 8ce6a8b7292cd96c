"""What was found becomes instances, in one step, with all that is known of where they come from."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from pytestqt.qtbot import QtBot

from sam3_annotator.model import ConceptPrompt, Exemplar
from sam3_annotator.project import Origin, ProjectStore, PromptRecord, rectangle
from sam3_annotator.ui.assistance.engine_bridge import EngineBridge
from sam3_annotator.ui.assistance.finder import Finder
from sam3_annotator.ui.assistance.shown_image import ShownImage
from sam3_annotator.ui.settings import Settings
from sam3_annotator.ui.store_bridge import StoreBridge
from sam3_annotator.ui.verbs.concept_labelling import ConceptLabelling
from sam3_annotator.ui.verbs.settling import Settling
from sam3_annotator.ui.workspace import Workspace

BOXES = ((0, 0, 10, 10), (20, 0, 40, 20), (50, 30, 70, 50))


@pytest.fixture
def finder(finding_session: Any, engine: EngineBridge, bridge: StoreBridge, workspace: Workspace) -> Finder:
    finding_session.instances = list(zip(BOXES, (0.6, 0.9, 0.7), strict=True))
    image = bridge.store.images()[0]
    workspace.set_image(image.id)
    made = Finder(engine, Settings(), bridge.store.instances)
    Settling(bridge, made, made)
    made.show(ShownImage(image.id, "key", np.zeros((60, 80, 3), dtype=np.uint8)))
    return made


@pytest.fixture
def concepts(store: ProjectStore, workspace: Workspace, finder: Finder) -> ConceptLabelling:
    return ConceptLabelling(store, workspace, finder, lambda name: f"{name} 1.0")


@pytest.fixture
def find(qtbot: QtBot, concepts: ConceptLabelling, finder: Finder) -> Callable[[str], None]:
    """Look for a phrase and wait for the answer."""

    def run(phrase: str) -> None:
        concepts.find(phrase)
        qtbot.waitUntil(lambda: finder.proposals is not None and not finder.proposals.is_waiting)

    return run


def add_categories(store: ProjectStore, *names: str) -> None:
    with store.edit("Add categories") as edit:
        for name in names:
            edit.add_category(name)


def count(store: ProjectStore) -> int:
    return len(store.instances(store.images()[0].id))


def test_all_are_accepted_in_one_step_with_score_and_provenance(store, workspace, finder, concepts, find) -> None:
    add_categories(store, "cat", "dog")
    workspace.set_category(store.categories()[0].id)
    finder.add_exemplars(Exemplar(0, 0, 10, 10, positive=False))
    find("Dog")

    assert concepts.accept_all()

    instances = store.instances(workspace.image_id)
    assert [round(instance.score, 2) for instance in instances] == [0.9, 0.7, 0.6]
    assert {store.category(instance.category_id).name for instance in instances} == {"dog"}
    provenance = instances[0].provenance
    assert (provenance.origin, provenance.model) == (Origin.MODEL, "Fake 1.0")
    assert (provenance.phrase, provenance.threshold) == ("Dog", 0.5)
    assert provenance.prompts == (PromptRecord("exemplar", (0, 0, 10, 10), positive=False),)
    assert store.undo_label == "Add 3 instances"
    store.undo()
    assert count(store) == 0


def test_one_is_accepted_and_the_next_is_in_focus(store, workspace, finder, concepts, find) -> None:
    add_categories(store, "cat")
    workspace.set_category(store.categories()[0].id)
    find("cat")

    assert concepts.accept_focused()

    assert count(store) == 1
    assert [proposal.box_xyxy for proposal in finder.proposals.open] == [BOXES[2], BOXES[0]]
    assert finder.proposals.focused.box_xyxy == BOXES[2]


def test_with_nothing_found_nothing_is_accepted(store, finder, concepts) -> None:
    assert not concepts.accept_focused()
    assert not concepts.accept_all()
    assert count(store) == 0


def test_what_was_found_of_the_phrase_before_is_not_accepted_for_the_next(
    qtbot, store, finder, concepts, find, finding_session
) -> None:
    find("cat")
    finding_session.hold()
    concepts.find("dog")

    assert len(finder.proposals.open) == 3
    assert not concepts.accept_focused()
    assert not concepts.accept_all()

    finding_session.release()
    qtbot.waitUntil(lambda: not finder.proposals.is_waiting)
    assert concepts.accept_focused()


def test_asked_again_nothing_is_accepted_before_the_answer(
    qtbot, store, finder, concepts, find, finding_session
) -> None:
    find("cat")
    assert concepts.accept_all()
    finding_session.hold()
    concepts.find("cat")

    assert finder.proposals.open == ()
    assert not concepts.accept_all()

    finding_session.release()
    qtbot.waitUntil(lambda: not finder.proposals.is_waiting)
    assert count(store) == 3


def test_a_phrase_turns_to_the_category_of_that_name_and_no_other(store, workspace, concepts, find) -> None:
    add_categories(store, "traffic light", "dog")
    workspace.set_category(store.categories()[1].id)

    find("Traffic  Light")
    assert workspace.category_id == store.categories()[0].id
    find("red lamp")
    assert workspace.category_id == store.categories()[0].id


def test_what_is_looked_for_chooses_no_category_for_what_waits_for_one(
    qtbot, store, workspace, finder, concepts, find
) -> None:
    add_categories(store, "dog", "coin")
    with store.edit("Add an instance") as edit:
        coin = edit.add_instance(workspace.image_id, store.categories()[1].id, rectangle(0, 0, 10, 10))

    with qtbot.assertNotEmitted(workspace.category_chosen):
        find("dog")
        workspace.select([coin])
        concepts.find_like_selected()

    assert workspace.category_id == store.categories()[1].id


def test_of_categories_that_differ_in_case_the_phrase_means_the_one_written_so(store, workspace, find) -> None:
    add_categories(store, "Cat", "cat", "CAT")

    find("cat")
    assert store.category(workspace.category_id).name == "cat"
    find("Cat")
    assert store.category(workspace.category_id).name == "Cat"


def test_in_a_project_without_categories_the_phrase_is_the_first(store, workspace, concepts, find) -> None:
    find("cat")

    assert concepts.accept_all()

    assert [category.name for category in store.categories()] == ["cat"]
    assert count(store) == 3
    store.undo()
    assert (store.categories(), count(store)) == ((), 0)


def test_found_by_examples_alone_they_wait_for_a_category(qtbot, store, workspace, finder, concepts) -> None:
    finder.add_exemplars(Exemplar(0, 0, 10, 10))
    qtbot.waitUntil(lambda: len(finder.proposals.open) == 3)
    with qtbot.waitSignal(concepts.category_wanted):
        assert not concepts.accept_all()

    add_categories(store, "coin")
    with qtbot.waitSignal(concepts.category_found):
        workspace.set_category(store.categories()[0].id)

    assert count(store) == 3
    assert finder.proposals.open == ()


def test_what_waits_for_a_category_is_forgotten_with_the_question(qtbot, store, workspace, finder, concepts) -> None:
    finder.add_exemplars(Exemplar(0, 0, 10, 10))
    qtbot.waitUntil(lambda: len(finder.proposals.open) == 3)
    concepts.accept_all()
    finder.drop()

    add_categories(store, "coin")
    workspace.set_category(store.categories()[0].id)

    assert count(store) == 0


def test_accepted_ones_are_not_found_again(store, concepts, find, finder) -> None:
    find("cat")
    concepts.accept_focused()

    find("cat")

    assert [proposal.box_xyxy for proposal in finder.proposals.open] == [BOXES[2], BOXES[0]]


def test_what_cannot_be_stored_stays_a_proposal_and_says_why(qtbot, store, workspace, finder, find) -> None:
    find("cat")
    with ProjectStore.open(store.path, read_only=True) as reading:
        concepts = ConceptLabelling(reading, workspace, finder, str)
        with qtbot.waitSignal(concepts.problem):
            assert not concepts.accept_all()

    assert len(finder.proposals.open) == 3


def test_all_like_the_selected_are_looked_for_and_they_themselves_left_out(
    qtbot, store, workspace, finder, concepts, finding_session
) -> None:
    add_categories(store, "coin")
    with store.edit("Add instances") as edit:
        made = [
            edit.add_instance(workspace.image_id, store.categories()[0].id, rectangle(*map(float, box)))
            for box in BOXES[:2]
        ]
    workspace.select(made)

    concepts.find_like_selected()
    qtbot.waitUntil(lambda: not finder.proposals.is_waiting)

    assert finding_session.detected == [ConceptPrompt("", tuple(Exemplar(*map(float, box)) for box in BOXES[:2]))]
    assert [proposal.box_xyxy for proposal in finder.proposals.open] == [BOXES[2]]
    assert workspace.selection == frozenset()


def test_what_is_like_the_selected_gets_their_category_whatever_was_looked_for_before(
    qtbot, store, workspace, finder, concepts, find, finding_session
) -> None:
    add_categories(store, "dog", "coin")
    _, coin = (category.id for category in store.categories())
    with store.edit("Add instance") as edit:
        one = edit.add_instance(workspace.image_id, coin, rectangle(*map(float, BOXES[0])))
    find("dog")
    workspace.select([one])

    concepts.find_like_selected()
    qtbot.waitUntil(lambda: not finder.proposals.is_waiting)
    concepts.accept_all()

    assert finding_session.detected[-1] == ConceptPrompt("", (Exemplar(*map(float, BOXES[0])),))
    assert {instance.category_id for instance in store.instances(workspace.image_id)} == {coin}
    assert workspace.category_id == coin


def test_like_selected_ones_of_several_categories_the_current_one_stays(store, workspace, finder, concepts) -> None:
    add_categories(store, "dog", "coin", "cat")
    categories = [category.id for category in store.categories()]
    workspace.set_category(categories[2])
    with store.edit("Add instances") as edit:
        made = [
            edit.add_instance(workspace.image_id, category, rectangle(*map(float, box)))
            for category, box in zip(categories, BOXES[:2], strict=False)
        ]
    workspace.select(made)

    concepts.find_like_selected()

    assert len(finder.proposals.concept.exemplars) == 2
    assert workspace.category_id == categories[2]


def test_looking_for_something_and_turning_to_a_proposal_deselect(store, workspace, finder, concepts, find) -> None:
    add_categories(store, "cat")
    with store.edit("Add instance") as edit:
        instance = edit.add_instance(store.images()[0].id, store.categories()[0].id, rectangle(60, 0, 80, 10))

    def deselects(act: Callable[[], None]) -> bool:
        workspace.select((instance,))
        act()
        return not workspace.selection

    assert deselects(lambda: find("dog"))
    assert deselects(lambda: concepts.turn(1))
    assert finder.proposals is not None
    assert finder.proposals.focused is not None
    assert finder.proposals.focused.box_xyxy == BOXES[1]  # not the one after it, which is yet to be looked at
    assert deselects(lambda: concepts.turn_to(BOXES[2]))
    assert finder.proposals.focused.box_xyxy == BOXES[2]
    assert deselects(lambda: concepts.add_exemplars(Exemplar(0, 0, 10, 10)))
