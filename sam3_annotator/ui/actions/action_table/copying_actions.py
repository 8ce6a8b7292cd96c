"""The actions of the Edit menu that copy instances."""

from __future__ import annotations

from typing import Final

from sam3_annotator.ui.actions.action_state import ActionState
from sam3_annotator.ui.actions.action_table.spec import ActionSpec


def can_change_selection(state: ActionState, least: int = 1) -> bool:
    """Say whether so many instances or more are selected and may be changed."""
    return state.can_write and state.selection_count >= least and not state.is_making


def _can_put(state: ActionState) -> bool:
    return state.can_write and not state.is_unreadable and not state.is_making


COPYING_ACTIONS: Final = (
    ActionSpec(
        "cut",
        "Cut",
        ("Ctrl+X",),
        "Edit",
        1,
        tip="Copy the selected instances and delete them",
        enabled=can_change_selection,
    ),
    ActionSpec(
        "copy",
        "Copy",
        ("Ctrl+C",),
        "Edit",
        1,
        tip="Copy the selected instances, for this image or another, also of another project",
        enabled=lambda state: state.has_image and state.selection_count > 0,
    ),
    ActionSpec(
        "paste",
        "Paste",
        ("Ctrl+V",),
        "Edit",
        1,
        tip="Put the copied instances on this image, where they were on theirs",
        enabled=lambda state: _can_put(state) and state.has_copies,
    ),
    ActionSpec(
        "duplicate",
        "Duplicate",
        ("Ctrl+D",),
        "Edit",
        1,
        tip="Put copies of the selected instances beside them",
        enabled=lambda state: can_change_selection(state) and not state.is_unreadable,
    ),
    ActionSpec(
        "keep_previous",
        "Copy all from previous image",
        ("Ctrl+P",),
        "Edit",
        1,
        tip="Put copies of all instances of the previous image on this one",
        enabled=lambda state: _can_put(state) and state.has_previous_image,
    ),
)
