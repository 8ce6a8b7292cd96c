"""The actions of the Image menu."""

from __future__ import annotations

from typing import Final

from sam3_annotator.ui.actions.action_state import ActionState
from sam3_annotator.ui.actions.action_table.spec import ActionSpec, with_image, writable
from sam3_annotator.ui.actions.rules import approve_text, can_judge_finding, can_review, judge_finding_text


def _can_judge(state: ActionState) -> bool:
    """Say whether somebody has seen what they say of the image."""
    return state.can_write and not state.is_unreadable


IMAGE_ACTIONS: Final = (
    ActionSpec(
        "next_image",
        "Next image",
        ("D",),
        "Image",
        0,
        tip="Go to the next image",
        enabled=lambda state: state.has_next_image,
    ),
    ActionSpec(
        "previous_image",
        "Previous image",
        ("A",),
        "Image",
        0,
        tip="Go to the previous image",
        enabled=lambda state: state.has_previous_image,
    ),
    ActionSpec(
        "next_unfinished",
        "Next unfinished image",
        ("Ctrl+Shift+D",),
        "Image",
        1,
        tip="Go to the next image that is not done",
        enabled=lambda state: state.has_unfinished_image,
    ),
    ActionSpec(
        "previous_unfinished",
        "Previous unfinished image",
        ("Ctrl+Shift+A",),
        "Image",
        1,
        tip="Go to the previous image that is not done",
        enabled=lambda state: state.has_unfinished_image,
    ),
    ActionSpec(
        "next_finding",
        "Next finding",
        ("F8",),
        "Image",
        2,
        tip="Go to what the check has found next",
        enabled=lambda state: state.finding_count > 0,
    ),
    ActionSpec(
        "previous_finding",
        "Previous finding",
        ("Shift+F8",),
        "Image",
        2,
        enabled=lambda state: state.finding_count > 0,
    ),
    ActionSpec(
        "judge_finding",
        "Dismiss and next finding",
        ("M",),
        "Image",
        2,
        tip="Say that what was found is fine: checks leave it out until what it is about is changed",
        enabled=can_judge_finding,
        text_for=judge_finding_text,
    ),
    ActionSpec("mark_done", "Mark as done", ("Ctrl+Enter", "Ctrl+Return"), "Image", 3, enabled=_can_judge),
    ActionSpec("mark_reviewed", "Mark as reviewed", (), "Image", 3, enabled=_can_judge),
    ActionSpec(
        "mark_empty",
        "Confirm as empty",
        ("O",),
        "Image",
        3,
        tip="Say that there is nothing to annotate on this image",
        enabled=lambda state: _can_judge(state) and not state.instance_count and not state.is_making,
    ),
    ActionSpec("mark_unfinished", "Mark as in progress", (), "Image", 3, enabled=writable),
    ActionSpec(
        "leave_out",
        "Leave out",
        ("X",),
        "Image",
        3,
        tip="Keep the image out of exports, checks and counts; marking it as anything else takes it back",
        # Not while something is made: a hand that misses C or D would drop the image and not notice.
        enabled=lambda state: state.can_write and not state.is_left_out and not state.is_making,
    ),
    ActionSpec(
        "approve",
        "Mark as reviewed and next to review",
        ("Y",),
        "Image",
        4,
        tip="Go on with the next image that is done and not reviewed",
        enabled=can_review,
        text_for=approve_text,
    ),
    ActionSpec(
        "send_back",
        "Send back and next to review",
        ("N",),
        "Image",
        4,
        tip="Call the image in progress again, and go on with the next that is done and not reviewed",
        enabled=can_review,
    ),
    ActionSpec(
        "note",
        "Write note…",
        ("Shift+N",),
        "Image",
        4,
        tip="Write a line for whoever looks at the image next, as why it is sent back; it goes once that is reviewed",
        enabled=writable,
    ),
    ActionSpec(
        "find_moved",
        "Find moved images…",
        (),
        "Image",
        5,
        tip="Look in another folder for images that are missing",
        enabled=writable,
    ),
    ActionSpec("reload_image", "Reload from disk", ("F5",), "Image", 5, enabled=with_image),
)
