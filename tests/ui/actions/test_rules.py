"""The rules that give one key several meanings."""

from __future__ import annotations

from dataclasses import replace

import pytest

from sam3_annotator.ui.actions.action_state import ActionState
from sam3_annotator.ui.actions.rules import (
    accept_next_text,
    accept_next_verb,
    accept_text,
    accept_verb,
    backspace_verb,
    can_accept,
    can_correct,
    can_go_on,
    can_redo,
    correct_verb,
    escape_text,
    escape_verb,
    has_brush,
    next_text,
    next_verb,
    outline_text,
    outline_verb,
    previous_text,
    previous_verb,
    redo_text,
    redo_verb,
    undo_text,
    undo_verb,
)
from sam3_annotator.ui.keyboard.key_hints import key_hints
from sam3_annotator.ui.keyboard.key_map import KeyMap

IDLE = ActionState(has_image=True, has_next_image=True, instance_count=3, undo_label="Add instance")
DRAFTING = replace(IDLE, has_draft=True, candidate_count=3)
SELECTING = replace(IDLE, selection_count=2)
CHOOSING = replace(IDLE, has_concept=True, proposal_count=5)
DRAWING = replace(IDLE, tool="polygon", drawn_vertices=3)
PAINTING = replace(IDLE, tool="brush", brush_radius=12)
CORRECTING = replace(IDLE, has_draft=True, lacks_prompt=True, selection_count=1)


def hints(state: ActionState) -> dict[str, str]:
    return {hint.key: hint.text for hint in key_hints(state, KeyMap().text)}


def test_an_image_that_cannot_be_shown_offers_no_clicks() -> None:
    assert list(hints(replace(IDLE, is_unreadable=True))) == ["F5", "D"]


def test_undo_takes_back_the_last_prompt_while_a_draft_is_open() -> None:
    assert undo_verb(DRAFTING) == "remove_last_prompt"
    assert undo_text(DRAFTING) == "Undo last prompt"


def test_undo_takes_back_the_last_step_without_a_draft() -> None:
    assert undo_verb(IDLE) == "undo"
    assert undo_text(IDLE) == "Undo add instance"


@pytest.mark.parametrize("state", [IDLE, replace(IDLE, redo_label="Move vertex"), replace(IDLE, drawn_vertices=2)])
def test_redo_puts_back_what_was_taken_back_before_it_redoes_a_step(state: ActionState) -> None:
    state = replace(state, taken_back="vertex")

    assert (can_redo(state), redo_verb(state), redo_text(state)) == (True, "put_back", "Redo vertex")


def test_no_step_is_redone_beside_what_is_being_made() -> None:
    state = replace(IDLE, redo_label="Move vertex")

    assert [can_redo(each) for each in (state, replace(state, drawn_vertices=2), replace(state, has_draft=True))] == [
        True,
        False,
        False,
    ]


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


@pytest.mark.parametrize(("state", "verb"), [(DRAFTING, "accept"), (DRAWING, "close")])
def test_hints_say_which_category_enter_gives(state: ActionState, verb: str) -> None:
    assert hints(replace(state, category_name="cat"))["Enter"] == f"{verb} as cat"
    assert hints(replace(state, category_name="cat", own_category="dog"))["Enter"] == f"{verb} as dog"
    assert hints(replace(state, category_name="cat" * 20))["Enter"] == verb
    assert hints(state)["Enter"] == verb


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


def test_hints_do_not_promise_to_call_an_image_done_that_is_left_out() -> None:
    idle = replace(IDLE, has_next_image=True)

    assert hints(idle)["Shift+Enter"] == "done, next image"
    assert hints(replace(idle, is_left_out=True))["Shift+Enter"] == "next image"


def test_hints_of_the_last_image_do_not_promise_another() -> None:
    last = replace(IDLE, has_next_image=False)

    assert hints(last)["Shift+Enter"] == "done"
    assert "Shift+Enter" not in hints(replace(last, is_left_out=True))


def test_hints_follow_the_tool() -> None:
    assert "Right click" in hints(replace(IDLE, tool="points"))
    assert "Drag" in hints(replace(IDLE, tool="box"))
    assert hints(replace(IDLE, tool="select"))["Drag"] == "select several"


def test_no_hints_without_an_image() -> None:
    assert key_hints(ActionState(), KeyMap().text) == ()


