"""The panels around the canvas share their columns: proposals have room while something is looked for."""

from __future__ import annotations

from dataclasses import dataclass

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDockWidget, QMainWindow, QWidget
from pytestqt.qtbot import QtBot

from sam3_annotator.ui.window.docks import Docks

NAMES = ("images", "findings", "history", "categories", "instances", "proposals")


@dataclass(frozen=True)
class Column:
    """A window with empty panels, and its right column."""

    window: QMainWindow
    docks: Docks

    def dock(self, name: str) -> QDockWidget:
        """Give the dock of a panel."""
        found = self.window.findChild(QDockWidget, name)
        assert found is not None
        return found

    @property
    def heights(self) -> list[int]:
        """The heights of its panels, from the top."""
        return [self.dock(name).height() for name in NAMES[3:]]


@pytest.fixture
def column(qtbot: QtBot) -> Column:
    """Show the window."""
    window = QMainWindow()
    qtbot.addWidget(window)
    window.setCentralWidget(QWidget())
    docks = Docks(window, {name: QWidget() for name in NAMES})
    window.resize(1280, 800)
    with qtbot.waitExposed(window):
        window.show()
    return Column(window, docks)


def test_proposals_borrow_room_of_the_instances_while_something_is_looked_for(qtbot: QtBot, column: Column) -> None:
    before = column.heights
    assert before[1] > 3 * before[2]

    column.docks.set_searching(True)
    qtbot.waitUntil(lambda: column.heights == [before[0], before[1] + before[2] - 240, 240])
    column.docks.set_searching(True)
    column.docks.set_searching(False)

    qtbot.waitUntil(lambda: column.heights == before)


def test_proposals_that_have_room_need_none(qtbot: QtBot, column: Column) -> None:
    names = ("categories", "instances", "proposals")
    column.window.resizeDocks([column.dock(name) for name in names], [200, 260, 328], Qt.Orientation.Vertical)
    qtbot.waitUntil(lambda: column.heights[2] > 300)
    before = column.heights

    column.docks.set_searching(True)
    assert column.heights == before
    column.docks.set_searching(False)

    assert column.heights == before


@pytest.mark.parametrize("part", ["float", "close", "move"])
def test_panels_that_are_no_neighbours_stay_as_they_are(qtbot: QtBot, column: Column, part: str) -> None:
    proposals, instances = column.dock("proposals"), column.dock("instances")
    at_first = instances.height()
    if part == "float":
        proposals.setFloating(True)
    elif part == "close":
        proposals.close()
    else:
        column.window.addDockWidget(Qt.DockWidgetArea.LeftDockWidgetArea, proposals)
    qtbot.waitUntil(lambda: instances.height() > at_first)
    before = instances.height()

    column.docks.set_searching(True)
    qtbot.wait(0)
    assert instances.height() == before


def test_the_first_layout_comes_back_while_something_is_looked_for(qtbot: QtBot, column: Column) -> None:
    before = column.heights
    column.docks.set_searching(True)

    column.docks.reset()
    qtbot.waitUntil(lambda: abs(column.heights[2] - before[2]) < 20)
    after = column.heights
    column.docks.set_searching(False)

    assert column.heights == after


def shown(column: Column) -> set[str]:
    return {name for name in NAMES if column.dock(name).isVisible()}


def test_all_panels_are_put_away_and_brought_back_as_they_were(qtbot: QtBot, column: Column) -> None:
    column.docks.show_history()
    column.dock("categories").hide()
    column.dock("instances").setFloating(True)
    before, width = shown(column), column.dock("images").width()
    assert before == {"images", "history", "instances", "proposals"}

    column.docks.toggle_all()
    assert shown(column) == {"instances"}  # it floats, and takes no room from the canvas
    column.docks.toggle_all()

    assert shown(column) == before
    qtbot.waitUntil(lambda: column.dock("images").width() == width)


def test_a_window_that_opened_without_panels_gets_those_that_it_has_at_first(column: Column) -> None:
    for name in NAMES:
        column.dock(name).hide()

    column.docks.toggle_all()

    assert shown(column) == {"images", "categories", "instances", "proposals"}


def test_a_panel_that_was_shown_meanwhile_is_put_away_again(column: Column) -> None:
    column.docks.toggle_all()
    column.docks.show_findings()

    column.docks.toggle_all()

    assert not shown(column)
    column.docks.toggle_all()
    assert shown(column) == {"images", "findings", "categories", "instances", "proposals"}
