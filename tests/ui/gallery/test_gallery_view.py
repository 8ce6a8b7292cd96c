"""The grid: fills its width, knows what is in view, keeps selection and place when rows come and go."""

from __future__ import annotations

from typing import Any

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from sam3_annotator.project import InstanceId, rectangle
from sam3_annotator.ui.gallery.crop_loader import CropLoader
from sam3_annotator.ui.gallery.gallery_model import GalleryModel
from sam3_annotator.ui.gallery.gallery_view import SIDES, GalleryView
from sam3_annotator.ui.gallery.gallery_window import GalleryWindow
from sam3_annotator.ui.gallery.sorting import Order

MANY = 95


@pytest.fixture
def many(labelled: Any) -> Any:
    """Have a hundred instances."""
    with labelled.store.edit("Fill") as edit:
        for number in range(MANY):
            edit.add_instance(labelled.images[number % 4], labelled.cat, rectangle(number % 30, 5, 50, 40))
    return labelled


@pytest.fixture
def view(qtbot: QtBot, many: Any, model: GalleryModel, loader: CropLoader) -> GalleryView:
    made = GalleryView(model, loader, SIDES[1])
    qtbot.addWidget(made)
    made.resize(600, 420)
    with qtbot.waitExposed(made):
        made.show()
    made.executeDelayedItemsLayout()
    return made


def seen_rows(view: GalleryView) -> list[int]:
    """Find the rows of which something can be seen by where Qt has put them."""
    room = view.viewport().rect()
    rects = {row: view.visualRect(view.model().index(row)) for row in range(view.model().rowCount())}
    return [row for row, rect in rects.items() if rect.intersects(room)]


@pytest.mark.parametrize("width", [150, 240, 417, 600, 903])
@pytest.mark.parametrize("scrolled", [0, 77, 900])
def test_rows_in_view_are_those_that_qt_shows(view: GalleryView, width: int, scrolled: int) -> None:
    view.resize(width, 420)
    view.executeDelayedItemsLayout()
    view.verticalScrollBar().setValue(scrolled)

    assert list(view.rows_in_view()) == seen_rows(view)


@pytest.mark.parametrize("width", [150, 240, 417, 600, 903])
def test_columns_fill_the_width(view: GalleryView, width: int) -> None:
    view.resize(width, 420)
    view.executeDelayedItemsLayout()

    first, last = (view.visualRect(view.model().index(row)) for row in (0, view.columns() - 1))
    assert first.top() == last.top()
    assert 0 <= view.viewport().width() - (last.right() + 1) < view.columns()
    assert view.visualRect(view.model().index(view.columns())).top() > first.top()


def test_crops_are_asked_for_what_is_in_view_alone(qtbot: QtBot, view: GalleryView, loader: CropLoader) -> None:
    qtbot.waitUntil(lambda: bool(loader._crops) and loader.is_idle)

    made = {view._gallery.row_of(id_) for id_ in loader._crops}
    assert made == set(view.rows_in_view())


def test_selection_stays_in_another_order(view: GalleryView, many: Any) -> None:
    chosen = [many.ids[0], many.ids[3]]
    view.select_ids(chosen)

    view._gallery.show_order(Order.NEWEST)

    assert set(view.selected_ids()) == set(chosen)
    assert view.selected_count() == 2


def test_what_is_not_shown_any_more_is_not_selected(view: GalleryView, many: Any) -> None:
    view.select_ids([many.ids[0], many.ids[3]])

    view._gallery.show_category(many.dog)

    assert view.selected_ids() == [many.ids[3]]


def test_the_place_stays_when_rows_before_it_go(view: GalleryView, many: Any) -> None:
    view.verticalScrollBar().setValue(500)
    first = view._gallery.id_at(view.rows_in_view()[0])
    before = view.visualRect(view._gallery.index(view._gallery.row_of(first))).top()
    gone = [view._gallery.id_at(row) for row in range(2 * view.columns())]

    with many.store.edit("Delete") as edit:
        for id_ in gone:
            edit.delete_instance(id_)
    after = view.visualRect(view._gallery.index(view._gallery.row_of(first))).top()
    assert after == before

    many.store.undo()
    assert view.visualRect(view._gallery.index(view._gallery.row_of(first))).top() == before


