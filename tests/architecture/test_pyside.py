"""The PySide6 in use keeps its references: 6.12.0 on Python 3.11 loses one to `None` in each call and aborts."""

from __future__ import annotations

import sys

from PySide6.QtCore import QObject

CALLS = 100_000


def test_qt_calls_that_return_nothing_keep_the_references_to_none() -> None:
    subject = QObject()
    before = sys.getrefcount(None)

    for _ in range(CALLS):
        subject.setObjectName("x")

    assert abs(sys.getrefcount(None) - before) < CALLS // 100
