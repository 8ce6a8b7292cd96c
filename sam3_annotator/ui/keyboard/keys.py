"""Keys as the key map writes them: each has one spelling, in Qt's portable words ("Ctrl+Shift+D", "Enter")."""

from __future__ import annotations

import sys
from types import MappingProxyType
from typing import Final

from PySide6.QtCore import QKeyCombination, Qt
from PySide6.QtGui import QKeyEvent, QKeySequence

from sam3_annotator.ui.modifiers import without

_Modifier = Qt.KeyboardModifier
# What Qt tells apart and nobody else does: the two Enter keys, and Tab with Shift.
_ONE_KEY: Final = MappingProxyType({Qt.Key.Key_Return: Qt.Key.Key_Enter, Qt.Key.Key_Backtab: Qt.Key.Key_Tab})
_NO_KEYS: Final = frozenset(
    {
        Qt.Key.Key_unknown,
        *(Qt.Key.Key_Shift, Qt.Key.Key_Control, Qt.Key.Key_Alt, Qt.Key.Key_AltGr, Qt.Key.Key_Meta),
        *(Qt.Key.Key_Super_L, Qt.Key.Key_Super_R, Qt.Key.Key_Hyper_L, Qt.Key.Key_Hyper_R),
        *(Qt.Key.Key_CapsLock, Qt.Key.Key_NumLock, Qt.Key.Key_ScrollLock, Qt.Key.Key_Mode_switch),
    }
)
_FIRST_SPECIAL_KEY: Final = 0x01000000  # below it, a key's number is that of its character

_ARROWS: Final = "The arrow keys move the selection and the image."
_TAB: Final = "Tab goes to the next candidate or instance, and from one part of the window to the next."
# Keys that canvas, lists and fields need for themselves, and what for.
_RESERVED: Final = MappingProxyType(
    {
        "Enter": "Enter always accepts.",
        "F2": "F2 renames a category in its list.",
        "Menu": "This key opens the menu of what is selected.",
        **{f"{shift}{arrow}": _ARROWS for shift in ("", "Shift+") for arrow in ("Left", "Right", "Up", "Down")},
    }
)
_RESERVED_WITH_ANYTHING: Final = MappingProxyType(
    {
        "Esc": "Esc always takes back or closes what is open.",
        "Space": "Space moves the image while it is held down.",
        "Tab": _TAB,
    }
)


def read_key(text: str) -> str:
    """Give the one spelling of a key in portable words; "" for what is no key, or more than one."""
    pressed = _only_key(text)
    return "" if pressed is None else _spelling(pressed.key(), pressed.keyboardModifiers())


def _only_key(text: str) -> QKeyCombination | None:
    sequence = QKeySequence.fromString(text, QKeySequence.SequenceFormat.PortableText)
    return sequence[0] if sequence.count() == 1 else None  # type: ignore[index]  # PySide's stubs forget it


def key_of(event: QKeyEvent) -> str:
    """Give the key that is pressed, "" while it is only Shift, Ctrl or the like.

    The number pad counts as the row of digits. Shift counts only with letters, Space and keys without a character: on
    some keyboards, digits and signs can only be typed with Shift.
    """
    key, modifiers = Qt.Key(event.key()), event.modifiers()
    if key < _FIRST_SPECIAL_KEY and not chr(key).isalpha() and not chr(key).isspace():
        modifiers = without(modifiers, _Modifier.ShiftModifier)
    return _spelling(key, modifiers)


def _spelling(key: Qt.Key, modifiers: Qt.KeyboardModifier) -> str:
    if key in _NO_KEYS:
        return ""
    if key == Qt.Key.Key_Backtab:
        modifiers |= _Modifier.ShiftModifier
    modifiers = without(modifiers, _Modifier.KeypadModifier, _Modifier.GroupSwitchModifier)
    combination = QKeyCombination(modifiers, _ONE_KEY.get(key, key))
    text = QKeySequence(combination).toString(QKeySequence.SequenceFormat.PortableText)
    # Some keys, such as dead accents, have no words or those of another.
    return text if _only_key(text) == combination else ""


def key_text(key: str) -> str:
    """Word a key as the platform does."""
    return QKeySequence(key).toString(QKeySequence.SequenceFormat.NativeText)


def modifier_words(words: str) -> str:
    """Call Ctrl and Alt, in words for the mouse, as the platform does.

    What Qt calls Ctrl is the key Cmd of a Mac, where a click with the key Ctrl is a right click.
    """
    return words.replace("Ctrl", "Cmd").replace("Alt", "Option") if sys.platform == "darwin" else words


def with_key(words: str, key_words: str) -> str:
    """Name a key in brackets behind what it does, if there is one."""
    return f"{words}\N{NO-BREAK SPACE}({key_words})" if key_words else words


def sequences(key: str) -> list[QKeySequence]:
    """Give what Qt has to watch for: some keys come under two names."""
    names = [key]
    if key.endswith("Enter"):
        names.append(f"{key.removesuffix('Enter')}Return")
    elif key.endswith("Shift+Tab"):
        names.append(f"{key.removesuffix('Tab')}Backtab")
    return [QKeySequence(name) for name in names]


def why_reserved(key: str) -> str:
    """Say what the window needs a key for, so that no other action can have it; "" if it does not."""
    name = key.rpartition("+")[2]
    return _RESERVED.get(key) or _RESERVED_WITH_ANYTHING.get(name, "")
