"""A draft of which the model sees only a part of the image, or more of it than before."""

from __future__ import annotations

import numpy as np
import pytest

from sam3_annotator.model import MaskPrompt, PointPrompt, Window
from sam3_annotator.project import CategoryId, ImageId, Instance, InstanceId, Region, rectangle
from sam3_annotator.ui.canvas.draft import Candidate, Draft

PART = Window(0, 0, 40, 30)
ASKED = Draft(ImageId(1)).with_prompt(PointPrompt(5, 5))
SMALL, LARGE = rectangle(2, 2, 8, 8), rectangle(2, 2, 70, 8)


def candidate(region: Region) -> Candidate:
    return Candidate(region, 0.9, 1.0, logits=np.ones((4, 4), dtype=np.float32))


def test_what_was_answered_is_asked_again_through_a_window_and_shown_meanwhile() -> None:
    closer = ASKED.with_candidates([candidate(SMALL)]).through(PART)

    assert closer.is_waiting
    assert closer.region == SMALL
    assert closer.start == SMALL  # goes on from what is shown


def test_later_prompts_in_the_same_window_correct_the_same_region() -> None:
    closer = ASKED.with_candidates([candidate(SMALL)]).through(PART).with_candidates([candidate(SMALL)])

    assert closer.is_answered
    assert closer.with_prompt(PointPrompt(6, 6)).start == SMALL
    assert ASKED.with_candidates([candidate(SMALL)]).with_prompt(PointPrompt(6, 6)).start is None


def test_a_region_that_reaches_beyond_the_window_is_not_gone_on_from() -> None:
    assert ASKED.with_candidates([candidate(LARGE)]).through(PART).start is None


def test_a_correction_still_begins_with_its_instance_where_nothing_else_is_to_go_on_from() -> None:
    instance = Instance(InstanceId(1), ImageId(1), CategoryId(1), SMALL)
    correction = ASKED.correcting(instance, CategoryId(1)).with_candidates([])

    assert correction.through(PART).start == SMALL


def test_a_chosen_candidate_is_told_by_its_logits_only_where_it_was_seen() -> None:
    chosen = ASKED.with_candidates([candidate(SMALL), candidate(LARGE)]).with_next_candidate()
    further = chosen.with_prompt(PointPrompt(60, 5))

    assert isinstance(further.asked[1], MaskPrompt)
    assert further.through(PART).asked == further.prompts


def test_a_candidate_chosen_before_the_closer_look_does_not_take_its_place() -> None:
    chosen = ASKED.with_candidates([candidate(SMALL), candidate(LARGE)]).with_next_candidate()
    closer = chosen.with_prompt(PointPrompt(6, 6)).through(PART).with_candidates([candidate(SMALL)])

    further = closer.through(None).with_prompt(PointPrompt(60, 5))

    assert further.start == SMALL
    assert further.asked == further.prompts


def test_what_could_not_be_answered_through_a_window_may_be_known_without() -> None:
    failed = ASKED.with_candidates([candidate(SMALL)]).through(PART).with_failure()

    assert failed.through(None).is_answered
    assert not failed.through(None).has_failed


def test_taking_a_prompt_back_shows_what_was_seen_before_it_through_whatever_window() -> None:
    closer = ASKED.with_candidates([candidate(LARGE)]).through(PART).with_prompt(PointPrompt(6, 6))

    shorter = closer.with_candidates([candidate(SMALL)]).without_last_prompt()

    assert shorter.is_answered
    assert (shorter.window, shorter.region) == (None, LARGE)


@pytest.mark.parametrize(
    ("region", "is_cut"),
    [
        (SMALL, False),
        (rectangle(0, 2, 8, 8), False),  # ends where the image does
        (rectangle(2, 2, 40, 8), True),
        (rectangle(2, 2, 8, 30), True),
        (rectangle(2, 2, 39, 8), True),  # simplified
        (rectangle(2, 2, 37, 8), False),
        (Region(), False),
    ],
)
def test_a_region_that_ends_with_the_window_is_cut(region: Region, is_cut: bool) -> None:
    closer = ASKED.through(PART).with_candidates([candidate(region)])

    assert closer.is_cut((60, 80)) is is_cut
    assert not closer.is_cut((30, 40))
    assert not closer.through(None).is_cut((60, 80))
