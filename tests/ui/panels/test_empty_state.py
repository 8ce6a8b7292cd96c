"""An empty panel says what to do, however small it is."""

from __future__ import annotations

import pytest
from PySide6.QtWidgets import QLabel
from pytestqt.qtbot import QtBot

from sam3_annotator.ui.panels.empty_state import EmptyState


@pytest.mark.parametrize(("height", "has_icon"), [(220, True), (104, False)])
def test_in_a_low_panel_the_icon_makes_room_for_the_words(qtbot: QtBot, height: int, has_icon: bool) -> None:
    state = EmptyState("magnify", "Nothing looked for yet", "Press / and type what to find, or E and box an example")
    qtbot.addWidget(state)
    state.resize(264, height)
    with qtbot.waitExposed(state):
        state.show()

    icon, title, text = state.findChildren(QLabel)
    assert icon.isVisible() is has_icon
    for words in (title, text):
        assert words.height() >= words.heightForWidth(words.width())
