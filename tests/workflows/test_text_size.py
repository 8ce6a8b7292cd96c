"""Somebody who needs larger text sets its size while they work: all of the window goes with it, and back."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

import pytest
from PySide6.QtWidgets import QDialog, QDockWidget, QLabel, QMenu, QPushButton, QWidget

from sam3_annotator.ui.settings import TEXT_SIZES
from sam3_annotator.ui.window.tool_rail import RailButton

DIALOGS = ("settings", "shortcuts", "about", "choose_model", "export", "import")


@pytest.fixture(autouse=True)
def _text_is_as_large_as_before(user) -> Iterator[None]:
    yield
    user.window.settings.text_size = 1.0


def sizes(window: QWidget) -> dict[QWidget, tuple[int, ...]]:
    """Give the size of text and the limits of everything in the window."""
    return {
        each: (each.font().pixelSize(), *each.minimumSize().toTuple(), *each.maximumSize().toTuple())
        for each in (window, *window.findChildren(QWidget))
    }


def cut_off(window: QWidget) -> list[str]:
    """Name the words that have less height than they need, and the buttons that have less width."""
    words = [*window.findChildren(QLabel), *window.findChildren(QPushButton)]
    low = [each for each in words if each.text() and each.height() < each.fontMetrics().height()]
    narrow = [each for each in window.findChildren(QPushButton) if each.width() < each.minimumSizeHint().width()]
    return [each.text() for each in (*low, *narrow) if each.isVisible()]


@pytest.mark.parametrize("size", TEXT_SIZES)
def test_nothing_is_cut_off_whatever_the_size_of_text(user, qtbot, size):
    user.add_category("cat")

    user.window.settings.text_size = size
    user.settle()

    assert user.window.font().pixelSize() == round(13 * size)
    qtbot.waitUntil(lambda: cut_off(user.window) == [])  # layouts follow


def test_all_sizes_come_back_with_the_text(user):
    before = sizes(user.window)

    user.window.settings.text_size = 1.75
    larger = sizes(user.window)
    user.window.settings.text_size = 1.0
    after = sizes(user.window)

    assert {each.objectName(): after[each] for each in before} == {each.objectName(): before[each] for each in before}
    assert all(larger[each][0] > before[each][0] for each in before)


def test_rows_and_rail_are_as_much_larger_as_the_text(user):
    view, rail = user.window.category_panel.view, user.window.findChild(QWidget, "tool_rail")
    user.add_category("cat")
    row, width = view.sizeHintForRow(0), rail.width()

    user.window.settings.text_size = 1.5

    assert view.sizeHintForRow(0) == round(1.5 * row)
    assert rail.width() == round(1.5 * width)


def test_tools_and_panels_have_room_on_a_laptop_with_the_largest_text(user, qtbot):
    window = user.window
    window.settings.text_size = TEXT_SIZES[-1]
    window.resize(1280, 720)
    user.settle()

    rail, canvas = window.findChild(QWidget, "tool_rail"), window.canvas
    qtbot.waitUntil(lambda: all(each.isVisible() for each in rail.findChildren(RailButton)))
    qtbot.waitUntil(lambda: canvas.width() > 0.35 * window.width())
    docks = [window.findChild(QDockWidget, name) for name in ("categories", "instances", "proposals")]
    qtbot.waitUntil(lambda: all(above.geometry().bottom() < below.y() for above, below in pairwise(docks)))
    qtbot.waitUntil(lambda: all(dock.widget().height() >= dock.widget().minimumSizeHint().height() for dock in docks))


@pytest.mark.parametrize("action", DIALOGS)
def test_dialogs_have_room_for_large_text_on_a_small_screen(user, qtbot, action):
    user.window.settings.text_size = 1.5

    user.window.window_actions.trigger(action)
    qtbot.waitUntil(lambda: any(each.isVisible() for each in user.window.findChildren(QDialog)))

    dialog = next(each for each in user.window.findChildren(QDialog) if each.isVisible())
    qtbot.wait(1)  # layouts follow
    assert not cut_off(dialog)
    dialog.close()


def test_menus_leave_a_gap_before_the_keys_and_do_not_grow_each_time(user):
    menu = next(each for each in user.window.findChildren(QMenu) if each.title() == "Instance")
    narrow = menu.sizeHint().width()

    menu.aboutToShow.emit()
    once = menu.minimumWidth()
    menu.aboutToShow.emit()

    assert once >= narrow + 16
    assert menu.minimumWidth() == once
