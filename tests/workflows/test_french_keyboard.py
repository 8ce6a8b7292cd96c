"""A labeler at a keyboard that has digits with Shift only chooses categories without it."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication, QKeyEvent
from PySide6.QtWidgets import QApplication


@pytest.fixture
def labeler(user, monkeypatch):
    monkeypatch.setattr(QGuiApplication, "platformName", lambda: "xcb")
    user.add_category("cat")
    user.add_category("dog")
    return user


def strike(user, text: str, scan_code: int) -> None:
    modifier = Qt.KeyboardModifier.NoModifier
    event = QKeyEvent(QKeyEvent.Type.KeyPress, ord(text.upper()), modifier, scan_code, 0, 0, text)
    QApplication.sendEvent(user.window.canvas, event)


def category(user) -> str:
    return user.window.store.category(user.window.workspace.category_id).name


def test_the_keys_without_shift_choose_categories(labeler):
    strike(labeler, "&", 10)
    assert category(labeler) == "cat"
    strike(labeler, "é", 11)
    assert category(labeler) == "dog"


def test_a_key_that_means_nothing_there_changes_nothing(labeler):
    before = labeler.window.workspace.category_id

    strike(labeler, '"', 12)  # there is no third category
    strike(labeler, "&", 48)

    assert labeler.window.workspace.category_id == before


def test_where_the_digit_has_another_key_the_row_follows(labeler):
    labeler.window.keys.replace({"category_1": ("Ctrl+1",), "category_2": ("1",)})

    strike(labeler, "&", 10)

    assert category(labeler) == "dog"
