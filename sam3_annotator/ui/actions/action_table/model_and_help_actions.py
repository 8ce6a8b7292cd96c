"""The actions of the Model and Help menus."""

from __future__ import annotations

from typing import Final

from sam3_annotator.ui.actions.action_table.spec import ActionSpec

MODEL_AND_HELP_ACTIONS: Final = (
    ActionSpec("choose_model", "Choose a model…", ("Ctrl+Shift+M",), "Model", 0, tip="Use, add or download a model"),
    ActionSpec("model_details", "Model details", (), "Model", 0, tip="Name, device and what the model can do"),
    ActionSpec(
        "look_closer",
        "Look closer at what is in view",
        ("W",),
        "Model",
        1,
        tip="Have the model look at the part in view alone, where small things are large; again: at the whole image",
        enabled=lambda state: state.has_image and not state.is_unreadable,
        checked=lambda state: state.is_looking_closer,
    ),
    ActionSpec("shortcuts", "Keyboard shortcuts", ("F1",), "Help", 0, "keyboard-outline", "See and change all keys"),
    ActionSpec("open_logs", "Open the log folder", (), "Help", 1),
    ActionSpec("about", "About SAM 3 Annotator", (), "Help", 2),
)
