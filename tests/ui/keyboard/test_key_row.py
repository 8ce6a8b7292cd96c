"""Rows of the page of keys make what most of them never need when it is needed, where the keyboard finds it."""

from __future__ import annotations

from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QPushButton

from sam3_annotator.ui.keyboard.key_map import KeyMap
from sam3_annotator.ui.keyboard.shortcuts_dialog import ShortcutsDialog


@pytest.fixture
def keys(qapp: Any) -> KeyMap:
    """Give one action another key before the page is opened."""
    changed = KeyMap()
    changed.set_keys("find", ["F12"])
    return changed


def test_the_page_opens_without_buttons_that_nobody_needs_yet(dialog: ShortcutsDialog) -> None:
    made = [row.spec.id for row in dialog.rows if row.findChildren(QPushButton)]

    assert made == ["find"]


@pytest.mark.parametrize("action_id", ["find", "next_image"])
def test_tab_leads_from_a_changed_row_to_its_reset(dialog: ShortcutsDialog, keys: KeyMap, action_id: str) -> None:
    keys.set_keys("next_image", ["G"])
    row = dialog.row(action_id)
    row.setFocus()

    QTest.keyClick(row, Qt.Key.Key_Tab)

    assert QApplication.focusWidget() is row.reset_button
