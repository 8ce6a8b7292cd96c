"""The actions of the menu Instance > Attribute: to the attributes, the same as before, one key for each switch."""

from __future__ import annotations

from typing import Final

from sam3_annotator.ui.actions.action_state import ActionState
from sam3_annotator.ui.actions.action_table.spec import ActionSpec

ATTRIBUTE_KEYS: Final = "123456789"


def _can_describe(state: ActionState) -> bool:
    return state.can_write and state.instance_count > 0 and not state.is_making


def _switch(number: int, key: str) -> ActionSpec:
    return ActionSpec(
        f"attribute_{number}",
        f"Attribute {number}",
        (f"Alt+{key}",),
        "Instance/Attribute",
        1,
        tip="Switch it on or off for the selected instances, or for the one just made",
        enabled=_can_describe,
    )


ATTRIBUTE_ACTIONS: Final = (
    ActionSpec(
        "attributes",
        "Set attributes…",
        ("Q",),
        "Instance/Attribute",
        0,
        tip="Find, set or add attributes of the selected instances, or of the one just made",
        enabled=_can_describe,
    ),
    ActionSpec(
        "same_attributes",
        "Same attributes as before",
        ("Shift+Q",),
        "Instance/Attribute",
        0,
        tip="Give the selected instances, or the one just made, those of the one of its category made before",
        enabled=_can_describe,
    ),
    *(_switch(number, key) for number, key in enumerate(ATTRIBUTE_KEYS, start=1)),
)
