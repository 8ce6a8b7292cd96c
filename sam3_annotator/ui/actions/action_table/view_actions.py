"""The actions of the View menu."""

from __future__ import annotations

import sys
from typing import Final

from sam3_annotator.ui.actions.action_table.spec import ActionSpec, with_image


def full_screen_key(platform: str = sys.platform) -> str:
    """Give the key of all programs on a platform; on a Mac F11 shows the desktop."""
    return "Ctrl+Meta+F" if platform == "darwin" else "F11"


def minimising(platform: str = sys.platform) -> tuple[ActionSpec, ...]:
    """Give the action that a Mac leaves to programs, with the key that it has in all of them; elsewhere none."""
    if platform != "darwin":
        return ()
    return (ActionSpec("minimise", "Minimise", ("Ctrl+M",), "View", 3, tip="Put the window into the Dock"),)


VIEW_ACTIONS: Final = (
    ActionSpec("fit", "Fit image", ("F",), "View", 0, tip="Show the whole image", enabled=with_image),
    ActionSpec(
        "zoom_to_object",
        "Zoom to object",
        ("Z",),
        "View",
        0,
        tip="Show what is being made, selected or proposed as large as the canvas allows",
        enabled=lambda state: state.is_making or state.selection_count > 0 or state.is_choosing,
    ),
    ActionSpec("zoom_100", "100 %", ("Ctrl+0",), "View", 0, tip="Show the pixels as they are", enabled=with_image),
    ActionSpec("zoom_in", "Zoom in", ("Ctrl++", "Ctrl+="), "View", 0, enabled=with_image),
    ActionSpec("zoom_out", "Zoom out", ("Ctrl+-",), "View", 0, enabled=with_image),
    ActionSpec(
        "hide_all",
        "Hide all instances",
        ("H",),
        "View",
        1,
        tip="Hide or show all instances on this image",
        enabled=lambda state: state.instance_count > 0,
        text_for=lambda state: "Show all instances" if state.hidden_count else "Hide all instances",
    ),
    ActionSpec(
        "toggle_preview",
        "Preview at the cursor",
        ("Shift+S",),
        "View",
        1,
        tip="With the points tool, show what a click would outline",
        checked=lambda state: state.is_previewing,
    ),
    ActionSpec(
        "light",
        "Brightness and contrast",
        ("L",),
        "View",
        1,
        tip="Show images lighter, darker or with more contrast; their files stay as they are",
        enabled=with_image,
    ),
    ActionSpec(
        "show_original",
        "Original brightness",
        ("Shift+L",),
        "View",
        1,
        tip="Show the image as it is; again: with the brightness and contrast that are set",
        enabled=lambda state: state.has_image and state.has_light,
        checked=lambda state: state.shows_original,
    ),
    ActionSpec(
        "gallery",
        "Instance gallery",
        ("I",),
        "View",
        2,
        tip="See all instances of the project side by side, and mend wrong labels many at a time",
    ),
    ActionSpec(
        "statistics",
        "Statistics",
        ("Ctrl+I",),
        "View",
        2,
        tip="See how far the project is, how its categories are balanced, and what its labels took",
    ),
    ActionSpec(
        "history",
        "History",
        ("U",),
        "View",
        2,
        tip="See what was done in the project step by step, and go back or forth to any state of it",
    ),
    ActionSpec("next_panel", "Next panel", ("F6",), "View/Panels", 1, tip="Move the keyboard to the next panel"),
    ActionSpec("previous_panel", "Previous panel", ("Shift+F6",), "View/Panels", 1),
    ActionSpec(
        "toggle_panels",
        "Show or hide all panels",
        ("F9",),
        "View/Panels",
        2,
        tip="Give the image the room of all panels, or bring them back",
    ),
    ActionSpec("reset_layout", "Reset layout", (), "View/Panels", 2, tip="Put all panels back in their places"),
    ActionSpec("full_screen", "Full screen", (full_screen_key(),), "View", 3),
    *minimising(),
)
