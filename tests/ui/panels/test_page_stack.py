"""Of pages in one place, only the one that is shown takes room."""

from __future__ import annotations

from PySide6.QtWidgets import QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from sam3_annotator.ui.panels.page_stack import PageStack


def test_only_the_page_that_is_shown_needs_room(qtbot: QtBot) -> None:
    low, high, panel = QWidget(), QWidget(), QWidget()
    low.setMinimumHeight(20)
    high.setMinimumHeight(300)
    stack = PageStack(low, high)
    qtbot.addWidget(panel)
    QVBoxLayout(panel).addWidget(stack)
    around = panel.minimumSizeHint().height() - 20

    stack.setCurrentWidget(high)
    qtbot.waitUntil(lambda: panel.minimumSizeHint().height() == 300 + around)
    stack.setCurrentWidget(low)

    qtbot.waitUntil(lambda: panel.minimumSizeHint().height() == 20 + around)
    assert around < 100
