"""Fills the tokens into the one style sheet, `resources/style/window.qss`."""

from __future__ import annotations

from collections.abc import Mapping
from string import Template

from sam3_annotator.paths import resources_dir
from sam3_annotator.ui.tokens import RADIUS, RADIUS_SMALL, TOOLTIP_TEXT


def style_sheet(colors: Mapping[str, str]) -> str:
    """Give the style sheet in these colours, role -> `#rrggbb`; `KeyError` for a role that is missing."""
    folder = resources_dir() / "style"
    template = Template((folder / "window.qss").read_text(encoding="utf-8"))
    sizes = {"radius": str(RADIUS), "radius_small": str(RADIUS_SMALL)}
    return template.substitute(colors, **sizes, style=folder.as_posix(), tooltip_text=TOOLTIP_TEXT)