def test_keys_are_about_proposals_while_some_are_open() -> None:
    assert accept_verb(CHOOSING) == "accept_proposal"
    assert accept_next_verb(CHOOSING) == "accept_proposals_next"
    assert backspace_verb(CHOOSING) == "reject_proposal"
    assert (next_verb(CHOOSING), previous_verb(CHOOSING)) == ("next_proposal", "previous_proposal")
    assert (next_text(CHOOSING), previous_text(CHOOSING)) == ("Next proposal", "Previous proposal")
    assert (escape_verb(CHOOSING), escape_text(CHOOSING)) == ("drop_proposals", "Forget what was found")
    assert correct_verb(CHOOSING) == "correct_proposal"
    assert list(hints(CHOOSING)) == ["Enter", "Backspace", "C", "Tab", "Shift+Enter", "Esc"]


def test_a_draft_comes_before_proposals() -> None:
    both = replace(CHOOSING, has_draft=True, candidate_count=2)

    assert (accept_verb(both), accept_next_verb(both)) == ("accept", "accept_next")
    assert (next_verb(both), escape_verb(both)) == ("next_candidate", "discard_draft")
    assert hints(both) == hints(replace(both, proposal_count=0))


def test_a_selection_is_deselected_and_deleted_before_proposals_are_forgotten_or_rejected() -> None:
    both = replace(CHOOSING, selection_count=1)

    assert escape_verb(both) == "clear_selection"
    assert backspace_verb(both) == "delete_vertex"
    assert "Del" in hints(both)


def test_with_a_selection_enter_accepts_no_proposal_but_tab_leads_to_them_and_all_can_be_accepted() -> None:
    both = replace(CHOOSING, selection_count=1)

    assert not can_accept(both)
    assert accept_next_verb(both) == "accept_proposals_next"
    assert "Enter" not in hints(both)
    assert hints(both)["Tab"] == "next proposal"
    assert hints(SELECTING)["Tab"] == "next instance"


@pytest.mark.parametrize(("name", "text"), [("cat", "accept as cat"), ("", "accept"), ("c" * 100, "accept")])
def test_the_hint_says_what_a_proposal_would_become(name: str, text: str) -> None:
    assert hints(replace(CHOOSING, category_name=name))["Enter"] == text


def test_the_hint_names_the_category_that_a_proposal_has_of_its_own() -> None:
    assert hints(replace(CHOOSING, category_name="cat", own_category="dog"))["Enter"] == "accept as dog"


def test_nobody_goes_on_before_what_is_looked_for_was_seen() -> None:
    looking = replace(IDLE, has_concept=True, is_looking=True)

    assert not can_go_on(looking)
    assert can_go_on(replace(looking, has_draft=True))
    assert can_go_on(CHOOSING)
    assert not can_go_on(replace(DRAFTING, lacks_object=True))


def test_what_is_still_looked_for_can_be_forgotten() -> None:
    looking = replace(IDLE, has_concept=True)

    assert escape_verb(looking) == "drop_proposals"
    assert accept_verb(looking) == "accept"
    assert hints(looking)["Esc"] == "forget what was looked for"


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


@pytest.mark.parametrize(
    "besides",
    [{}, {"has_draft": True, "candidate_count": 2}, {"selection_count": 1}, {"has_concept": True, "proposal_count": 2}],
)
def test_keys_are_about_the_polygon_being_drawn_before_all_else(besides: dict) -> None:
    state = replace(DRAWING, **besides)

    assert (accept_verb(state), accept_text(state)) == ("close_polygon", "Close polygon")
    assert accept_next_verb(state) == "close_polygon_next"
    assert accept_next_text(state) == "Close polygon and next image"
    assert (escape_verb(state), escape_text(state)) == ("drop_polygon", "Drop polygon")
    assert (undo_verb(state), undo_text(state)) == ("remove_last_vertex", "Undo last vertex")
    assert backspace_verb(state) == "remove_last_vertex"
    assert next_verb(state) == ""
    assert not can_correct(state)
    assert list(hints(state)) == ["Enter", "Backspace", "Esc", "Ctrl", "Shift", "Shift+Enter"]


