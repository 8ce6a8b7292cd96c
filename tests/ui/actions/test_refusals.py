"""A disabled action says what is in its way."""

from __future__ import annotations

from dataclasses import replace

import pytest

from sam3_annotator.ui.actions.action_state import ActionState
from sam3_annotator.ui.actions.action_table import ACTIONS
from sam3_annotator.ui.actions.refusals import why_not
from sam3_annotator.ui.keyboard.key_map import default_keys

SPECS = {spec.id: spec for spec in ACTIONS}
IDLE = ActionState(has_image=True, instance_count=3, category_count=3, has_next_image=True)
DRAFT = replace(IDLE, has_draft=True, candidate_count=1)


def key_of(action_id: str) -> str:
    return next(iter(default_keys(action_id)), "")


def said(action_id: str, state: ActionState) -> str:
    return why_not(SPECS[action_id], state, key_of)


@pytest.mark.parametrize(
    ("action_id", "state", "sentence"),
    [
        ("correct", IDLE, "Select an instance first (Tab)."),
        ("correct", replace(IDLE, selection_count=2), "Several instances are selected: select one alone."),
        ("correct", replace(IDLE, instance_count=0), "There are no instances on this image yet."),
        ("merge", replace(IDLE, selection_count=1), "Select two instances or more: Shift+click selects one more."),
        ("delete", replace(DRAFT, selection_count=1), "An outline is open: Enter accepts it, Esc drops it."),
        ("merge", replace(DRAFT, selection_count=1), "An outline is open: Enter accepts it, Esc drops it."),
        ("paste", replace(IDLE, drawn_vertices=4), "A polygon is open: Enter closes it, Esc drops it."),
        ("paste", IDLE, "Nothing has been copied yet."),
        ("accept", IDLE, "There is nothing to accept: no outline is open."),
        ("accept", replace(IDLE, tool="brush"), "There is nothing to accept: no outline is open."),
        (
            "accept",
            replace(IDLE, tool="brush", selection_count=1),
            "What is painted is an instance already: Esc deselects it, to paint a new one.",
        ),
        ("accept", replace(IDLE, drawn_vertices=2), "A polygon needs three vertices or more to be closed."),
        (
            "accept",
            replace(DRAFT, lacks_object=True),
            "Click on the object first: so far, you have only said what is not part of it.",
        ),
        ("next", DRAFT, "The model sees nothing else that this may be."),
        ("next", replace(IDLE, hidden_count=3), "All instances are hidden. Show them (H)."),
        ("next", replace(IDLE, is_looking=True), "What is looked for is still to come."),
        ("next", replace(IDLE, is_looking=True, instance_count=0), "What is looked for is still to come."),
        ("category_4", IDLE, "There are only 3 categories. More are added at the right."),
        ("category_1", replace(IDLE, category_count=0), "There are no categories yet. They are added at the right."),
        (
            "next_image",
            replace(IDLE, has_next_image=False),
            "This is the last image in the list, and no other is left to do.",
        ),
        (
            "next_image",
            replace(IDLE, has_next_image=False, has_unfinished_image=True),
            "This is the last image in the list. Ctrl+Shift+D leads to one that is not done.",
        ),
        ("mark_done", replace(IDLE, is_unreadable=True), "This image cannot be shown. Try again (F5)."),
        ("approve", IDLE, "Nobody has called this image done yet (Ctrl+Enter)."),
        ("mark_empty", IDLE, "There are instances on this image: it is not empty."),
        ("undo", IDLE, "There is nothing to undo."),
        ("redo", IDLE, "There is nothing to redo."),
        ("brush_larger", IDLE, "Take the brush first (R)."),
        ("next_finding", IDLE, "No finding is listed. Check the project first (F7)."),
    ],
)
def test_what_is_in_the_way_is_said(action_id: str, state: ActionState, sentence: str) -> None:
    assert said(action_id, state) == sentence


@pytest.mark.parametrize("action_id", ["delete", "undo", "paste", "merge", "accept", "leave_out"])
def test_in_a_read_only_project_that_is_what_is_in_the_way(action_id: str) -> None:
    state = replace(IDLE, is_read_only=True, selection_count=1, undo_label="Move instance")

    assert said(action_id, state) == "The project is read-only: nothing in it can be changed."


def test_what_a_read_only_project_allows_is_refused_for_another_reason() -> None:
    state = replace(IDLE, is_read_only=True)

    assert said("previous_image", state) == "No image comes before this one in the list."
    assert said("copy", state) == "Select an instance first (Tab)."


def test_nothing_is_said_of_what_can_be_done_or_where_no_image_is_shown() -> None:
    assert said("next_image", IDLE) == ""
    assert said("correct", ActionState()) == ""


def test_every_key_that_can_be_disabled_has_an_answer_but_those_that_scroll_the_view() -> None:
    silent = {
        spec.id
        for spec in ACTIONS
        for state in (IDLE, DRAFT, replace(IDLE, drawn_vertices=2), ActionState(has_image=True))
        if spec.shortcuts and not spec.enabled(state) and not why_not(spec, state, key_of)
    }

    assert {action_id for action_id in silent if not action_id.startswith("nudge")} == set()


@pytest.mark.parametrize(
    ("keys", "sentence"),
    [
        ({"accept": "G", "escape": "Esc"}, "An outline is open: G accepts it, Esc drops it."),
        ({"escape": "Q"}, "An outline is open: Q drops it."),
        ({}, "An outline is open."),
    ],
)
def test_keys_that_were_changed_are_named_as_they_are(keys: dict[str, str], sentence: str) -> None:
    assert (
        why_not(SPECS["delete"], replace(DRAFT, selection_count=1), lambda action_id: keys.get(action_id, ""))
        == sentence
    )
