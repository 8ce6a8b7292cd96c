"""The page of all keys, open."""

from __future__ import annotations

from typing import Any

import pytest
from PySide6.QtCore import Qt

from sam3_annotator.ui.keyboard.key_map import KeyMap
from sam3_annotator.ui.keyboard.shortcuts_dialog import ShortcutsDialog


@pytest.fixture
def keys(qapp: Any) -> KeyMap:
    return KeyMap()


@pytest.fixture
def dialog(qtbot: Any, keys: KeyMap) -> ShortcutsDialog:
    made = ShortcutsDialog(keys)
    made.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose, False)
    qtbot.addWidget(made)
    with qtbot.waitExposed(made):
        made.show()
    return made
