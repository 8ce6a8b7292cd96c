"""The menu of categories: it is used with mouse and keys like any other, and a word finds one of hundreds."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QApplication, QMenu
from pytestqt.qtbot import QtBot

from sam3_annotator.project import Category, CategoryId
from sam3_annotator.ui.panels.category_menu import CategoryMenu

LEFT = Qt.MouseButton.LeftButton


@pytest.fixture
def menu(qtbot: QtBot) -> QMenu:
    """Give the menu that leads to the one of categories."""
    made = QMenu()
    qtbot.addWidget(made)
    return made


def opened(qtbot: QtBot, menu: QMenu, count: int, current: int = -1) -> CategoryMenu:
    """Open the menu of so many categories, `object 0` and so on, by keys; each has as many images as its number."""
    categories = [Category(CategoryId(number), f"object {number}", "#4c8dff", number) for number in range(count)]
    made = CategoryMenu("With category", ((each, each.id) for each in categories), CategoryId(current), menu)
    menu.addMenu(made)
    menu.popup(QPoint(20, 20))
    qtbot.keyClick(menu, Qt.Key.Key_Down)
    qtbot.keyClick(menu, Qt.Key.Key_Right)
    qtbot.waitUntil(made.isVisible)
    return made


def names(made: CategoryMenu) -> list[str]:
    model = made.view.model()
    return [model.index(row, 0).data() for row in range(model.rowCount())]


def lit(made: CategoryMenu) -> str | None:
    return made.view.currentIndex().data()


def test_click_chooses_and_closes_all_menus(qtbot: QtBot, menu: QMenu) -> None:
    made = opened(qtbot, menu, 3)

    with qtbot.waitSignal(made.chosen) as chosen:
        place = made.view.visualRect(made.view.model().index(2, 0)).center()
        qtbot.mouseClick(made.view.viewport(), LEFT, pos=place)

    assert chosen.args == [2]
    assert not made.isVisible()
    assert not menu.isVisible()


def test_arrow_keys_and_enter_choose(qtbot: QtBot, menu: QMenu) -> None:
    made = opened(qtbot, menu, 3)
    assert not made.field.isVisible()
    assert lit(made) == "object 0"

    qtbot.keyClick(QApplication.focusWidget(), Qt.Key.Key_Down)
    with qtbot.waitSignal(made.chosen) as chosen:
        qtbot.keyClick(QApplication.focusWidget(), Qt.Key.Key_Return)

    assert chosen.args == [1]
    assert not menu.isVisible()


def test_one_of_hundreds_is_found_by_a_word_and_the_list_stays_low(qtbot: QtBot, menu: QMenu) -> None:
    made = opened(qtbot, menu, 500)
    assert made.height() < 480

    qtbot.keyClicks(QApplication.focusWidget(), "T 49")
    assert names(made) == ["object 49", *(f"object {number}" for number in range(490, 500))]
    assert lit(made) == "object 49"
    qtbot.keyClick(QApplication.focusWidget(), Qt.Key.Key_Down)
    with qtbot.waitSignal(made.chosen) as chosen:
        qtbot.keyClick(QApplication.focusWidget(), Qt.Key.Key_Return)

    assert chosen.args == [490]


def test_enter_chooses_nothing_where_no_category_is_found(qtbot: QtBot, menu: QMenu) -> None:
    made = opened(qtbot, menu, 500)

    qtbot.keyClicks(QApplication.focusWidget(), "zebra")
    with qtbot.assertNotEmitted(made.chosen):
        qtbot.keyClick(QApplication.focusWidget(), Qt.Key.Key_Return)

    assert names(made) == []
    assert made.isVisible()


@pytest.mark.parametrize("count", [3, 500])
@pytest.mark.parametrize("key", [Qt.Key.Key_Left, Qt.Key.Key_Escape])
def test_left_and_esc_go_back_to_the_menu_before(qtbot: QtBot, menu: QMenu, count: int, key: Qt.Key) -> None:
    made = opened(qtbot, menu, count)

    with qtbot.assertNotEmitted(made.chosen):
        qtbot.keyClick(QApplication.focusWidget(), key)

    assert not made.isVisible()
    assert menu.isVisible()


def test_category_that_is_on_is_in_sight(qtbot: QtBot, menu: QMenu) -> None:
    made = opened(qtbot, menu, 500, current=300)

    assert lit(made) == "object 300"
    assert made.view.viewport().rect().contains(made.view.visualRect(made.view.currentIndex()))


def test_pointer_lights_the_row_it_is_on(qtbot: QtBot, menu: QMenu) -> None:
    made = opened(qtbot, menu, 5)

    made.view.entered.emit(made.view.model().index(3, 0))

    assert lit(made) == "object 3"
