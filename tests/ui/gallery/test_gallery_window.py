"""The gallery at work: keys, menu, words, and what it remembers."""

from __future__ import annotations

from typing import Any

import pytest
from PySide6.QtCore import QEvent, QPoint, Qt
from PySide6.QtGui import QGuiApplication, QHelpEvent, QKeyEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QMenu, QPushButton, QToolTip, QWidget
from pytestqt.qtbot import QtBot
from shiboken6 import isValid

from sam3_annotator.project import ImageState, NotAProject, ProjectStore, StorageFull, rectangle
from sam3_annotator.ui.gallery import areas, gallery_model
from sam3_annotator.ui.gallery.gallery_view import SIDES
from sam3_annotator.ui.gallery.gallery_window import GalleryWindow
from sam3_annotator.ui.gallery.sorting import Order
from sam3_annotator.ui.keyboard.key_map import KeyMap
from sam3_annotator.ui.settings import Settings
from sam3_annotator.ui.store_bridge import StoreBridge
from sam3_annotator.ui.theme import theme

CTRL = Qt.KeyboardModifier.ControlModifier
SHIFT = Qt.KeyboardModifier.ShiftModifier


def press(window: GalleryWindow, key: Qt.Key, modifier: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> None:
    QTest.keyClick(window.view, key, modifier)


def click(window: GalleryWindow, row: int, modifier: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> None:
    place = window.view.visualRect(window.model.index(row)).center()
    QTest.mouseClick(window.view.viewport(), Qt.MouseButton.LeftButton, modifier, place)


def categories_of(labelled: Any) -> list[int]:
    return [labelled.store.instance(id_).category_id for id_ in labelled.ids]


def test_a_digit_gives_all_that_are_selected_a_category_in_one_step(window: GalleryWindow, labelled: Any) -> None:
    click(window, 0)
    click(window, 2, SHIFT)
    assert window.summary == "5 instances · 3 selected"

    press(window, Qt.Key.Key_2)

    cat, dog = labelled.cat, labelled.dog
    assert categories_of(labelled) == [dog, dog, dog, dog, cat]
    assert window.view.selected_count() == 3
    assert window._note.text() == "3 instances given the category dog."
    press(window, Qt.Key.Key_Z, CTRL)
    assert categories_of(labelled) == [cat, cat, dog, dog, cat]
    press(window, Qt.Key.Key_Z, CTRL | SHIFT)
    assert categories_of(labelled) == [dog, dog, dog, dog, cat]


def test_del_deletes_what_is_selected_in_one_step(window: GalleryWindow, labelled: Any) -> None:
    click(window, 0)
    click(window, 4, CTRL)

    press(window, Qt.Key.Key_Delete)
    assert window.summary == "3 instances"
    assert window._note.text() == "2 instances deleted."
    assert "Ctrl+Z: undo" in window._hints.accessibleName()
    press(window, Qt.Key.Key_Z, CTRL)

    assert window.summary == "5 instances"
    assert window._note.text() == "Undone: delete 2 instances"


@pytest.mark.parametrize("key", [Qt.Key.Key_2, Qt.Key.Key_Delete, Qt.Key.Key_Return])
def test_a_key_that_is_about_nothing_says_so(window: GalleryWindow, key: Qt.Key) -> None:
    press(window, key)

    assert window._note.text() == "Nothing is selected."


def test_a_digit_without_a_category_says_so(window: GalleryWindow) -> None:
    click(window, 0)

    press(window, Qt.Key.Key_3)

    assert window._note.text() == "No category has this key."


def test_what_was_done_is_told_until_something_else_is(window: GalleryWindow, labelled: Any) -> None:
    click(window, 0)
    press(window, Qt.Key.Key_Delete)

    labelled.edit_category(labelled.ids[1], labelled.dog)  # in the main window

    assert window._note.text() == ""


def test_all_are_selected_and_deselected_by_keys(window: GalleryWindow) -> None:
    press(window, Qt.Key.Key_A, CTRL)
    assert window.summary == "5 instances · 5 selected"

    press(window, Qt.Key.Key_Escape)
    assert window.summary == "5 instances"
    assert window.isVisible()

    press(window, Qt.Key.Key_Escape)
    assert not window.isVisible()


def test_arrows_lead_through_the_grid(window: GalleryWindow) -> None:
    click(window, 0)
    press(window, Qt.Key.Key_Right)
    press(window, Qt.Key.Key_Right, SHIFT)

    assert [window.model.row_of(id_) for id_ in window.view.selected_ids()] == [1, 2]


def test_enter_asks_for_the_current_instance(qtbot: QtBot, window: GalleryWindow) -> None:
    click(window, 1)

    with qtbot.waitSignal(window.show_wanted) as told:
        press(window, Qt.Key.Key_Return)

    assert told.args == [window.model.id_at(1)]


def test_the_key_of_the_gallery_leads_back(qtbot: QtBot, window: GalleryWindow) -> None:
    with qtbot.waitSignal(window.left):
        press(window, Qt.Key.Key_I)


def test_keys_are_those_that_the_user_has_chosen(window: GalleryWindow, labelled: Any) -> None:
    window._keys.set_keys("category_2", ["Ctrl+2"])
    click(window, 0)

    press(window, Qt.Key.Key_2)
    assert categories_of(labelled)[0] == labelled.cat
    press(window, Qt.Key.Key_2, CTRL)
    assert categories_of(labelled)[0] == labelled.dog


def test_a_keyboard_with_digits_behind_shift_needs_no_shift(
    window: GalleryWindow, labelled: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(QGuiApplication, "platformName", lambda: "xcb")
    click(window, 0)

    no_modifier = Qt.KeyboardModifier.NoModifier
    event = QKeyEvent(QKeyEvent.Type.KeyPress, ord("É"), no_modifier, 11, 0, 0, "é")
    QApplication.sendEvent(window.view, event)

    assert categories_of(labelled)[0] == labelled.dog


def test_letters_mean_nothing_else(window: GalleryWindow) -> None:
    click(window, 0)

    press(window, Qt.Key.Key_D)  # Qt would go to the first row whose words begin so

    assert window.view.selected_ids() == [window.model.id_at(0)]


def test_the_menu_does_the_same(window: GalleryWindow, labelled: Any) -> None:
    click(window, 0)
    menu = window.actions_here.menu(window.model.categories, window._give, window)
    words = [action.text() for action in menu.actions() if action.text()]
    assert words == ["Show on its image", "Category", "Delete", "Select all"]

    choice = next(action.menu() for action in menu.actions() if action.text() == "Category")
    assert isinstance(choice, QMenu)
    assert [action.text() for action in choice.actions()] == ["cat\t1", "dog\t2"]
    choice.actions()[1].trigger()

    assert categories_of(labelled)[0] == labelled.dog


def test_a_right_click_opens_the_menu_of_what_is_selected(window: GalleryWindow) -> None:
    place = window.view.visualRect(window.model.index(3)).center()
    QTest.mouseClick(window.view.viewport(), Qt.MouseButton.RightButton, pos=place)

    window.view.customContextMenuRequested.emit(place)

    (menu,) = (each for each in window.findChildren(QMenu) if each.isVisible())
    assert window.view.selected_ids() == [window.model.id_at(3)]
    menu.close()
    window.view.customContextMenuRequested.emit(QPoint(2, window.view.viewport().height() - 2))
    assert not [each for each in window.findChildren(QMenu) if each.isVisible()]


def test_a_category_is_chosen_in_the_column(window: GalleryWindow, labelled: Any) -> None:
    column = window.filter_view
    index = window.filter_model.index(2)
    QTest.mouseClick(column.viewport(), Qt.MouseButton.LeftButton, pos=column.visualRect(index).center())

    assert window.model.category_id == labelled.dog
    assert window.summary == "2 instances"
    assert [window.filter_model.index(row).data() for row in range(3)] == ["All categories", "cat", "dog"]


def test_an_empty_category_says_so_and_leads_on(window: GalleryWindow, labelled: Any) -> None:
    with labelled.store.edit("Add category") as edit:
        edit.add_category("bird")
    window.show_category(window.model.categories[2].id)
    assert window.empty_words == "No instance is “bird”"

    window._empty.link_clicked.emit()

    assert window.empty_words == ""
    assert window.summary == "5 instances"
    assert window.filter_view.currentIndex().row() == 0


def test_a_project_without_instances_says_what_will_show_here(
    window: GalleryWindow, labelled: Any, qtbot: QtBot
) -> None:
    press(window, Qt.Key.Key_A, CTRL)
    press(window, Qt.Key.Key_Delete)
    assert window.empty_words.startswith("No instances yet\n")
    assert window.summary == "0 instances"

    new = labelled.add(0, rectangle(0, 0, 9, 9))

    assert window.empty_words == ""
    assert window.model.id_at(0) == new


def test_a_project_that_cannot_be_read_says_why(
    qtbot: QtBot, bridge: StoreBridge, labelled: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(_store: object) -> None:
        raise NotAProject("The project file is damaged; restore it from a backup.")

    monkeypatch.setattr(gallery_model, "listed_instances", refuse)
    settings = Settings()
    window = GalleryWindow(bridge, KeyMap(settings), settings, "photos")
    qtbot.addWidget(window)
    assert window.empty_words == "Reading the instances…"

    qtbot.waitUntil(lambda: window.is_idle)

    assert window.empty_words == (
        "The instances cannot be shown\nThe project file is damaged; restore it from a backup."
    )


def test_a_refused_change_is_told_and_nothing_is_lost(
    window: GalleryWindow, labelled: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise StorageFull("The disk is full. Free some space, then try again.")

    monkeypatch.setattr(ProjectStore, "edit", refuse)
    click(window, 0)

    press(window, Qt.Key.Key_2)

    assert [message.text for message in window.messages.messages] == [
        "The disk is full. Free some space, then try again."
    ]
    assert window.view.selected_count() == 1


def test_nothing_is_written_where_the_project_is_open_for_reading_only(
    qtbot: QtBot, labelled: Any, bridge: StoreBridge
) -> None:
    settings = Settings()
    reading = StoreBridge(ProjectStore.open(labelled.store.path, read_only=True))
    window = GalleryWindow(reading, KeyMap(settings), settings, "photos")
    with qtbot.waitActive(window):
        window.show()
        window.activateWindow()
    qtbot.waitUntil(lambda: window.model.is_loaded)

    click(window, 0)
    press(window, Qt.Key.Key_2)
    press(window, Qt.Key.Key_Delete)

    assert window.summary == "5 instances · 1 selected · read-only"
    assert window.messages.messages == ()
    assert [hint.text for hint in window.actions_here.hints(1)] == ["show on its image"]
    window.close_for_good()
    reading.close()


def test_size_and_place_are_remembered(make_window: Any) -> None:
    first = make_window()
    before = first.view.side
    press(first, Qt.Key.Key_Plus, CTRL)
    first.resize(700, 500)
    first.close()

    second = make_window()

    assert second.view.side == SIDES[SIDES.index(before) + 1]
    assert second.head.slider.value() == SIDES.index(second.view.side)
    assert (second.width(), second.height()) == (700, 500)


def test_the_slider_chooses_the_size(window: GalleryWindow) -> None:
    wide = window.view.columns()

    window.head.slider.setValue(len(SIDES) - 1)

    assert window.view.side == SIDES[-1]
    assert window.view.columns() < wide


def test_an_order_is_chosen_in_its_box(window: GalleryWindow, labelled: Any) -> None:
    row = tuple(Order).index(Order.LOWEST_SCORE)
    window.head.orders.activated.emit(row)

    assert window.model.id_at(0) == labelled.ids[2]
    assert window.head.orders.currentIndex() == row
    assert window.focusWidget() is window.view


def test_measuring_is_told(window: GalleryWindow, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(areas, "FEW", 2)

    window.head.orders.activated.emit(tuple(Order).index(Order.SMALLEST))
    window.model.measured.emit(1, 4)
    assert window._note.text() == "Measuring the instances, 25 %"
    qtbot.waitUntil(lambda: not window.model.is_measuring)

    assert window._note.text() == ""


def test_another_outline_gets_another_crop(window: GalleryWindow, labelled: Any, qtbot: QtBot) -> None:
    id_ = labelled.ids[4]
    qtbot.waitUntil(lambda: window.loader.crop(id_) is not None)
    before = window.loader.crop(id_)

    with labelled.store.edit("Reshape") as edit:
        edit.update_instance(id_, region=rectangle(0, 0, 40, 40))

    qtbot.waitUntil(lambda: window.loader.crop(id_) not in (None, before))


def test_what_is_left_out_goes_at_once(window: GalleryWindow, labelled: Any) -> None:
    with labelled.store.edit("Leave out") as edit:
        edit.update_image(labelled.images[0], state=ImageState.LEFT_OUT)

    assert window.summary == "3 instances"
    assert window.filter_model.index(0).data(Qt.ItemDataRole.AccessibleTextRole) == "All categories, 3 instances"


def test_a_missing_image_says_so_under_the_pointer(make_window: Any, labelled: Any, qtbot: QtBot) -> None:
    labelled.store.image_file(labelled.images[2]).unlink()
    window = make_window()
    qtbot.waitUntil(lambda: "is missing" in window.loader.problem(labelled.images[2]))

    row = window.model.row_of(labelled.ids[4])
    place = window.view.visualRect(window.model.index(row)).center()
    at = window.view.viewport().mapToGlobal(place)
    QApplication.sendEvent(window.view.viewport(), QHelpEvent(QEvent.Type.ToolTip, place, at))

    assert QToolTip.text().startswith("“3.png” is missing")
    QToolTip.hideText()


def test_an_image_that_is_back_is_shown_once_the_user_comes_back(make_window: Any, labelled: Any, qtbot: QtBot) -> None:
    path = labelled.store.image_file(labelled.images[2])
    content = path.read_bytes()
    path.unlink()
    window = make_window()
    qtbot.waitUntil(lambda: "is missing" in window.loader.problem(labelled.images[2]))
    path.write_bytes(content)
    other = QWidget()
    qtbot.addWidget(other)
    with qtbot.waitActive(other):
        other.show()
        other.activateWindow()

    with qtbot.waitActive(window):
        window.activateWindow()

    qtbot.waitUntil(lambda: window.loader.crop(labelled.ids[4]) is not None)


def test_the_keys_are_the_grids_again_once_there_is_one(window: GalleryWindow, labelled: Any) -> None:
    with labelled.store.edit("Add category") as edit:
        edit.add_category("bird")
    window.show_category(window.model.categories[2].id)
    link = window._empty.findChild(QPushButton)
    link.setFocus()

    QTest.keyClick(link, Qt.Key.Key_Space)

    assert window.focusWidget() is window.view


def test_a_gallery_that_is_gone_hears_of_no_other_theme(make_window: Any, qapp: QApplication) -> None:
    window = make_window()
    window.close_for_good()
    qapp.sendPostedEvents(None, QEvent.Type.DeferredDelete)

    theme().theme_changed.emit()

    assert not isValid(window)
