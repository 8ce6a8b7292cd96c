"""Fills the tokens into the one style sheet, `resources/style/window.qss`."""

from __future__ import annotations

import re
from collections.abc import Mapping
from math import floor
from string import Template
from typing import Final

from sam3_annotator.paths import resources_dir
from sam3_annotator.ui.tokens import RADIUS, RADIUS_SMALL, TOOLTIP_TEXT

# `26px` goes with the size of text; `26px-2` is that less 2 px, which a wider border takes, `7px+1` 1 px more.
_LENGTH: Final = re.compile(r"(radius: )?(\d+)px([+-]\d)?")
_THICKEST_LINE: Final = 3  # lines and rings are as thin at any size of text


def style_sheet(colors: Mapping[str, str], text_scale: float = 1.0) -> str:
    """Give the style sheet in these colours, role -> `#rrggbb`; `KeyError` for a role that is missing."""
    folder = resources_dir() / "style"
    template = Template((folder / "window.qss").read_text(encoding="utf-8"))
    sizes = {"radius": str(RADIUS), "radius_small": str(RADIUS_SMALL)}
    sheet = template.substitute(colors, **sizes, style=folder.as_posix(), tooltip_text=TOOLTIP_TEXT)

    def length(found: re.Match[str]) -> str:
        radius, size, more = found[1] or "", int(found[2]), int(found[3] or 0)
        if size <= _THICKEST_LINE:
            return f"{radius}{size}px"
        # Qt paints corners square that are rounder than half of what they are of.
        rounded = floor(size * text_scale) if radius else round(size * text_scale)
        return f"{radius}{rounded + more}px"

    return _LENGTH.sub(length, sheet)
