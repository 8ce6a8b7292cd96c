"""Rows of figures: what they show, how they are sorted, and that they stay where they are."""

from __future__ import annotations

from typing import Any

import pytest
from PySide6.QtCore import Qt
from pytestqt.modeltest import ModelTester

from sam3_annotator.ui.statistics.columns import CATEGORY_COLUMNS, PHRASE_COLUMNS
from sam3_annotator.ui.statistics.figure_table import FigureOrder, FigureRole, FigureTable
from sam3_annotator.ui.statistics.figures import Figures, read_figures

ASCENDING, DESCENDING = Qt.SortOrder.AscendingOrder, Qt.SortOrder.DescendingOrder
SIZES = {None: 20.0}


def column(title: str) -> int:
    return [each.title for each in CATEGORY_COLUMNS].index(title)


@pytest.fixture
def table(figures: Figures) -> FigureTable:
    made = FigureTable(CATEGORY_COLUMNS)
    made.show(tuple(figures.category_rows(SIZES)))
    return made


@pytest.fixture
def order(table: FigureTable) -> FigureOrder:
    return FigureOrder(table)


def names(order: FigureOrder) -> list[str]:
    return [row.name for row in order.rows()]


def texts(table: FigureTable, row: int) -> dict[str, str]:
    return {each.title: table.index(row, number).data() for number, each in enumerate(table.columns)}


def test_the_models_keep_the_rules_of_qt(table: FigureTable, order: FigureOrder, qtmodeltester: ModelTester) -> None:
    qtmodeltester.check(table)
    qtmodeltester.check(order)


def test_a_row_tells_all_of_its_category(table: FigureTable) -> None:
    assert texts(table, 1) == {
        "Category": "cat",
        "Instances": "4",
        "Share": "80 %",
        "Images": "1",
        "Size px": "\N{EN DASH}",
        "Made": "",
        "Corrected": "33 %",
        "Clicks": "2.0",
        "Seconds": "6",
        "Train": "4",
        "Val": "0",
        "Test": "0",
        "No split": "0",
    }
    made = table.index(1, column("Made"))
    words = "1 drawn by hand\n1 outlined where pointed at\n2 found or propagated"
    assert made.data(Qt.ItemDataRole.ToolTipRole) == words
    assert made.data(Qt.ItemDataRole.AccessibleTextRole) == f"cat, Made: {words}"


def test_thousands_are_separated(labelled: Any, table: FigureTable) -> None:
    assert CATEGORY_COLUMNS[column("Size px")].value(table.rows[0]) == 20
    table.show(tuple(read_figures(labelled.store.path).category_rows({None: 1234.4})))

    assert table.index(0, column("Size px")).data() == "1,234"


def test_bars_are_as_long_as_the_largest_category_has_many(table: FigureTable) -> None:
    shares = [table.index(row, column("Instances")).data(FigureRole.SHARE) for row in range(4)]

    assert shares == [0.0, 1.0, 0.25, 0.0]


@pytest.mark.parametrize(
    ("title", "way", "expected"),
    [
        ("Category", ASCENDING, ["Bird", "cat", "dog"]),
        ("Category", DESCENDING, ["dog", "cat", "Bird"]),
        ("Instances", DESCENDING, ["cat", "dog", "Bird"]),
        ("Instances", ASCENDING, ["Bird", "dog", "cat"]),
        ("Clicks", ASCENDING, ["cat", "dog", "Bird"]),
        ("Clicks", DESCENDING, ["cat", "dog", "Bird"]),
    ],
)
def test_the_total_stays_first_and_what_has_no_value_goes_last(
    order: FigureOrder, title: str, way: Qt.SortOrder, expected: list[str]
) -> None:
    order.sort(column(title), way)

    assert names(order) == ["All categories", *expected]


def test_an_arrow_shows_what_sorts(order: FigureOrder) -> None:
    order.sort(column("Instances"), DESCENDING)
    titles = [order.headerData(number, Qt.Orientation.Horizontal) for number in range(3)]
    assert titles == ["Category", "\N{DOWNWARDS ARROW} Instances", "Share"]

    order.sort(column("Category"), ASCENDING)

    assert order.headerData(0, Qt.Orientation.Horizontal) == "Category \N{UPWARDS ARROW}"


def test_rows_keep_their_places_when_their_figures_change(
    labelled: Any, table: FigureTable, order: FigureOrder
) -> None:
    order.sort(column("Instances"), DESCENDING)
    resets: list[bool] = []
    order.modelReset.connect(lambda: resets.append(True))
    for _ in range(5):
        labelled.add_dog()

    table.show(tuple(read_figures(labelled.store.path).category_rows(SIZES)))

    assert names(order) == ["All categories", "cat", "dog", "Bird"]
    assert order.index(2, column("Instances")).data() == "6"
    assert resets == []


def test_a_new_category_comes_where_it_belongs(labelled: Any, table: FigureTable, order: FigureOrder) -> None:
    order.sort(column("Category"), ASCENDING)
    with labelled.store.edit("Add category") as edit:
        edit.add_category("ant")

    table.show(tuple(read_figures(labelled.store.path).category_rows(SIZES)))

    assert names(order) == ["All categories", "ant", "Bird", "cat", "dog"]


def test_a_phrase_tells_what_became_of_what_it_has_found(figures: Figures) -> None:
    table = FigureTable(PHRASE_COLUMNS)

    table.show(tuple(figures.phrase_rows()))

    assert list(texts(table, 0).values()) == ["kitten", "cat", "2", "1", "1", "0", "50 %"]
