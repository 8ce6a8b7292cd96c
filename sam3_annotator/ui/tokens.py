"""The design tokens: every colour, size and kind of text of the window, as plain values."""

from __future__ import annotations

from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from PySide6.QtGui import QFont, QPalette

# A grid of 4 px.
SPACE_XS: Final = 4
SPACE_S: Final = 8
SPACE_M: Final = 12
SPACE_L: Final = 16
SPACE_XL: Final = 24
RADIUS: Final = 6
RADIUS_SMALL: Final = 4
FOCUS_WIDTH: Final = 2
ICON_SIZE: Final = 20
ICON_SIZE_SMALL: Final = 16
TOOL_RAIL_WIDTH: Final = 44
CONTROL_HEIGHT: Final = 28
ROW_HEIGHT: Final = 32

FONT_BODY_PX: Final = 13
FONT_CAPTION_PX: Final = 11
FONT_TITLE_PX: Final = 15
FONT_DISPLAY_PX: Final = 24

DARK: Final = MappingProxyType(
    {
        "canvas": "#17181a",
        "panel": "#1f2124",
        "raised": "#2a2d31",
        "hover": "#33373c",
        "pressed": "#3d4248",
        "line": "#3a3e44",
        "divider": "#131416",
        "text": "#e8eaed",
        "text_dim": "#a6abb3",
        "text_disabled": "#737982",
        "accent": "#4c8dff",
        "accent_text": "#76a8ff",
        "accent_fill": "#2b68dc",
        "accent_fill_hover": "#2f6fe0",
        "accent_fill_pressed": "#285fc4",
        "on_accent": "#ffffff",
        "selection": "#2b3f63",
        "selection_inactive": "#33383f",
        "success": "#2fb170",
        "warning": "#e0a11b",
        "danger": "#e5484d",
        "danger_text": "#ff7a7d",
        "danger_fill": "#c9353a",
        "info_tint": "#223350",
        "warning_tint": "#3b2f16",
        "danger_tint": "#43211f",
        "scroll": "#4a4f56",
        "scroll_hover": "#646a73",
        "tooltip": "#33373c",
        "shadow": "#000000",
        "field": "#17181a",
        "menu": "#26292d",
        "knob": "#e8eaed",
        "line_strong": "#565c64",
        "control_line": "#767c85",
        "focus_on_fill": "#c4d8ff",
        "made_by_hand": "#e2974f",
        "pointed_at": "#4cc3d9",
        "found": "#4c8dff",
        "imported": "#8b929b",
    }
)
LIGHT: Final = MappingProxyType(
    {
        "canvas": "#d9dbde",
        "panel": "#f6f7f8",
        "raised": "#ffffff",
        "hover": "#e8eaed",
        "pressed": "#dcdfe3",
        "line": "#d5d8dc",
        "divider": "#cfd2d7",
        "text": "#1c1e21",
        "text_dim": "#5b6169",
        "text_disabled": "#878d96",
        # The shared #4c8dff, #2fb170, #e0a11b and #e5484d stay below 3 : 1 on light panels; these are
        # the same hues, dark enough to be read as text.
        "accent": "#2a6be0",
        "accent_text": "#2461cf",
        "accent_fill": "#2f6fe0",
        "accent_fill_hover": "#2863d0",
        "accent_fill_pressed": "#2257ba",
        "on_accent": "#ffffff",
        "selection": "#d3e2fc",
        "selection_inactive": "#e2e5e9",
        "success": "#1c7f50",
        "warning": "#8f6400",
        "danger": "#c62f34",
        "danger_text": "#c62f34",
        "danger_fill": "#c9353a",
        "info_tint": "#dfeafd",
        "warning_tint": "#fbf0d6",
        "danger_tint": "#fbe3e2",
        "scroll": "#b9bec5",
        "scroll_hover": "#949aa3",
        "tooltip": "#2a2d31",
        "shadow": "#3a3e44",
        "field": "#ffffff",
        "menu": "#ffffff",
        "knob": "#ffffff",
        "line_strong": "#a9afb7",
        "control_line": "#858b94",
        "focus_on_fill": "#081f47",
        "made_by_hand": "#b65f16",
        "pointed_at": "#0b8297",
        "found": "#2a6be0",
        "imported": "#737a83",
    }
)
# For those whose system asks for more contrast: what is dim elsewhere is plain, and everything has a line around it.
DARK_HIGH_CONTRAST: Final = MappingProxyType(
    {
        **DARK,
        "canvas": "#000000",
        "panel": "#000000",
        "raised": "#101113",
        "menu": "#0b0c0d",
        "field": "#000000",
        "hover": "#2a2d31",
        "line": "#9aa0a8",
        "line_strong": "#c3c8cf",
        "control_line": "#e8eaed",
        "divider": "#767c85",
        "text": "#ffffff",
        "text_dim": "#dfe2e6",
        "text_disabled": "#9aa0a8",
        "accent": "#8cb6ff",
        "accent_text": "#a9c7ff",
        "selection": "#123f94",
        "selection_inactive": "#3d4248",
        "scroll": "#9aa0a8",
        "scroll_hover": "#e8eaed",
    }
)
LIGHT_HIGH_CONTRAST: Final = MappingProxyType(
    {
        **LIGHT,
        "panel": "#ffffff",
        "hover": "#dcdfe3",
        "line": "#5b6169",
        "line_strong": "#3a3e44",
        "control_line": "#1c1e21",
        "divider": "#5b6169",
        "text": "#000000",
        "text_dim": "#2a2d31",
        "text_disabled": "#6b7078",
        "accent": "#0b47b0",
        "accent_text": "#0b47b0",
        "selection": "#b5d0ff",
        "selection_inactive": "#d5d8dc",
        "scroll": "#5b6169",
        "scroll_hover": "#1c1e21",
    }
)
# A tool tip is dark in both themes, so its text does not follow the theme.
TOOLTIP_TEXT: Final = "#e8eaed"
TOOLTIP_TEXT_DIM: Final = "#a6abb3"


