"""Boxes of another program become outlines, in the real window."""

from __future__ import annotations

from PySide6.QtCore import Qt

from sam3_annotator.project import Polygon, Region


def test_selected_boxes_are_outlined_by_one_key_and_undone_by_one(user):
    store = user.window.store
    image_id = store.images()[0].id
    triangle = Region((Polygon([(10, 10), (40, 10), (10, 30)]),))
    with store.edit("Label") as edit:
        cat = edit.add_category("cat")
        for shift in (0, 20):
            edit.add_instance(image_id, cat, triangle.translated(shift, shift))
    user.press(Qt.Key.Key_A, Qt.KeyboardModifier.ControlModifier)

    user.press(Qt.Key.Key_C, Qt.KeyboardModifier.ShiftModifier)
    user.settle()

    assert [instance.region.area for instance in user.instances(0)] == [600, 600]
    user.press(Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert [instance.region for instance in user.instances(0)] == [triangle, triangle.translated(20, 20)]
