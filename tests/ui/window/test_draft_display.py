"""The draft in words: how much was asked, how good the answer is, and what is still to come."""

from __future__ import annotations

from sam3_annotator.model import PointPrompt
from sam3_annotator.project import CategoryId, ImageId, Instance, InstanceId, Region, rectangle
from sam3_annotator.ui.canvas.draft import Candidate, Draft
from sam3_annotator.ui.window.draft_display import draft_in_words

ASKED = Draft(ImageId(1)).with_prompt(PointPrompt(1, 1))
SQUARE = rectangle(0, 0, 8, 8)
ANSWERED = ASKED.with_candidates([Candidate(SQUARE, 0.9, 1.0), Candidate(SQUARE, 0.8, 1.0)])


def test_words_tell_what_was_asked_and_answered() -> None:
    assert draft_in_words(ASKED) == "Draft: 1 prompt, outlining…"
    assert draft_in_words(ANSWERED) == "Draft: 1 prompt, predicted IoU 0.90, candidate 1 of 2"


def test_draft_that_only_says_where_the_object_is_not_asks_for_a_click_on_it() -> None:
    draft = Draft(ImageId(1)).with_prompt(PointPrompt(1, 1, positive=False))

    assert draft_in_words(draft) == "Draft: 1 prompt, now click on the object"


def test_words_say_that_there_is_no_outline_before_enter_is_pressed() -> None:
    nothing = ASKED.with_candidates([Candidate(Region(), 0.9, 1.0)])

    assert draft_in_words(nothing) == "Draft: 1 prompt, predicted IoU 0.90, nothing found there"


def test_early_accept_is_seen_at_once() -> None:
    assert draft_in_words(ASKED, is_accepting=True) == "Draft: 1 prompt, outlining, then accepting…"
    words = draft_in_words(ASKED, is_accepting=True, ahead=2)
    assert words == "Draft: 1 prompt, outlining, then accepting, then 2 more…"


def test_words_promise_nothing_after_a_failure() -> None:
    again = ANSWERED.with_prompt(PointPrompt(2, 2)).with_failure()

    assert draft_in_words(ASKED.with_failure()) == "Draft: 1 prompt, no answer"
    words = "Draft: 2 prompts, predicted IoU 0.90, candidate 1 of 2, no answer to the last prompt"
    assert draft_in_words(again) == words


def test_words_warn_of_what_is_cut_off() -> None:
    assert draft_in_words(ANSWERED, is_cut=True).endswith("candidate 1 of 2, cut off where the model's view ends")


def test_words_of_a_correction_tell_it_from_a_new_draft() -> None:
    begun = Draft(ImageId(1)).correcting(Instance(InstanceId(1), ImageId(1), CategoryId(1), Region()), CategoryId(1))

    assert draft_in_words(begun) == "Correcting: nothing changed yet"
    asked = begun.with_prompt(PointPrompt(1, 1, positive=False)).with_prompt(PointPrompt(2, 2))
    assert draft_in_words(asked) == "Correcting: 2 prompts, outlining…"
