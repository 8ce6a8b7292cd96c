"""The actions of the Instance menu: drafts, proposals, categories."""

from __future__ import annotations

from typing import Final

from sam3_annotator.ui.actions import rules
from sam3_annotator.ui.actions.action_table.spec import ActionSpec

CATEGORY_KEYS: Final = "1234567890"


def _category(number: int, key: str) -> ActionSpec:
    return ActionSpec(
        f"category_{number}",
        f"Category {number}",
        (key,),
        "Instance/Category",
        1,
        tip="Use it for the polygon or draft and what follows, or give it to the selected instances",
        enabled=lambda state: state.category_count >= number,
        is_hidden_when_disabled=True,
    )


INSTANCE_ACTIONS: Final = (
    ActionSpec(
        "accept",
        "Accept",
        ("Enter", "Return"),
        "Instance",
        0,
        tip="Make the polygon, the draft, the strokes or the proposal an instance of the current category",
        enabled=rules.can_accept,
        verb=rules.accept_verb,
        meanings=("close_polygon", "accept", "keep_strokes", "accept_proposal"),
        text_for=rules.accept_text,
    ),
    ActionSpec(
        "accept_next",
        "Accept and next image",
        ("Shift+Enter", "Shift+Return"),
        "Instance",
        0,
        tip="Accept the polygon, draft, strokes or all proposals, if there are any, call the image done and go on",
        enabled=lambda state: state.can_write and rules.can_go_on(state),
        verb=rules.accept_next_verb,
        meanings=("close_polygon_next", "accept_next", "keep_strokes_next", "accept_proposals_next"),
        text_for=rules.accept_next_text,
    ),
    ActionSpec(
        "accept_proposals",
        "Accept all proposals",
        ("Ctrl+Shift+Enter", "Ctrl+Shift+Return"),
        "Instance",
        0,
        tip="Make everything that was found instances of the current category, or of those of the previous image",
        enabled=lambda state: state.can_write and state.can_accept_all,
    ),
    ActionSpec(
        "escape",
        "Discard draft or deselect",
        ("Esc",),
        "Instance",
        0,
        tip="Drop the polygon, the draft or strokes without category, else the selection, else what was found",
        enabled=lambda state: bool(rules.escape_verb(state)),
        verb=rules.escape_verb,
        meanings=("drop_polygon", "discard_draft", "drop_strokes", "clear_selection", "drop_proposals"),
        text_for=rules.escape_text,
    ),
    ActionSpec(
        "correct",
        "Correct with clicks",
        ("C",),
        "Instance",
        1,
        tip="Go on from the selected instance or the proposal: click what is missing, right click what is too much",
        enabled=rules.can_correct,
        verb=rules.correct_verb,
        meanings=("correct", "correct_proposal"),
    ),
    ActionSpec(
        "outline_boxes",
        "Outline from boxes",
        ("Shift+C",),
        "Instance",
        1,
        tip="Have the model outline the selected instances anew, each from its box, or take what it is shown to draw",
        enabled=rules.can_outline,
        verb=rules.outline_verb,
        meanings=("outline_boxes", "take_outline"),
        text_for=rules.outline_text,
    ),
    ActionSpec(
        "next",
        "Next candidate or instance",
        ("Tab",),
        "Instance",
        2,
        tip="Look at the next candidate of the draft or the next proposal, else select the next instance",
        enabled=lambda state: bool(rules.next_verb(state)),
        verb=rules.next_verb,
        meanings=("next_candidate", "next_proposal", "next_instance"),
        text_for=rules.next_text,
        on_canvas=True,
    ),
    ActionSpec(
        "previous",
        "Previous candidate or instance",
        ("Shift+Tab", "Shift+Backtab"),
        "Instance",
        2,
        tip="The other way round",
        enabled=lambda state: bool(rules.previous_verb(state)),
        verb=rules.previous_verb,
        meanings=("previous_candidate", "previous_proposal", "previous_instance"),
        text_for=rules.previous_text,
        on_canvas=True,
    ),
    ActionSpec(
        "find",
        "Find all…",
        ("/",),
        "Instance",
        3,
        tip="Type what to find on this image",
        enabled=rules.can_find,
    ),
    ActionSpec(
        "find_like",
        "Find all like this",
        ("Shift+E",),
        "Instance",
        3,
        tip="Find all that are like the selected instances, as far as nobody has labelled them",
        enabled=lambda state: rules.can_find(state) and state.selection_count > 0 and not state.is_making,
    ),
    ActionSpec(
        "propagate",
        "Propagate from previous image",
        ("Shift+P",),
        "Instance",
        3,
        tip="Find the instances of the previous image again where they are on this one",
        enabled=rules.can_find,
    ),
    ActionSpec(
        "find_everywhere",
        "Find in all images…",
        ("Ctrl+Shift+F",),
        "Instance",
        3,
        tip="Have everything of some categories found and labelled, image by image, beside your work",
        enabled=lambda state: not state.is_read_only,
    ),
    ActionSpec(
        "propagate_through",
        "Propagate through images…",
        ("Ctrl+Shift+P",),
        "Instance",
        3,
        tip="Have the instances of this image found and labelled on those that follow, one by one, beside your work",
        enabled=rules.can_find,
    ),
)
CATEGORY_ACTIONS: Final = (
    ActionSpec(
        "choose_category",
        "Find or add…",
        ("T",),
        "Instance/Category",
        0,
        tip="Choose a category by its name, as the keys 1 to 9 do, or add one",
        enabled=lambda state: not state.is_read_only,
    ),
    *(_category(number, key) for number, key in enumerate(CATEGORY_KEYS, start=1)),
)
