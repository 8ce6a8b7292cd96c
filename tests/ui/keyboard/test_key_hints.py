"""Hints at a finding begin with what goes on from it."""

from __future__ import annotations

from dataclasses import replace

from sam3_annotator.ui.actions.action_state import ActionState
from sam3_annotator.ui.keyboard.key_hints import key_hints
from sam3_annotator.ui.keyboard.key_map import KeyMap

AT_FINDING = ActionState(has_image=True, finding_count=2, is_at_finding=True, has_next_image=True, instance_count=3)


def hints(state: ActionState) -> dict[str, str]:
    return {hint.key: hint.text for hint in key_hints(state, KeyMap().text)}


def test_a_finding_about_images_says_how_to_go_on_before_what_the_mouse_does() -> None:
    told = hints(AT_FINDING)
    assert list(told.items())[:2] == [("M", "this is fine"), ("F8", "next finding")]
    assert "Click" in told
    assert "M" not in hints(replace(AT_FINDING, is_at_finding=False))


def test_a_finding_about_an_instance_leads_to_the_next_one() -> None:
    selected = replace(AT_FINDING, selection_count=1, tool="select")
    assert {"M", "F8"} <= hints(selected).keys()
    assert "F8" not in hints(replace(selected, is_at_finding=False))


def test_specks_and_pinholes_are_said_to_go_by_one_key() -> None:
    selected = replace(AT_FINDING, selection_count=1)
    leftovers = hints(replace(selected, is_finding_of_leftovers=True))
    assert next(iter(leftovers.items())) == ("K", "remove what is left over")
    assert "K" not in hints(selected)


def test_a_box_is_said_to_be_outlined_where_the_model_can() -> None:
    box = replace(AT_FINDING, selection_count=1, is_finding_of_box=True)
    assert hints(box)["Shift+C"] == "outline it"
    assert "Shift+C" not in hints(replace(box, is_read_only=True))


def test_an_image_that_cannot_be_shown_is_said_to_be_left_out() -> None:
    unreadable = replace(AT_FINDING, is_unreadable=True, is_finding_of_file=True, instance_count=0)
    assert hints(unreadable) == {"F5": "try again", "X": "leave the image out", "F8": "next finding"}
    assert "X" not in hints(replace(unreadable, is_left_out=True))
    of_the_project = replace(unreadable, is_finding_of_file=False)
    assert hints(of_the_project) == {"F5": "try again", "M": "this is fine", "F8": "next finding"}
