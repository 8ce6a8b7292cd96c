"""What the keys are about comes into view: zoomed in, nobody has to look for it."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPointF, Qt
from PySide6.QtTest import QTest

from sam3_annotator.project import rectangle
from tests.workflows.sequences import put

CORNERS = ((4, 4, 14, 14), (60, 40, 76, 56))


@pytest.fixture
def zoomed(user):
    """Sit a user down at an image with an instance in either corner, who looks at the first alone."""
    user.add_category("cat")
    for box in CORNERS:
        put(user, 0, "cat", rectangle(*box))
    user.window.canvas.zoom_to(CORNERS[0])
    return user


def is_in_sight(user, box: tuple[float, ...]) -> bool:
    canvas = user.window.canvas
    ends = (QPointF(*box[:2]), QPointF(*box[2:]))
    return all(canvas.viewport().rect().contains(canvas.viewport_from_image(end).toPoint()) for end in ends)


def is_large(user, box: tuple[float, ...]) -> bool:
    canvas = user.window.canvas
    room = min(canvas.viewport().width(), canvas.viewport().height())
    return is_in_sight(user, box) and (box[2] - box[0]) * canvas.zoom > room / 6


def test_tab_brings_the_next_instance_into_sight(zoomed) -> None:
    assert not is_in_sight(zoomed, CORNERS[1])
    zoom = zoomed.window.canvas.zoom

    zoomed.press(Qt.Key.Key_Tab)
    zoomed.press(Qt.Key.Key_Tab)

    assert is_in_sight(zoomed, CORNERS[1])
    assert zoomed.window.canvas.zoom == zoom


def test_so_does_a_click_in_the_list(zoomed) -> None:
    view = zoomed.window.instance_panel.view
    QTest.mouseClick(view.viewport(), Qt.MouseButton.LeftButton, pos=view.visualRect(view.model().index(0, 0)).center())

    assert is_in_sight(zoomed, CORNERS[1])


def test_z_zooms_to_what_is_selected(zoomed) -> None:
    zoomed.press(Qt.Key.Key_F)
    zoomed.press(Qt.Key.Key_A, Qt.KeyboardModifier.ControlModifier)
    zoomed.press(Qt.Key.Key_Z)
    assert all(is_in_sight(zoomed, box) for box in CORNERS)

    zoomed.press(Qt.Key.Key_Tab)
    zoomed.press(Qt.Key.Key_Z)

    assert is_large(zoomed, CORNERS[0])
    assert not is_in_sight(zoomed, CORNERS[1])


def test_z_zooms_to_the_outline_that_is_open(zoomed) -> None:
    zoomed.press(Qt.Key.Key_F)
    zoomed.click(68, 48)
    zoomed.settle()
    zoomed.press(Qt.Key.Key_Z)

    assert is_large(zoomed, zoomed.draft.region.box_xyxy)


def test_z_zooms_to_the_polygon_being_drawn(zoomed) -> None:
    zoomed.press(Qt.Key.Key_F)
    zoomed.press(Qt.Key.Key_P)
    for corner in ((30, 20), (38, 20), (38, 26)):
        zoomed.click(*corner)
    zoomed.press(Qt.Key.Key_Z)

    assert is_large(zoomed, (30, 20, 38, 26))


def test_z_zooms_to_the_proposal_in_focus(zoomed, finding_session) -> None:
    finding_session.instances = [((40, 20, 52, 30), 0.9)]
    zoomed.press(Qt.Key.Key_F)
    zoomed.type_phrase("cat")
    zoomed.settle()
    zoomed.press(Qt.Key.Key_Z)

    assert is_large(zoomed, zoomed.proposals[0])
