"""Which keys are held with another is told alike on every system."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt

from sam3_annotator.ui.modifiers import is_bare, without

NONE, SHIFT, CONTROL, KEYPAD = (
    Qt.KeyboardModifier.NoModifier,
    Qt.KeyboardModifier.ShiftModifier,
    Qt.KeyboardModifier.ControlModifier,
    Qt.KeyboardModifier.KeypadModifier,
)


def test_only_what_is_unwanted_goes() -> None:
    assert without(CONTROL | SHIFT, SHIFT) == CONTROL
    assert without(CONTROL | SHIFT | KEYPAD, SHIFT, KEYPAD) == CONTROL
    assert without(CONTROL, SHIFT) == CONTROL
    assert without(NONE, SHIFT) == NONE


@pytest.mark.parametrize(("held", "bare"), [(NONE, True), (KEYPAD, True), (CONTROL, False), (SHIFT | KEYPAD, False)])
def test_a_key_of_the_number_pad_is_bare_too(held: Qt.KeyboardModifier, bare: bool) -> None:
    assert is_bare(held) == bare
