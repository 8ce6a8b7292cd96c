"""The words for an answer: how many, or why that is not known."""

from __future__ import annotations

import pytest

from sam3_annotator.model import ConceptPrompt, EngineStage, EngineStatus, Exemplar, Slot
from sam3_annotator.project import ImageId, Region
from sam3_annotator.ui.assistance.status_words import status_words
from sam3_annotator.ui.canvas.proposals import PropagatedFrom, Proposal, Proposals
from sam3_annotator.ui.phrase_bar.answer import answer_words
from sam3_annotator.ui.window.proposals_display import proposals_in_words

COIN, CAT = ConceptPrompt("coin"), ConceptPrompt("cat")
BEFORE = PropagatedFrom(ImageId(1), "1.png", 3)
ASKED = Proposals(ImageId(1), COIN).waiting()


def found(count: int) -> Proposals:
    return ASKED.with_found([Proposal((float(at), 0.0, at + 1.0, 1.0), Region(), 0.9, 1.0) for at in range(count)])


@pytest.mark.parametrize(
    ("proposals", "words", "brief"),
    [
        (ASKED, "Finding…", ""),
        (found(23), "23 found", "23"),
        (found(1234), "1,234 found", "1,234"),
        (found(3).with_rejected([(0.0, 0.0, 1.0, 1.0)]), "2 found", "2"),
        (found(0), "None found", "0"),
        (found(1).with_rejected([(0.0, 0.0, 1.0, 1.0)]), "None left", "0"),
        (ASKED.with_failure(), "No answer", ""),
        (found(23).with_failure(), "No answer", ""),
        (found(23).waiting(), "23 found", "23"),
        (found(0).waiting(), "None found", "0"),
        (found(23).with_concept(CAT).waiting(), "Finding…", ""),
        (ASKED.with_propagated(BEFORE), "Finding…", ""),
        (ASKED.with_propagated(BEFORE).with_found([]), "None found", "0"),
        (ASKED.with_propagated(BEFORE).with_failure(), "No answer", ""),
        (Proposals(ImageId(1), ConceptPrompt("", (Exemplar(0, 0, 9, 9, False),))), "Show what to find", ""),
    ],
)
def test_every_state_of_the_search_has_its_words(proposals: Proposals, words: str, brief: str) -> None:
    told = answer_words(proposals)

    assert (told.text, told.brief) == (words, brief)


def test_failure_says_how_to_try_again() -> None:
    told = answer_words(ASKED.with_failure())

    assert told.tone == "danger"
    assert "asks again" in told.tip


def test_after_an_image_before_it_does_not_speak_of_words() -> None:
    asked = ASKED.with_propagated(BEFORE)

    assert "field" not in answer_words(asked.with_failure()).tip
    assert "example" not in answer_words(asked.with_found([])).tip


@pytest.mark.parametrize("waiting", [ASKED, ASKED.with_propagated(BEFORE)])
def test_bar_status_line_and_model_call_the_search_the_same(waiting: Proposals) -> None:
    word = status_words(EngineStatus(EngineStage.BUSY, Slot.DETECT))

    assert answer_words(waiting).text.lower() == f"{word}…"
    assert proposals_in_words(waiting).lower().startswith(f"{word} ")
