"""A team lead looks at the numbers of a project while it is worked on, in the real windows."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from sam3_annotator.project import ImageState, rectangle
from sam3_annotator.ui.window.gallery_display import GalleryDisplay
from sam3_annotator.ui.window.statistics_display import StatisticsDisplay

CTRL = Qt.KeyboardModifier.ControlModifier


@pytest.fixture
def statistics(user, qtbot):
    """Label a cat on each image and a dog on the first, and open the statistics."""
    store = user.window.store
    with store.edit("Label") as edit:
        cat, dog = edit.add_category("cat"), edit.add_category("dog")
        for image in store.images():
            edit.add_instance(image.id, cat, rectangle(2, 2, 20, 20))
        edit.add_instance(store.images()[0].id, dog, rectangle(20, 20, 40, 40))
    user.press(Qt.Key.Key_I, CTRL)
    made = user.window.findChild(StatisticsDisplay).companion
    qtbot.waitUntil(made.isActiveWindow)
    user.settle()
    return made


def cells(statistics, row):
    order = statistics.view.order
    return [order.index(row, column).data() for column in range(2)]


def go_back(user, qtbot):
    user.window.activateWindow()
    qtbot.waitUntil(user.window.isActiveWindow)


def test_what_is_done_in_the_main_window_is_counted(user, statistics, qtbot):
    assert statistics.head.words.startswith("0 / 4 images done · 5 instances")
    assert [cells(statistics, row) for row in (1, 2)] == [["cat", "4"], ["dog", "1"]]

    go_back(user, qtbot)
    user.press(Qt.Key.Key_A, CTRL)
    user.press(Qt.Key.Key_Delete)
    user.settle()
    assert [cells(statistics, row) for row in (0, 1, 2)] == [["All categories", "3"], ["cat", "3"], ["dog", "0"]]
    user.press(Qt.Key.Key_Z, CTRL)
    with user.window.store.edit("Done") as edit:
        edit.update_image(user.window.store.images()[0].id, state=ImageState.DONE)
    user.settle()

    assert statistics.head.words.startswith("1 / 4 images done · 5 instances")


def test_what_was_clicked_tells_how_many_clicks_it_took(user, statistics, qtbot):
    go_back(user, qtbot)
    user.click(30, 20)
    user.settle()
    user.press(Qt.Key.Key_Return)
    user.settle()

    assert "1.0 clicks each" in statistics.head.words


def test_a_category_leads_to_its_instances(user, statistics, qtbot):
    statistics.view.selectRow(2)
    QTest.keyClick(statistics.view, Qt.Key.Key_Return)

    gallery = user.window.findChild(GalleryDisplay).companion
    qtbot.waitUntil(gallery.isActiveWindow)
    user.settle()

    assert gallery.summary == "1 instance"


def test_a_category_leads_to_its_images(user, statistics, qtbot):
    dog = user.window.store.categories()[1]

    statistics.images_wanted.emit(dog.id)

    qtbot.waitUntil(user.window.isActiveWindow)
    assert len(user.window.image_panel.shown.records()) == 1


def test_one_key_leads_there_and_back(user, statistics, qtbot):
    QTest.keyClick(statistics.view, Qt.Key.Key_I, CTRL)
    qtbot.waitUntil(user.window.isActiveWindow)

    user.press(Qt.Key.Key_I, CTRL)

    qtbot.waitUntil(statistics.isActiveWindow)


def test_the_statistics_go_with_their_main_window(user, statistics):
    user.close()

    assert not statistics.isVisible()
