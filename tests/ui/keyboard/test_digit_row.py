"""Digits are known without Shift on keyboards that have them with Shift, and on no others."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent

from sam3_annotator.ui.keyboard.digit_row import digit_of

NONE, SHIFT = Qt.KeyboardModifier.NoModifier, Qt.KeyboardModifier.ShiftModifier
FRENCH = "&é\"'(-è_çà"


def digit(text: str, scan: int, platform: str = "xcb", modifiers: Qt.KeyboardModifier = NONE, virtual: int = 0) -> str:
    key = ord(text.upper()) if text else Qt.Key.Key_unknown
    return digit_of(QKeyEvent(QKeyEvent.Type.KeyPress, key, modifiers, scan, virtual, 0, text), platform)


@pytest.mark.parametrize(("platform", "first"), [("xcb", 10), ("wayland", 10), ("windows", 2)])
def test_the_row_of_a_french_keyboard_gives_the_digits(platform: str, first: int) -> None:
    assert "".join(digit(text, first + place, platform) for place, text in enumerate(FRENCH)) == "1234567890"


def test_a_mac_tells_its_keys_in_another_way() -> None:
    assert digit("&", 1, "cocoa", virtual=18) == "1"
    assert digit("§", 1, "cocoa", virtual=22) == "6"


@pytest.mark.parametrize(
    ("text", "scan"),
    [
        ("-", 20),  # the key right of 0 on an English keyboard
        ("'", 48),
        ("é", 34),  # Italian
        ("1", 10),
        ("[", 11),  # a layout of programmers, which has 7 with Shift there
        ("", 11),
    ],
)
def test_the_same_characters_elsewhere_and_other_ones_there_are_no_digits(text: str, scan: int) -> None:
    assert digit(text, scan) == ""


def test_with_alt_it_is_the_digit_with_alt() -> None:
    assert digit("&", 10, modifiers=Qt.KeyboardModifier.AltModifier) == "Alt+1"


def test_with_another_modifier_it_is_another_key() -> None:
    assert digit("&", 10, modifiers=SHIFT) == ""
    assert digit("&", 10, modifiers=Qt.KeyboardModifier.ControlModifier) == ""


def test_where_nothing_is_known_of_keys_there_are_no_digits() -> None:
    assert digit("&", 10, "offscreen") == ""