@dataclass(frozen=True, slots=True)
class FontRole:
    """Size in pixels and weight of a kind of text; `is_tabular` gives all digits the same width."""

    pixel_size: int
    weight: QFont.Weight = QFont.Weight.Normal
    is_tabular: bool = False


FONT_ROLES: Final = MappingProxyType(
    {
        "body": FontRole(FONT_BODY_PX),
        "strong": FontRole(FONT_BODY_PX, QFont.Weight.DemiBold),
        "caption": FontRole(FONT_CAPTION_PX),
        "caption_strong": FontRole(FONT_CAPTION_PX, QFont.Weight.DemiBold),
        "title": FontRole(FONT_TITLE_PX, QFont.Weight.DemiBold),
        "display": FontRole(FONT_DISPLAY_PX, QFont.Weight.DemiBold),
        "number": FontRole(FONT_BODY_PX, is_tabular=True),
        "number_strong": FontRole(FONT_BODY_PX, QFont.Weight.DemiBold, is_tabular=True),
        "number_title": FontRole(FONT_TITLE_PX, QFont.Weight.DemiBold, is_tabular=True),
        "number_caption": FontRole(FONT_CAPTION_PX, is_tabular=True),
    }
)

PALETTE_ROLES: Final = MappingProxyType(
    {
        QPalette.ColorRole.Window: "panel",
        QPalette.ColorRole.WindowText: "text",
        QPalette.ColorRole.Base: "panel",
        QPalette.ColorRole.AlternateBase: "raised",
        QPalette.ColorRole.Text: "text",
        QPalette.ColorRole.PlaceholderText: "text_dim",
        QPalette.ColorRole.Button: "raised",
        QPalette.ColorRole.ButtonText: "text",
        QPalette.ColorRole.BrightText: "danger_text",
        QPalette.ColorRole.Highlight: "selection",
        QPalette.ColorRole.HighlightedText: "text",
        QPalette.ColorRole.Accent: "accent",
        QPalette.ColorRole.Link: "accent_text",
        QPalette.ColorRole.LinkVisited: "accent_text",
        QPalette.ColorRole.ToolTipBase: "tooltip",
        QPalette.ColorRole.Light: "hover",
        QPalette.ColorRole.Midlight: "hover",
        QPalette.ColorRole.Mid: "line",
        QPalette.ColorRole.Dark: "line",
        QPalette.ColorRole.Shadow: "shadow",
    }
)
