"""Keys for those who come from other programs, as far as the same things can be done here: changes of the table."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from sam3_annotator.ui.actions.action_table import CATEGORY_KEYS

KEY_PRESETS: Final[Mapping[str, Mapping[str, tuple[str, ...]]]] = MappingProxyType(
    {
        "CVAT": {
            "next_image": ("F",),
            "previous_image": ("D",),
            "accept": ("N",),
            "fit": ("Shift+F",),
            "hide_all": ("T",),
            "send_back": ("Shift+Y",),
            "choose_category": ("G",),
            "keep_previous": ("Ctrl+B",),
            "zoom_100": ("Shift+Z",),
            **{f"category_{number}": (f"Ctrl+{key}",) for number, key in enumerate(CATEGORY_KEYS, start=1)},
        },
        "labelme": {
            "tool_polygon": ("Ctrl+N",),
            "new_project": ("Ctrl+Shift+N",),
            "tool_box": ("Ctrl+R",),
            "tool_select": ("Ctrl+J",),
            "fit": ("Ctrl+F",),
            "hide_all": ("T",),
            "choose_category": ("G",),
            "open_folder": ("Ctrl+U",),
        },
    }
)
