"""A labeler at a keyboard that has digits with Shift only chooses categories without it."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication, QKeyEvent
from PySide6.QtWidgets import QApplication

from sam3_annotator.project import Provenance, rectangle
from sam3_annotator.ui.verbs import attribute_operations, operations


@pytest.fixture
def labeler(user, monkeypatch):
    monkeypatch.setattr(QGuiApplication, "platformName", lambda: "xcb")
    user.add_category("cat")
    user.add_category("dog")
    return user


def strike(user, text: str, scan_code: int, modifier=Qt.KeyboardModifier.NoModifier) -> None:
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


def test_with_alt_they_switch_attributes(labeler):
    store, category_id = labeler.window.store, labeler.window.workspace.category_id
    region = rectangle(5, 5, 20, 20)
    made = operations.add_instance(store, store.images()[0].id, category_id, region, Provenance())
    attribute_operations.set_attribute(store, [made], "asleep", False)

    strike(labeler, "&", 10, Qt.KeyboardModifier.AltModifier)

    assert store.instance(made).attributes == {"asleep": True}
