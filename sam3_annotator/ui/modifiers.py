"""The keys held with another, told alike on every system.

Nothing here is written `& ~some_modifier`: PySide's mask of all modifiers is a negative number on Windows, and what
Python makes of `~` there has none of the modifiers left.
"""

from __future__ import annotations

from PySide6.QtCore import Qt


def without(held: Qt.KeyboardModifier, *unwanted: Qt.KeyboardModifier) -> Qt.KeyboardModifier:
    """Give the modifiers that are held, but for some."""
    for modifier in unwanted:
        held ^= held & modifier
    return held


def is_bare(held: Qt.KeyboardModifier) -> bool:
    """Say whether a key is pressed alone; that it lies on the number pad does not count."""
    return without(held, Qt.KeyboardModifier.KeypadModifier) == Qt.KeyboardModifier.NoModifier
