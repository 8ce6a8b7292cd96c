"""The actions of the Edit menu: undo, the tools, copying, deleting and selecting."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from sam3_annotator.ui.actions import rules
from sam3_annotator.ui.actions.action_state import ActionState
from sam3_annotator.ui.actions.action_table.copying_actions import COPYING_ACTIONS
from sam3_annotator.ui.actions.action_table.spec import ActionSpec


def _tool(name: str, text: str, key: str, icon: str, tip: str) -> ActionSpec:
    return ActionSpec(f"tool_{name}", text, (key,), "Edit/Tool", 0, icon, tip, checked=lambda state: state.tool == name)


def _tool_by_hand(name: str, text: str, key: str, icon: str, tip: str) -> ActionSpec:
    """Give a tool whose work changes the project at once."""
    return replace(_tool(name, text, key, icon, tip), enabled=lambda state: not state.is_read_only)


def _undo_enabled(state: ActionState) -> bool:
    is_beside_project = state.is_unfinished or bool(state.dropped) or state.rejection_count > 0
    return is_beside_project or (state.undo_label is not None and not state.is_read_only)


EDIT_ACTIONS: Final = (
    ActionSpec(
        "undo",
        "Undo",
        ("Ctrl+Z",),
        "Edit",
        0,
        tip="Take back the last vertex, prompt, stroke or rejection, bring back what was dropped, else undo a step",
        enabled=_undo_enabled,
        verb=rules.undo_verb,
        meanings=(
            "remove_last_vertex",
            "remove_last_prompt",
            "remove_last_stroke",
            "bring_back",
            "undo_rejection",
            "undo",
        ),
        text_for=rules.undo_text,
    ),
    ActionSpec(
        "redo",
        "Redo",
        ("Ctrl+Shift+Z", "Ctrl+Y"),
        "Edit",
        0,
        tip="Do again what was undone last, a step or a vertex, prompt or stroke",
        enabled=rules.can_redo,
        verb=rules.redo_verb,
        meanings=("put_back", "redo"),
        text_for=rules.redo_text,
    ),
    _tool("select", "Select and edit", "V", "cursor-default-outline", "Select, move and correct instances"),
    _tool("points", "Points", "S", "cursor-default-click-outline", "Click an object to get its outline"),
    _tool("box", "Box", "B", "selection", "Drag a box around an object to get its outline"),
    _tool("exemplar", "Exemplar", "E", "selection-search", "Drag a box around an example to find all like it"),
    _tool_by_hand("polygon", "Polygon", "P", "vector-polygon", "Draw the outline yourself, by clicks or freehand"),
    _tool_by_hand("brush", "Brush", "R", "brush", "Paint an instance with left, erase from it with right"),
    ActionSpec(
        "brush_smaller",
        "Smaller brush",
        ("[",),
        "Edit/Tool",
        1,
        tip="Take the next smaller brush",
        enabled=rules.has_brush,
    ),
    ActionSpec(
        "brush_larger",
        "Larger brush",
        ("]",),
        "Edit/Tool",
        1,
        tip="Take the next larger brush",
        enabled=rules.has_brush,
    ),
    *COPYING_ACTIONS,
    ActionSpec(
        "delete",
        "Delete",
        ("Del",),
        "Edit",
        1,
        tip="Delete the selected instances",
        enabled=lambda state: state.can_write and state.selection_count > 0 and not state.is_making,
        verb=lambda _state: "delete_selection",
        meanings=("delete_selection",),
    ),
    ActionSpec(
        "delete_vertex",
        "Delete vertex",
        ("Backspace",),
        tip="Delete the vertex under the cursor, else the selected instances; reject the proposal",
        enabled=lambda state: state.is_drawing or (state.can_write and not state.has_draft),
        verb=rules.backspace_verb,
        meanings=("remove_last_vertex", "delete_vertex", "reject_proposal"),
        on_canvas=True,
    ),
    ActionSpec(
        "select_all",
        "Select all",
        ("Ctrl+A",),
        "Edit",
        2,
        tip="Select all instances on this image",
        enabled=lambda state: state.instance_count > 0,
    ),
)
