"""Undo pressed while the button is still held is about what it is held for, and about nothing else."""

from __future__ import annotations

from typing import Any

import pytest
from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from sam3_annotator.ui.canvas.view import CanvasView

CTRL = Qt.KeyboardModifier.ControlModifier


def takes_undo(canvas: CanvasView) -> bool:
    """Say whether the canvas keeps the key from becoming a shortcut of the window."""
    override = QKeyEvent(QEvent.Type.ShortcutOverride, Qt.Key.Key_Z, CTRL)
    override.ignore()
    QApplication.sendEvent(canvas, override)
    return override.isAccepted()


@pytest.mark.parametrize("tool", ["box", "exemplar", "brush"])
def test_undo_during_a_drag_ends_it_without_effect(canvas: CanvasView, hand: Any, tool: str) -> None:
    made: list[object] = []
    for announced in (canvas.prompt_added, canvas.exemplar_added, canvas.region_drawn):
        announced.connect(lambda *what: made.append(what))
    canvas.set_tool(tool)
    assert not takes_undo(canvas)

    hand.begin_drag((50, 60), (150, 120))
    assert takes_undo(canvas)
    QTest.keyClick(canvas, Qt.Key.Key_Z, CTRL)
    hand.release(150, 120)

    assert made == []
    assert not takes_undo(canvas)
