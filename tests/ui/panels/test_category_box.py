"""The box of categories: nothing but a choice from its list counts."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QMainWindow
from pytestqt.qtbot import QtBot

from sam3_annotator.ui.panels.category_box import CategoryBox

Key = Qt.Key


@pytest.fixture
def chosen() -> list[int]:
    """Collect what the box was told to choose."""
    return []


@pytest.fixture
def box(qtbot: QtBot, window: QMainWindow, chosen: list[int]) -> CategoryBox:
    """Make a box of three categories, the first shown, with the focus."""
    made = CategoryBox()
    made.addItems(["person", "car", "dog"])
    made.activated.connect(chosen.append)
    window.setCentralWidget(made)
    made.setFocus()
    qtbot.waitUntil(made.hasFocus)
    return made


@pytest.mark.parametrize("key", [Key.Key_C, Key.Key_Down, Key.Key_End])
def test_a_key_chooses_nothing_unseen_but_opens_the_list(box: CategoryBox, chosen: list[int], key: Key) -> None:
    QTest.keyClick(box, key)

    assert (box.currentText(), chosen) == ("person", [])
    assert box.view().isVisible()


def test_letters_find_a_category_in_the_list_which_enter_chooses(box: CategoryBox, chosen: list[int]) -> None:
    QTest.keyClick(box, Key.Key_D)
    QTest.keyClick(box.view(), Key.Key_Return)

    assert (box.currentText(), chosen) == ("dog", [2])


def test_escape_leads_back_from_the_box(qtbot: QtBot, box: CategoryBox, chosen: list[int]) -> None:
    with qtbot.waitSignal(box.focus_left):
        QTest.keyClick(box, Key.Key_Escape)

    assert (box.currentText(), chosen) == ("person", [])
