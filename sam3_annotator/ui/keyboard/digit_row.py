"""Digits on keyboards that have them with Shift only: the same keys without Shift, known by place and character."""

from __future__ import annotations

from types import MappingProxyType
from typing import Final

from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication, QKeyEvent

_DIGITS: Final = "1234567890"
# What the row of digits types without Shift where the digits need it.
_ROWS: Final = (
    "&é\"'(-è_çà",  # French
    "&é\"'(§è!çà",  # Belgian, and French on a Mac
    '"«»()@+-/*',  # BÉPO
    "+ěščřžýáíé",  # Czech
    "+ľščťžýáíé",  # Slovak
)
_MODIFIERS: Final = MappingProxyType({Qt.KeyboardModifier.NoModifier: "", Qt.KeyboardModifier.AltModifier: "Alt+"})
# What the systems call the keys of that row, from the left.
_LINUX: Final = tuple(range(10, 20))
_SCAN_CODES: Final = MappingProxyType({"xcb": _LINUX, "wayland": _LINUX, "windows": tuple(range(2, 12))})
_MAC: Final = (18, 19, 20, 21, 23, 22, 26, 28, 25, 29)


def digit_of(event: QKeyEvent, platform: str = "") -> str:
    """Give the digit that a key pressed without Shift stands for on such a keyboard, with Alt `Alt+1`; "" for others.

    `platform` is Qt's name of the window system, by default that of the program.
    """
    platform = platform or QGuiApplication.platformName()
    is_mac = platform == "cocoa"
    code = event.nativeVirtualKey() if is_mac else event.nativeScanCode()
    codes = _MAC if is_mac else _SCAN_CODES.get(platform, ())
    modifiers = event.modifiers()
    if modifiers not in _MODIFIERS or code not in codes:
        return ""
    place = codes.index(code)
    is_digit = any(row[place] == event.text().lower() for row in _ROWS)
    return f"{_MODIFIERS[modifiers]}{_DIGITS[place]}" if is_digit else ""
