"""What of PySide6 is not as it should be, and is not used, or not in use, here."""

from __future__ import annotations

import ast
import sys
from pathlib import Path

from PySide6.QtCore import QObject

CALLS = 100_000


def test_no_modifiers_are_taken_away_by_their_complement() -> None:
    """On Windows `~Qt.KeyboardModifier.ShiftModifier` has no other modifier in it: `ui.modifiers` has what works."""
    wrong = [
        f"{path.name}:{node.lineno}: {ast.unparse(node)}"
        for path in (Path(__file__).parents[2] / "sam3_annotator").rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Invert) and "Modifier" in ast.unparse(node)
    ]

    assert wrong == []


def test_qt_calls_that_return_nothing_keep_the_references_to_none() -> None:
    """6.12.0 on Python 3.11 loses one in each call and aborts."""
    subject = QObject()
    before = sys.getrefcount(None)

    for _ in range(CALLS):
        subject.setObjectName("x")

    assert abs(sys.getrefcount(None) - before) < CALLS // 100
