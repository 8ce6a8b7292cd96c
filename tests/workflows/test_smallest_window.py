"""A labeler with a low screen has all panels in sight: none is cut off, none lies over another."""

from __future__ import annotations

from itertools import pairwise

from PySide6.QtWidgets import QDockWidget

from sam3_annotator.project import rectangle

RIGHT = ("categories", "instances", "proposals")


def has_room(user) -> bool:
    """Say whether each panel at the right has the height it needs, and ends where the next one begins."""
    docks = [user.window.findChild(QDockWidget, name) for name in RIGHT]
    is_apart = all(above.geometry().bottom() < below.y() for above, below in pairwise(docks))
    return is_apart and all(dock.widget().height() >= dock.widget().minimumSizeHint().height() for dock in docks)


def test_the_right_column_fits_whatever_is_selected_and_found(finding_session, user, qtbot):
    window = user.window
    store, image = window.store, window.store.images()[0].id
    finding_session.instances = [((2, 2, 12, 12), 0.6), ((20, 4, 34, 18), 0.9)]
    window.resize(window.minimumSize())
    qtbot.waitUntil(lambda: has_room(user))
    with store.edit("Label") as edit:
        categories = [edit.add_category(name) for name in ("cat", "dog", "bus")]
        attributes = {"occluded": True, "colour": "red", "age": 3}
        made = [edit.add_instance(image, each, rectangle(40, 20, 60, 40), attributes=attributes) for each in categories]
    qtbot.waitUntil(lambda: has_room(user))

    window.workspace.select(made[:1])
    user.settle()
    qtbot.waitUntil(lambda: has_room(user))
    window.workspace.select(())
    user.type_phrase("cat")
    user.settle()
    qtbot.waitUntil(lambda: has_room(user))
    window.workspace.select(made[:1])
    user.settle()

    qtbot.waitUntil(lambda: has_room(user))
    assert window.size() == window.minimumSize()
