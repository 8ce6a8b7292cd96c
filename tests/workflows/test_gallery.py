"""A curator looks through all instances of a project side by side and mends wrong labels, in the real windows."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from sam3_annotator.project import rectangle
from sam3_annotator.ui.window.gallery_display import GalleryDisplay


@pytest.fixture
def gallery(user, qtbot):
    """Label a cat and a dog on each image, two dogs as cats, and open the gallery."""
    store = user.window.store
    with store.edit("Label") as edit:
        cat, dog = edit.add_category("cat"), edit.add_category("dog")
        for number, image in enumerate(store.images()):
            edit.add_instance(image.id, cat, rectangle(2, 2, 20, 20))
            edit.add_instance(image.id, cat if number < 2 else dog, rectangle(20, 20, 40, 40))
    user.press(Qt.Key.Key_I)
    made = user.window.findChild(GalleryDisplay).companion
    qtbot.waitUntil(made.isActiveWindow)
    user.settle()
    return made


def click(gallery, row, modifier=Qt.KeyboardModifier.NoModifier, clicks=QTest.mouseClick):
    place = gallery.view.visualRect(gallery.model.index(row)).center()
    clicks(gallery.view.viewport(), Qt.MouseButton.LeftButton, modifier, place)


def test_wrong_labels_are_found_and_mended_many_at_a_time(user, gallery, qtbot):
    store = user.window.store
    cat, dog = store.categories()
    gallery.show_category(cat.id)
    assert gallery.summary == "6 instances"
    qtbot.waitUntil(lambda: all(gallery.loader.crop(gallery.model.id_at(row)) for row in range(6)))

    click(gallery, 1)
    click(gallery, 3, Qt.KeyboardModifier.ControlModifier)
    QTest.keyClick(gallery.view, Qt.Key.Key_2)

    assert gallery.summary == "4 instances"
    assert [[each.category_id for each in user.instances(number)] for number in range(4)] == [[cat.id, dog.id]] * 4
    QTest.keyClick(gallery.view, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert gallery.summary == "6 instances"
    assert user.image_position() == 0  # the main window stays where it was


def test_an_instance_is_shown_on_its_image(user, gallery, qtbot):
    wanted = user.instances(3)[1].id

    click(gallery, gallery.model.row_of(wanted))
    QTest.keyClick(gallery.view, Qt.Key.Key_Return)
    user.settle()

    assert user.image_position() == 3
    assert user.window.workspace.selection == {wanted}
    qtbot.waitUntil(user.window.isActiveWindow)
    assert gallery.isVisible()


def test_what_the_main_window_does_is_seen_in_the_gallery(user, gallery, qtbot):
    user.window.activateWindow()
    qtbot.waitUntil(user.window.isActiveWindow)
    user.press(Qt.Key.Key_A, Qt.KeyboardModifier.ControlModifier)

    user.press(Qt.Key.Key_Delete)
    assert gallery.summary == "6 instances"
    user.press(Qt.Key.Key_X)
    user.press(Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    user.press(Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)

    assert gallery.summary == "8 instances"


def test_the_gallery_goes_with_its_main_window(user, gallery):
    user.close()

    assert not gallery.isVisible()