def test_a_mac_is_told_its_own_key_for_snapping(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.platform", "darwin")

    assert hints(DRAWING)["Cmd"] == "snap"
    assert hints(replace(IDLE, tool="polygon"))["Cmd"] == "snap"


def test_a_polygon_of_two_vertices_is_not_closed() -> None:
    short = replace(DRAWING, drawn_vertices=2)

    assert can_accept(DRAWING)
    assert not can_accept(short)
    assert not can_go_on(short)
    assert not {"Enter", "Shift+Enter"} & hints(short).keys()
    assert hints(short)["Click"] == "add a vertex"


def test_menus_say_accept_without_a_polygon() -> None:
    assert (accept_text(DRAFTING), accept_next_text(DRAFTING)) == ("Accept", "Accept and next image")


def test_the_brush_is_there_with_its_tool_and_an_image() -> None:
    assert has_brush(PAINTING)
    assert not has_brush(replace(PAINTING, has_image=False))
    assert not has_brush(IDLE)


def test_hints_of_the_brush_say_what_strokes_do_and_its_size() -> None:
    assert hints(PAINTING)["Drag"] == "paint a new instance"
    assert hints(PAINTING)["[ ]"] == "brush of radius 12 px"
    assert "Right drag" not in hints(PAINTING)

    selected = hints(replace(PAINTING, selection_count=1))
    assert list(selected) == ["Drag", "Right drag", "[ ]", "Esc"]
    assert selected["Drag"] == "add"


def test_escape_drops_strokes_that_wait_for_a_category() -> None:
    waiting = replace(PAINTING, has_strokes_waiting=True)

    assert (escape_verb(waiting), escape_text(waiting)) == ("drop_strokes", "Drop what was painted")
    assert escape_verb(replace(waiting, has_draft=True)) == "discard_draft"
    assert escape_verb(replace(waiting, selection_count=1)) == "clear_selection"


def test_enter_keeps_strokes_that_wait_for_a_category_and_undo_takes_back_the_last() -> None:
    waiting = replace(PAINTING, has_strokes_waiting=True, undo_label="Brush")

    assert can_accept(waiting)
    assert (accept_verb(waiting), accept_text(waiting)) == ("keep_strokes", "Keep what was painted")
    assert accept_next_verb(waiting) == "keep_strokes_next"
    assert (undo_verb(waiting), undo_text(waiting)) == ("remove_last_stroke", "Undo last stroke")
    assert list(hints(waiting)) == ["Enter", "Drag", "Ctrl+Z", "Esc", "[ ]"]
    assert hints(replace(waiting, category_name="cat"))["Enter"] == "keep as cat"
    assert hints(replace(waiting, category_name=""))["Enter"] == "name its category"


def test_what_is_selected_comes_before_strokes_that_wait() -> None:
    beside = replace(PAINTING, has_strokes_waiting=True, selection_count=1, undo_label="Move")

    assert not can_accept(beside)
    assert (undo_verb(beside), undo_text(beside)) == ("undo", "Undo move")


def test_undo_takes_a_rejection_back_while_nothing_is_being_made() -> None:
    state = replace(IDLE, rejection_count=1)

    assert (undo_verb(state), undo_text(state)) == ("undo_rejection", "Undo reject proposal")
    assert undo_verb(replace(state, has_draft=True)) == "remove_last_prompt"


def test_hints_of_a_selection_tell_of_the_arrow_keys_where_they_move_it() -> None:
    assert hints(replace(SELECTING, tool="select"))["Arrow keys"] == "move"
    assert "Arrow keys" not in hints(replace(SELECTING, tool="points"))


def test_shift_c_takes_what_the_model_draws_only_while_it_is_shown() -> None:
    comparing = replace(IDLE, selection_count=1, is_comparing=True)

    assert (outline_verb(comparing), outline_text(comparing)) == ("take_outline", "Take the model's outline")
    assert outline_verb(replace(comparing, is_comparing=False)) == "outline_boxes"


def test_hints_beside_what_the_model_draws_are_about_both_outlines_whatever_the_tool() -> None:
    comparing = replace(IDLE, selection_count=1, is_comparing=True)

    assert list(hints(comparing)) == ["Dots", "Shift+C", "C", "F8"]
    assert list(hints(replace(comparing, tool="brush"))) == ["Dots", "Shift+C", "Drag", "Right drag", "F8"]
    assert list(hints(replace(comparing, is_read_only=True))) == ["Dots", "F8"]


def test_the_brush_asks_for_one_of_several_selected() -> None:
    assert hints(replace(PAINTING, selection_count=2)) == {"Tab": "select one to paint", "Esc": "deselect"}


def test_with_a_draft_open_painting_comes_after_enter() -> None:
    assert hints(replace(DRAFTING, tool="brush"))["Enter"] == "accept, then paint"


def test_with_the_brush_in_the_hand_proposals_are_accepted_as_ever() -> None:
    assert hints(replace(CHOOSING, tool="brush"))["Enter"] == "accept"


def test_a_project_to_be_read_only_offers_no_brush() -> None:
    assert hints(replace(PAINTING, is_read_only=True)) == {"D": "next image"}


@pytest.mark.parametrize("besides", [{}, {"rejection_count": 1}])
def test_undo_brings_back_what_was_dropped_last_while_nothing_is_being_made(besides: dict) -> None:
    state = replace(IDLE, dropped="polygon", **besides)

    assert (undo_verb(state), undo_text(state)) == ("bring_back", "Bring back polygon")
    assert undo_verb(replace(state, has_draft=True)) == "remove_last_prompt"