def test_at_the_top_what_comes_there_is_seen(view: GalleryView, many: Any) -> None:
    view._gallery.show_order(Order.NEWEST)
    view.scrollToTop()

    new = many.add(0, rectangle(0, 0, 9, 9))

    assert view._gallery.id_at(view.rows_in_view()[0]) == new
    assert view.verticalScrollBar().value() == 0


def test_a_rubber_band_selects_what_it_touches(view: GalleryView) -> None:
    columns = view.columns()
    start = view.visualRect(view.model().index(0)).center()
    end = view.visualRect(view.model().index(columns + 1)).center()
    viewport = view.viewport()

    QTest.mousePress(viewport, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, start)
    for place in ((start + end) / 2, end):
        QTest.mouseMove(viewport, place)
        QApplication.processEvents()
    QTest.mouseRelease(viewport, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, end)

    rows = [view._gallery.row_of(id_) for id_ in view.selected_ids()]
    assert rows == [0, 1, columns, columns + 1]


def test_everything_is_selected_at_once(view: GalleryView) -> None:
    view.selectAll()

    assert view.selected_count() == len(view.selected_ids()) == MANY + 5


def test_a_double_click_asks_for_the_instance(qtbot: QtBot, view: GalleryView) -> None:
    place = view.visualRect(view.model().index(3)).center()

    with qtbot.waitSignal(view.show_wanted) as told:
        QTest.mouseClick(view.viewport(), Qt.MouseButton.LeftButton, pos=place)
        QTest.mouseDClick(view.viewport(), Qt.MouseButton.LeftButton, pos=place)

    assert told.args == [view._gallery.id_at(3)]


def wheel(view: GalleryView, delta: int, modifier: Qt.KeyboardModifier) -> None:
    event = QWheelEvent(
        QPointF(50, 50),
        QPointF(50, 50),
        QPoint(),
        QPoint(0, delta),
        Qt.MouseButton.NoButton,
        modifier,
        Qt.ScrollPhase.NoScrollPhase,
        False,
    )
    QApplication.sendEvent(view.viewport(), event)


def test_the_wheel_asks_for_another_size_with_ctrl_only(qtbot: QtBot, view: GalleryView) -> None:
    with qtbot.assertNotEmitted(view.side_wanted):
        wheel(view, -120, Qt.KeyboardModifier.NoModifier)
        wheel(view, 60, Qt.KeyboardModifier.ControlModifier)
    assert view.verticalScrollBar().value() > 0

    with qtbot.waitSignal(view.side_wanted) as told:
        wheel(view, 60, Qt.KeyboardModifier.ControlModifier)
    assert told.args == [1]


def test_what_is_in_the_middle_stays_in_view_in_another_size(view: GalleryView) -> None:
    view.verticalScrollBar().setValue(700)
    rows = view.rows_in_view()
    middle = rows[len(rows) // 2]

    view.set_side(SIDES[-1])
    view.executeDelayedItemsLayout()

    assert middle in view.rows_in_view()


def test_the_current_instance_is_that_of_the_keys(view: GalleryView, many: Any) -> None:
    assert view.current_id() is None

    view.select_ids([many.ids[3], many.ids[0]])
    assert view.current_id() == many.ids[0]

    view.setCurrentIndex(view.model().index(7))
    assert view.current_id() == InstanceId(view._gallery.id_at(7))
    assert view.accessibleDescription() == view.model().index(7).data(Qt.ItemDataRole.AccessibleTextRole)


def test_another_order_begins_at_its_top(window: GalleryWindow, many: Any, qtbot: QtBot) -> None:
    qtbot.waitUntil(lambda: window.model.rowCount() == MANY + 5)
    window.view.scrollToBottom()
    assert window.view.verticalScrollBar().value() > 0

    window.head.order_wanted.emit(Order.SMALLEST)

    assert window.view.verticalScrollBar().value() == 0
