"""The actions of the Instance menu that combine and reshape whole instances, and the keys that nudge them."""

from __future__ import annotations

import sys
from typing import Final

from sam3_annotator.ui.actions.action_state import ActionState
from sam3_annotator.ui.actions.action_table.copying_actions import can_change_selection
from sam3_annotator.ui.actions.action_table.spec import ActionSpec


def _can_share(state: ActionState) -> bool:
    return can_change_selection(state) and state.instance_count > state.selection_count


def _can_nudge(state: ActionState) -> bool:
    return can_change_selection(state) and state.tool == "select"


def merge_key(platform: str = sys.platform) -> str:
    """Give the key that merges; on a Mac Cmd+M minimises the window of every program."""
    return "Shift+M" if platform == "darwin" else "Ctrl+M"


COMBINING_ACTIONS: Final = (
    ActionSpec(
        "merge",
        "Merge",
        (merge_key(),),
        "Instance",
        4,
        tip="Make the selected instances one, of the category of the largest",
        enabled=lambda state: can_change_selection(state, least=2),
    ),
    ActionSpec(
        "split_parts",
        "Split into parts",
        (),
        "Instance",
        4,
        tip="Make each part of the selected instances an instance of its own",
        enabled=can_change_selection,
    ),
    ActionSpec(
        "take_overlap",
        "Take overlap from others",
        (),
        "Instance",
        4,
        tip="Take the area of the selected instances away from all other visible ones",
        enabled=_can_share,
    ),
    ActionSpec(
        "leave_overlap",
        "Leave overlap to others",
        (),
        "Instance",
        4,
        tip="Take the area of all other visible instances away from the selected ones",
        enabled=_can_share,
    ),
)
RESHAPING_ACTIONS: Final = (
    ActionSpec(
        "fill_holes",
        "Fill holes",
        (),
        "Instance",
        5,
        tip="Fill the holes of the selected instances",
        enabled=can_change_selection,
    ),
    ActionSpec(
        "keep_largest_part",
        "Keep the largest part",
        (),
        "Instance",
        5,
        tip="Remove all smaller parts of the selected instances",
        enabled=can_change_selection,
    ),
    ActionSpec(
        "remove_leftovers",
        "Remove specks and pinholes",
        ("K",),
        "Instance",
        5,
        tip="Remove specks away from the rest of the selected instances, and fill holes of a few pixels",
        enabled=can_change_selection,
    ),
    ActionSpec(
        "simplify",
        "Simplify",
        (),
        "Instance",
        5,
        tip="Leave out vertices of the selected instances, as far as the tolerance of the settings allows",
        enabled=can_change_selection,
    ),
    ActionSpec(
        "toggle_crowd",
        "Crowd or one object",
        (),
        "Instance",
        5,
        tip="Mark the selected instances as crowds, which training leaves out, or as one object each again",
        enabled=can_change_selection,
    ),
)
# One text for the four keys of a kind: they are one entry on the page of keys.
NUDGING_ACTIONS: Final = tuple(
    ActionSpec(
        f"nudge_{key.lower()}{suffix}",
        f"Move the selection by {way}",
        (f"{modifier}{key}",),
        enabled=_can_nudge,
        on_canvas=True,
    )
    for modifier, suffix, way in (("", "", "1 pixel"), ("Shift+", "_far", "10 pixels"))
    for key in ("Left", "Right", "Up", "Down")
)
