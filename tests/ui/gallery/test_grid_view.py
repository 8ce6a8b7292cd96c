"""Cells in lines: where each is, how keys and mouse go through them, what is repainted."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint, QRect, QSize, QStringListModel, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractItemView
from pytestqt.qtbot import QtBot

from sam3_annotator.ui.gallery.grid_view import GridView

COLUMNS, COUNT = 4, 30
Hint = QAbstractItemView.ScrollHint
SHIFT, CTRL = Qt.KeyboardModifier.ShiftModifier, Qt.KeyboardModifier.ControlModifier


@pytest.fixture
def view(qtbot: QtBot) -> GridView:
    """Show thirty cells in lines of four, of which three lines are in view."""
    made = GridView()
    qtbot.addWidget(made)
    made.setModel(QStringListModel([str(number) for number in range(COUNT)], made))
    made.set_cell(QSize(50, 40))
    made.resize(100, 100)
    with qtbot.waitActive(made):
        made.show()
        made.activateWindow()
    frame = made.size() - made.viewport().size()
    made.resize(QSize(50 * COLUMNS + 3, 120) + frame)
    made.setFocus()
    assert made.columns() == COLUMNS
    return made


def selected(view: GridView) -> list[int]:
    return sorted(index.row() for index in view.selectionModel().selectedIndexes())


def click(view: GridView, row: int, modifier: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> None:
    place = view.visualRect(view.model().index(row, 0)).center()
    QTest.mouseClick(view.viewport(), Qt.MouseButton.LeftButton, modifier, place)


def test_cells_are_found_where_they_are(view: GridView) -> None:
    view.verticalScrollBar().setValue(30)
    rects = {row: view.visualRect(view.model().index(row, 0)) for row in range(COUNT)}

    assert rects[5] == QRect(50, 10, 50, 40)
    assert all(view.indexAt(rect.center()).row() == row for row, rect in rects.items())
    assert all(view.indexAt(rect.topLeft()).row() == row for row, rect in rects.items())
    assert not view.indexAt(QPoint(50 * COLUMNS + 1, 20)).isValid()
    assert not view.indexAt(rects[COUNT - 1].center() + QPoint(50, 0)).isValid()


def test_the_scroll_bar_reaches_to_the_last_line(view: GridView) -> None:
    assert view.verticalScrollBar().maximum() == 8 * 40 - 120

    view.scrollToBottom()
    assert view.rows_in_view() == range(20, COUNT)

    model = view.model()
    model.removeRows(0, 26)
    view.executeDelayedItemsLayout()
    assert view.verticalScrollBar().maximum() == 0
    assert view.rows_in_view() == range(4)
    model.insertRows(0, 20)
    view.executeDelayedItemsLayout()
    assert view.verticalScrollBar().maximum() == 6 * 40 - 120


@pytest.mark.parametrize(
    ("start", "key", "end"),
    [
        (5, Qt.Key.Key_Right, 6),
        (7, Qt.Key.Key_Right, 8),
        (0, Qt.Key.Key_Left, 0),
        (5, Qt.Key.Key_Up, 1),
        (1, Qt.Key.Key_Up, 1),
        (5, Qt.Key.Key_Down, 9),
        (27, Qt.Key.Key_Down, 29),
        (28, Qt.Key.Key_Down, 28),
        (1, Qt.Key.Key_PageDown, 13),
        (28, Qt.Key.Key_PageDown, 29),
        (13, Qt.Key.Key_PageUp, 1),
        (5, Qt.Key.Key_Home, 0),
        (5, Qt.Key.Key_End, 29),
    ],
)
def test_keys_lead_from_cell_to_cell(view: GridView, start: int, key: Qt.Key, end: int) -> None:
    view.setCurrentIndex(view.model().index(start, 0))
    assert selected(view) == [start]

    QTest.keyClick(view, key)

    assert view.currentIndex().row() == end
    assert selected(view) == [end]
    assert end in view.rows_in_view()


@pytest.mark.parametrize("key", [Qt.Key.Key_Right, Qt.Key.Key_Down])
def test_keys_begin_with_the_first_cell(view: GridView, key: Qt.Key) -> None:
    QTest.keyClick(view, key)

    assert selected(view) == [0]


@pytest.mark.parametrize(("first", "last", "next_one"), [(0, 0, "1"), (7, 9, "10"), (28, 29, "27")])
def test_keys_go_on_behind_what_is_gone(view: GridView, first: int, last: int, next_one: str) -> None:
    click(view, first)
    click(view, last, SHIFT)

    view.model().removeRows(first, last - first + 1)
    assert selected(view) == []
    QTest.keyClick(view, Qt.Key.Key_Right)

    assert [index.data() for index in view.selectionModel().selectedIndexes()] == [next_one]


def test_shift_selects_all_from_one_to_the_other(view: GridView) -> None:
    click(view, 2)
    click(view, 9, SHIFT)
    assert selected(view) == list(range(2, 10))

    QTest.keyClick(view, Qt.Key.Key_Down, SHIFT)
    assert selected(view) == list(range(2, 14))

    click(view, 1, SHIFT)
    assert selected(view) == [1, 2]


def test_shift_reaches_to_where_nothing_can_be_seen(view: GridView) -> None:
    click(view, 1)

    QTest.keyClick(view, Qt.Key.Key_End, SHIFT)

    assert selected(view) == list(range(1, COUNT))


def test_ctrl_adds_and_takes_away(view: GridView) -> None:
    click(view, 2)
    click(view, 6, CTRL)
    assert selected(view) == [2, 6]

    click(view, 2, CTRL)
    assert selected(view) == [6]


def test_a_click_beside_the_cells_selects_nothing(view: GridView) -> None:
    view.scrollToBottom()
    click(view, COUNT - 2)
    beside = view.visualRect(view.model().index(COUNT - 1, 0)).center() + QPoint(50, 0)

    QTest.mouseClick(view.viewport(), Qt.MouseButton.LeftButton, pos=beside)

    assert selected(view) == []


def test_a_rubber_band_reaches_beyond_what_is_in_view(view: GridView) -> None:
    viewport, left = view.viewport(), Qt.MouseButton.LeftButton
    no_modifier = Qt.KeyboardModifier.NoModifier
    QTest.mousePress(viewport, left, no_modifier, QPoint(10, 10))
    QTest.mouseMove(viewport, QPoint(60, 60))

    view.scrollToBottom()
    QTest.mouseMove(viewport, QPoint(60, 70))
    QTest.mouseRelease(viewport, left, no_modifier, QPoint(60, 70))

    assert selected(view) == sorted([*range(0, 25, 4), *range(1, 26, 4)])


def test_a_rubber_band_is_shown_while_it_is_drawn(view: GridView) -> None:
    viewport, left = view.viewport(), Qt.MouseButton.LeftButton
    start, end = QPoint(60, 5), QPoint(140, 70)

    QTest.mousePress(viewport, left, Qt.KeyboardModifier.NoModifier, start)
    QTest.mouseMove(viewport, (start + end) / 2)
    QTest.mouseMove(viewport, end)
    assert selected(view) == [1, 2, 5, 6]
    drawn = viewport.grab().toImage()
    QTest.mouseRelease(viewport, left, Qt.KeyboardModifier.NoModifier, end)

    assert selected(view) == [1, 2, 5, 6]
    assert viewport.grab().toImage() != drawn


@pytest.mark.parametrize(
    ("row", "hint", "value"),
    [
        (8, Hint.EnsureVisible, 0),
        (12, Hint.EnsureVisible, 40),
        (16, Hint.PositionAtTop, 160),
        (16, Hint.PositionAtBottom, 80),
        (16, Hint.PositionAtCenter, 120),
        (0, Hint.PositionAtCenter, 0),
    ],
)
def test_a_cell_is_brought_into_view(view: GridView, row: int, hint: Hint, value: int) -> None:
    view.scrollTo(view.model().index(row, 0), hint)

    assert view.verticalScrollBar().value() == value


def test_a_cell_above_is_brought_down(view: GridView) -> None:
    view.scrollToBottom()

    view.scrollTo(view.model().index(9, 0))

    assert view.verticalScrollBar().value() == 80


def test_only_what_is_in_view_is_painted_when_all_is_selected(view: GridView) -> None:
    view.selectAll()

    region = view.visualRegionForSelection(view.selectionModel().selection())

    assert len(selected(view)) == COUNT
    assert region.boundingRect() == QRect(0, 0, 50 * COLUMNS, 120)


def test_no_cells_are_no_trouble(view: GridView) -> None:
    view.model().removeRows(0, COUNT)

    QTest.keyClick(view, Qt.Key.Key_Down)

    assert view.rows_in_view() == range(0)
    assert not view.indexAt(QPoint(5, 5)).isValid()
