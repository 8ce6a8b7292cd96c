"""The actions on whole instances are offered where they would do something."""

from __future__ import annotations

from dataclasses import replace

import pytest

from sam3_annotator.ui.actions.action_state import ActionState
from sam3_annotator.ui.actions.action_table import ACTIONS, NUDGING_ACTIONS
from sam3_annotator.ui.actions.action_table.copying_actions import COPYING_ACTIONS
from sam3_annotator.ui.actions.action_table.reshaping_actions import COMBINING_ACTIONS, RESHAPING_ACTIONS

ON_IMAGE = ActionState(has_image=True, has_previous_image=True, instance_count=3, has_copies=True, tool="select")
ONE = replace(ON_IMAGE, selection_count=1)
ALL = replace(ON_IMAGE, selection_count=3)
WRITING = [*COPYING_ACTIONS, *COMBINING_ACTIONS, *RESHAPING_ACTIONS, *NUDGING_ACTIONS]
NUDGES = {spec.id for spec in NUDGING_ACTIONS}
RESHAPES = {"split_parts", "fill_holes", "keep_largest_part", "remove_leftovers", "simplify", "toggle_crowd"}
ASKING = {"correct", "outline_boxes", "find_like"}
ON_ONE = {"cut", "copy", "paste", "duplicate", "keep_previous", "take_overlap", "leave_overlap"} | RESHAPES | NUDGES


def enabled(state: ActionState) -> set[str]:
    return {spec.id for spec in WRITING if spec.enabled(state)}


@pytest.mark.parametrize(
    ("state", "expected"),
    [
        (ActionState(has_copies=True), set()),
        (ON_IMAGE, {"paste", "keep_previous"}),
        (replace(ON_IMAGE, has_copies=False, has_previous_image=False), set()),
        (ONE, ON_ONE),
        (ALL, ON_ONE - {"take_overlap", "leave_overlap"} | {"merge"}),
        (replace(ONE, tool="points"), ON_ONE - NUDGES),
        (replace(ONE, is_read_only=True), {"copy"}),
        (replace(ONE, has_draft=True), {"copy"}),
        (replace(ONE, tool="polygon", drawn_vertices=1), {"copy"}),
        (replace(ON_IMAGE, is_unreadable=True), set()),
    ],
)
def test_what_would_do_nothing_is_not_enabled(state: ActionState, expected: set[str]) -> None:
    assert enabled(state) == expected


@pytest.mark.parametrize(
    ("state", "expected"),
    [
        (ON_IMAGE, set()),
        (ONE, ASKING),
        (ALL, ASKING - {"correct"}),
        (replace(ONE, has_draft=True), set()),
        (replace(ONE, is_read_only=True), set()),
        (replace(ONE, is_unreadable=True), set()),
    ],
)
def test_the_model_is_asked_about_what_is_selected_on_an_image_that_it_can_see(
    state: ActionState, expected: set[str]
) -> None:
    assert {spec.id for spec in ACTIONS if spec.id in ASKING and spec.enabled(state)} == expected


def test_every_verb_on_whole_instances_is_in_a_menu_or_has_a_key() -> None:
    assert all(spec in ACTIONS and (spec.menu or spec.shortcuts) for spec in WRITING)
