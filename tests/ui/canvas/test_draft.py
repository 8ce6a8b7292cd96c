"""The draft: prompts, answers and the step back."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, strategies as st
from numpy.typing import NDArray

from sam3_annotator.model import BoxPrompt, MaskPrompt, PointPrompt, Prompt
from sam3_annotator.project import CategoryId, ImageId, Instance, InstanceId, Polygon, Region
from sam3_annotator.ui.canvas.draft import Candidate, Draft


def square(size: float) -> Region:
    return Region((Polygon([(0, 0), (size, 0), (size, size), (0, size)]),))


def candidate(size: float, logits: NDArray[np.float32] | None = None) -> Candidate:
    return Candidate(square(size), predicted_iou=0.9, simplification_iou=0.99, logits=logits)


@pytest.fixture
def draft() -> Draft:
    return Draft(ImageId(1))


@pytest.fixture
def correction(draft: Draft) -> Draft:
    """Begin to correct a square of 7 pixels."""
    return draft.correcting(Instance(InstanceId(3), ImageId(1), CategoryId(1), square(7)), CategoryId(1))


def test_a_new_draft_is_empty_and_waits_for_nothing(draft: Draft) -> None:
    assert draft.region == Region()
    assert draft.candidates == ()
    assert not draft.is_waiting


def test_a_prompt_makes_the_draft_wait_until_it_is_answered(draft: Draft) -> None:
    asked = draft.with_prompt(PointPrompt(1, 1))

    answered = asked.with_candidates([candidate(2), candidate(3)])

    assert asked.is_waiting
    assert not answered.is_waiting
    assert answered.region == square(2)
    assert draft.prompts == ()


def test_what_only_tells_where_the_object_is_not_waits_for_no_answer(draft: Draft) -> None:
    beside = draft.with_prompt(PointPrompt(1, 1, positive=False))

    assert not beside.is_waiting
    assert beside.with_prompt(PointPrompt(2, 2)).is_waiting
    assert beside.with_prompt(BoxPrompt(0, 0, 5, 5)).is_waiting


def test_the_last_answer_stays_visible_while_a_newer_prompt_waits(draft: Draft) -> None:
    answered = draft.with_prompt(PointPrompt(1, 1)).with_candidates([candidate(2)])

    asked_again = answered.with_prompt(PointPrompt(2, 2, positive=False))

    assert asked_again.is_waiting
    assert asked_again.region == square(2)


def test_taking_a_prompt_back_restores_its_answer_without_asking_again(draft: Draft) -> None:
    first = draft.with_prompt(PointPrompt(1, 1)).with_candidates([candidate(2)])
    second = first.with_prompt(BoxPrompt(0, 0, 5, 5)).with_candidates([candidate(5), candidate(6)])

    back = second.with_next_candidate().without_last_prompt()

    assert back == first
    assert not back.is_waiting


def test_taking_back_the_only_prompt_empties_the_draft(draft: Draft) -> None:
    answered = draft.with_prompt(PointPrompt(1, 1)).with_candidates([candidate(2)])

    assert answered.without_last_prompt() == draft
    assert draft.without_last_prompt() == draft


def test_taking_back_an_unanswered_prompt_keeps_the_chosen_candidate(draft: Draft) -> None:
    chosen = draft.with_prompt(PointPrompt(1, 1)).with_candidates([candidate(2), candidate(3)]).with_next_candidate()

    back = chosen.with_prompt(PointPrompt(9, 9)).without_last_prompt()

    assert back == chosen
    assert back.region == square(3)


def test_taking_an_answered_prompt_back_shows_the_candidate_chosen_before_it(draft: Draft) -> None:
    chosen = draft.with_prompt(PointPrompt(1, 1)).with_candidates([candidate(2), candidate(3)]).with_next_candidate()
    corrected = chosen.with_prompt(PointPrompt(9, 9)).with_candidates([candidate(4), candidate(5)])

    back = corrected.without_last_prompt()

    assert corrected.region == square(4)
    assert back == chosen
    assert back.region == square(3)


def test_a_prompt_after_another_candidate_was_chosen_goes_on_from_that_one(draft: Draft) -> None:
    first, second, third = PointPrompt(1, 1), PointPrompt(9, 9), PointPrompt(5, 5)
    offered = [candidate(size, np.full((2, 2), size, np.float32)) for size in (2, 3)]
    chosen = draft.with_prompt(first).with_candidates(offered).with_next_candidate()

    asked = chosen.with_prompt(second).with_candidates([candidate(4)]).with_prompt(third).asked

    assert (asked[0], *asked[2:]) == (first, second, third)
    assert isinstance(asked[1], MaskPrompt)
    assert asked[1].mask.tolist() == [[3, 3], [3, 3]]


def test_a_prompt_after_the_best_candidate_needs_no_mask(draft: Draft) -> None:
    offered = [candidate(2, np.zeros((2, 2), np.float32)), candidate(3)]
    answered = draft.with_prompt(PointPrompt(1, 1)).with_candidates(offered)

    asked_again = answered.with_next_candidate().with_next_candidate(-1).with_prompt(PointPrompt(9, 9))

    assert asked_again.asked == asked_again.prompts


def test_an_answer_without_candidates_ends_the_waiting_with_an_empty_region(draft: Draft) -> None:
    answered = draft.with_prompt(PointPrompt(1, 1)).with_candidates([])

    assert not answered.is_waiting
    assert answered.region == Region()
    assert answered.with_next_candidate() == answered


def test_candidates_cycle_both_ways(draft: Draft) -> None:
    answered = draft.with_prompt(PointPrompt(1, 1)).with_candidates([candidate(2), candidate(3), candidate(4)])

    forward = [answered.region]
    for _ in range(3):
        answered = answered.with_next_candidate()
        forward.append(answered.region)

    assert forward == [square(2), square(3), square(4), square(2)]
    assert answered.with_next_candidate(-1).region == square(4)


def test_prompts_that_could_not_be_answered_wait_no_longer_until_they_change(draft: Draft) -> None:
    failed = draft.with_prompt(PointPrompt(1, 1)).with_failure()

    assert (failed.is_waiting, failed.is_answered) == (False, False)
    assert failed.with_failure(has_failed=False).is_waiting
    assert failed.with_prompt(PointPrompt(2, 2)).is_waiting
    assert failed.with_prompt(PointPrompt(2, 2)).with_failure().without_last_prompt().is_waiting
    assert failed.with_candidates([candidate(2)]).is_answered
    assert not failed.with_candidates([candidate(2)]).has_failed


def test_a_correction_begins_with_the_region_of_its_instance_and_waits_for_nothing(correction: Draft) -> None:
    assert correction.region == correction.start == square(7)
    assert correction.says_where
    assert not correction.is_waiting
    assert correction.candidates == ()


def test_a_correction_may_begin_with_what_does_not_belong_to_the_object(draft: Draft, correction: Draft) -> None:
    off = PointPrompt(1, 1, positive=False)

    assert correction.with_prompt(off).is_waiting
    assert not draft.with_prompt(off).is_waiting


def test_a_correction_shows_its_instance_until_it_is_answered_and_again_without_prompts(correction: Draft) -> None:
    asked = correction.with_prompt(PointPrompt(1, 1, positive=False))

    answered = asked.with_candidates([candidate(2), candidate(3)])

    assert asked.region == square(7)
    assert answered.with_next_candidate().region == square(3)
    assert answered.without_last_prompt() == correction


def test_a_correction_that_leaves_nothing_shows_nothing(correction: Draft) -> None:
    assert correction.with_prompt(PointPrompt(1, 1, positive=False)).with_candidates([]).region == Region()


prompts = st.builds(PointPrompt, st.floats(0, 100), st.floats(0, 100), st.booleans())


@given(st.lists(prompts, max_size=6), st.lists(st.booleans(), min_size=6, max_size=6))
def test_every_prompt_can_be_taken_back_to_an_empty_draft(given_prompts: list[Prompt], is_answered: list[bool]) -> None:
    draft = Draft(ImageId(1))
    past = []
    for prompt, answers in zip(given_prompts, is_answered, strict=False):
        past.append(draft)
        draft = draft.with_prompt(prompt)
        if answers:
            draft = draft.with_candidates([candidate(len(draft.prompts))])

    for earlier in reversed(past):
        draft = draft.without_last_prompt()
        assert draft == earlier
