"""The rules that give one key several meanings."""

from __future__ import annotations

from dataclasses import replace

import pytest

from sam3_annotator.ui.action_state import (
    ActionState,
    can_correct,
    escape_verb,
    key_hints,
    next_verb,
    previous_verb,
    redo_text,
    undo_text,
    undo_verb,
)

IDLE = ActionState(has_image=True, has_next_image=True, instance_count=3, undo_label="Add instance")
DRAFTING = replace(IDLE, has_draft=True, candidate_count=3)
SELECTING = replace(IDLE, selection_count=2)
CORRECTING = replace(IDLE, has_draft=True, lacks_prompt=True, selection_count=1)


def hints(state: ActionState) -> dict[str, str]:
    return {hint.key: hint.text for hint in key_hints(state)}


def test_an_image_that_cannot_be_shown_offers_no_clicks() -> None:
    assert list(hints(replace(IDLE, is_unreadable=True))) == ["F5", "D"]


def test_undo_takes_back_the_last_prompt_while_a_draft_is_open() -> None:
    assert undo_verb(DRAFTING) == "remove_last_prompt"
    assert undo_text(DRAFTING) == "Undo last prompt"


def test_undo_takes_back_the_last_step_without_a_draft() -> None:
    assert undo_verb(IDLE) == "undo"
    assert undo_text(IDLE) == "Undo add instance"


def test_redo_names_its_step() -> None:
    assert redo_text(replace(IDLE, redo_label="Move vertex")) == "Redo move vertex"
    assert redo_text(IDLE) == "Redo"


@pytest.mark.parametrize(("state", "verb"), [(DRAFTING, "discard_draft"), (SELECTING, "clear_selection"), (IDLE, "")])
def test_escape_drops_the_draft_before_the_selection(state: ActionState, verb: str) -> None:
    assert escape_verb(state) == verb


@pytest.mark.parametrize(
    ("state", "verb"),
    [
        (DRAFTING, "next_candidate"),
        (replace(DRAFTING, candidate_count=1), ""),
        (SELECTING, "next_instance"),
        (replace(IDLE, instance_count=0), ""),
    ],
)
def test_tab_turns_candidates_while_a_draft_is_open_else_instances(state: ActionState, verb: str) -> None:
    assert next_verb(state) == verb
    assert previous_verb(state) == verb.replace("next", "previous")


def test_hints_of_a_draft_tell_enter_escape_and_tab() -> None:
    assert {"Enter", "Esc", "Tab"} <= hints(DRAFTING).keys()
    assert "Tab" not in hints(replace(DRAFTING, candidate_count=1))


def test_draft_without_an_object_asks_for_one_and_offers_no_enter() -> None:
    assert hints(replace(DRAFTING, lacks_object=True, candidate_count=0)) == {
        "Click": "on the object",
        "Esc": "discard",
    }


def test_tab_is_no_hint_while_all_instances_are_hidden() -> None:
    hidden = replace(IDLE, hidden_count=3)

    assert next_verb(hidden) == ""
    assert "Tab" not in hints(hidden)
    assert hints(hidden)["H"] == "show all instances"
    assert "Tab" in hints(replace(IDLE, hidden_count=2))


def test_hints_promise_nothing_that_a_read_only_project_refuses() -> None:
    assert hints(replace(IDLE, is_read_only=True)) == {"D": "next image"}
    assert list(hints(replace(DRAFTING, is_read_only=True))) == ["Tab", "Esc"]


def test_hints_follow_the_tool() -> None:
    assert "Right click" in hints(replace(IDLE, tool="points"))
    assert "Drag" in hints(replace(IDLE, tool="box"))


def test_no_hints_without_an_image() -> None:
    assert key_hints(ActionState()) == ()


@pytest.mark.parametrize(
    ("state", "can"),
    [
        (replace(IDLE, selection_count=1), True),
        (SELECTING, False),
        (IDLE, False),
        (CORRECTING, False),
        (replace(IDLE, selection_count=1, is_read_only=True), False),
        (replace(IDLE, selection_count=1, is_unreadable=True), False),
    ],
)
def test_one_selected_instance_can_be_corrected_and_the_hints_say_so(state: ActionState, can: bool) -> None:
    assert can_correct(state) == can
    assert ("C" in hints(state)) == can


def test_a_correction_that_has_just_begun_says_what_clicks_do_and_how_to_leave_it() -> None:
    assert list(hints(CORRECTING)) == ["Click", "Right click", "Esc"]
    assert list(hints(replace(CORRECTING, tool="box"))) == ["Drag", "Esc"]
    assert list(hints(replace(CORRECTING, tool="select"))) == ["Esc"]
    assert undo_text(CORRECTING) == "Stop correcting"
