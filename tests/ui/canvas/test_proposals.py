"""Proposals are accepted or rejected one by one, and the keys are always about one of those left."""

from __future__ import annotations

from dataclasses import replace

import pytest

from sam3_annotator.model import ConceptPrompt, Exemplar
from sam3_annotator.project import Category, CategoryId, ImageId, InstanceCopy, InstanceId, rectangle
from sam3_annotator.ui.canvas.proposals import PropagatedFrom, Proposal, Proposals

CAT = ConceptPrompt("cat")
EXEMPLAR = Exemplar(0, 0, 10, 10)


def proposal(number: int) -> Proposal:
    x = 20.0 * number
    return Proposal((x, 0, x + 10, 10), rectangle(x, 0, x + 10, 10), 0.9 - number / 10, 1.0)


A, B, C = (proposal(number) for number in range(3))


@pytest.fixture
def found() -> Proposals:
    return Proposals(ImageId(1), CAT).waiting().with_found((A, B, C))


def test_the_best_is_in_focus_first(found: Proposals) -> None:
    assert found.focused == A


def test_focus_goes_round_in_both_directions(found: Proposals) -> None:
    assert found.with_focus_moved(1).focused == B
    assert found.with_focus_moved(-1).focused == C
    assert found.with_focus_moved(-1).with_focus_moved(1).focused == A


def test_what_is_settled_is_not_open_any_more(found: Proposals) -> None:
    assert found.with_rejected([B.box_xyxy]).open == (A, C)


def test_after_the_focused_is_settled_the_next_is_in_focus(found: Proposals) -> None:
    assert found.with_focus(B.box_xyxy).with_rejected([B.box_xyxy]).focused == C


def test_after_the_last_is_settled_the_one_before_is_in_focus(found: Proposals) -> None:
    assert found.with_focus(C.box_xyxy).with_rejected([C.box_xyxy]).focused == B


def test_focus_stays_when_another_is_settled(found: Proposals) -> None:
    assert found.with_focus(C.box_xyxy).with_rejected([A.box_xyxy]).focused == C


def test_without_any_left_nothing_is_in_focus(found: Proposals) -> None:
    settled = found.with_rejected(each.box_xyxy for each in (A, B, C))

    assert settled.open == ()
    assert settled.focused is None
    assert settled.with_focus_moved(1) == settled


def test_settled_ones_take_no_focus(found: Proposals) -> None:
    assert found.with_rejected([B.box_xyxy]).with_focus(B.box_xyxy).focused == A


def test_rejections_are_undone_one_by_one_the_last_first(found: Proposals) -> None:
    rejected = found.with_rejected([A.box_xyxy]).with_rejected([C.box_xyxy])

    undone = rejected.with_rejection_undone()
    assert (undone.open, undone.focused) == ((B, C), C)
    assert undone.with_rejection_undone().open == (A, B, C)
    assert undone.with_rejection_undone().with_rejection_undone().open == (A, B, C)
    assert rejected.with_rejections_kept().with_rejection_undone().open == (B,)


def test_a_rejection_of_another_concept_is_not_undone(found: Proposals) -> None:
    asked = found.with_rejected([A.box_xyxy]).with_concept(CAT).waiting().with_found((A, B))

    assert asked.rejected == ()


def test_another_threshold_leaves_rejected_ones_rejected(found: Proposals) -> None:
    assert found.with_rejected([A.box_xyxy]).waiting().with_found((A, B)).open == (B,)


def test_asked_anew_rejected_ones_come_back_with_the_answer(found: Proposals) -> None:
    asked = found.with_rejected([A.box_xyxy]).with_concept(CAT).waiting()

    assert asked.open == (B, C)
    assert not asked.is_current
    assert asked.with_found((A, B, C)).open == (A, B, C)


def test_the_threshold_hides_what_scores_less_and_shows_it_again(found: Proposals) -> None:
    higher = found.with_threshold(0.75)

    assert higher.open == (A, B)
    assert higher.with_threshold(0.5).open == (A, B, C)


def test_below_what_was_asked_more_may_be_found(found: Proposals) -> None:
    answered = found.with_found((A, B, C), 0.5)

    assert answered.is_known_above(0.5)
    assert not answered.is_known_above(0.4)
    assert not answered.with_concept(ConceptPrompt("dog")).is_known_above(0.5)


def test_a_failure_further_down_is_over_where_all_is_known(found: Proposals) -> None:
    failed = found.with_found((A, B, C), 0.5).waiting().with_failure()

    assert failed.with_threshold(0.4).has_failed
    assert not failed.with_threshold(0.6).has_failed


def test_what_an_instance_labels_is_open_again_without_it(found: Proposals) -> None:
    labelled = found.with_labelled({A.box_xyxy: InstanceId(1), B.box_xyxy: InstanceId(2)}).with_rejected([C.box_xyxy])

    assert labelled.open == ()
    assert labelled.with_reopened({InstanceId(1)}).open == (A,)


def test_the_last_answer_is_shown_until_the_next_one_but_known_of_its_own_concept_only(found: Proposals) -> None:
    asked = found.with_concept(ConceptPrompt("cat", (EXEMPLAR,))).waiting()

    assert asked.open == (A, B, C)
    assert found.known == (A, B, C)
    assert asked.known == ()


@pytest.mark.parametrize(
    ("concept", "says"),
    [
        (ConceptPrompt(), False),
        (CAT, True),
        (ConceptPrompt("", (EXEMPLAR,)), True),
        (ConceptPrompt("", (Exemplar(0, 0, 10, 10, positive=False),)), False),
    ],
)
def test_only_a_phrase_or_a_positive_exemplar_says_what_to_find(concept: ConceptPrompt, says: bool) -> None:
    assert Proposals(ImageId(1), concept).says_what is says


def test_a_failure_ends_the_wait_and_keeps_what_was_found(found: Proposals) -> None:
    failed = found.waiting().with_failure()

    assert (failed.is_waiting, failed.has_failed) == (False, True)
    assert failed.open == (A, B, C)
    assert not failed.waiting().has_failed


FROM_ONE = PropagatedFrom(ImageId(1), "1.png", 2)
DOG = Category(CategoryId(4), "dog", "#0072b2", 0)
MISSPELT = InstanceCopy("dgo", "#000000", A.region, score=0.3)


def test_the_image_before_takes_the_place_of_a_concept_and_the_other_way_round(found: Proposals) -> None:
    propagated = found.with_propagated(FROM_ONE)
    assert propagated.says_what
    assert propagated.concept == ConceptPrompt()
    assert not propagated.is_current
    assert propagated.unanswered_source == FROM_ONE

    answered = propagated.waiting().with_found((A, B))
    assert answered.is_current
    assert answered.unanswered_source is None
    assert not answered.with_propagated(FROM_ONE).is_current  # asked anew
    assert answered.with_concept(CAT).propagated_from is None


def test_what_has_a_category_of_its_own_goes_by_what_that_is_called_now(found: Proposals) -> None:
    own = replace(B, copy_of=MISSPELT, category_id=DOG.id)
    shown = found.with_found((A, own, C)).with_threshold(A.score - 0.15)

    renamed = shown.with_categories({DOG.id: DOG})

    assert renamed.open[0] is A
    assert renamed.open[1] is renamed.answer[1]
    assert renamed.open[1].copy_of == replace(MISSPELT, category_name="dog", category_color="#0072b2")
    assert len(renamed.open) == 2
