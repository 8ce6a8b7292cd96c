"""Selecting and changing instances with the mouse."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QContextMenuEvent
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from sam3_annotator.project import InstanceId, Polygon, Region, is_valid_region
from sam3_annotator.ui.canvas.scene import CanvasInstance
from sam3_annotator.ui.canvas.view import CanvasView

RIGHT = Qt.MouseButton.RightButton
SHIFT, CTRL, ALT = (
    Qt.KeyboardModifier.ShiftModifier,
    Qt.KeyboardModifier.ControlModifier,
    Qt.KeyboardModifier.AltModifier,
)
Edit = tuple[InstanceId, Region, str]
MakeInstance = Callable[..., CanvasInstance]


@pytest.fixture
def edits(canvas: CanvasView) -> list[Edit]:
    """Collect the edits the canvas announces."""
    collected: list[Edit] = []
    canvas.region_edited.connect(lambda id_, region, label: collected.append((id_, region, label)))
    return collected


@pytest.fixture
def three(canvas: CanvasView, make_instance: MakeInstance) -> CanvasView:
    """Show a small instance (3) in a middle one (2) in a large one (1), and one apart (4)."""
    boxes = [(20, 20, 220, 220), (50, 50, 190, 190), (100, 100, 140, 140), (280, 40, 360, 100)]
    canvas.set_instances([make_instance(n, box) for n, box in enumerate(boxes, 1)])
    return canvas


@pytest.fixture
def square(canvas: CanvasView, make_instance: MakeInstance) -> CanvasView:
    """Show a single, selected square of 100 x 100 at (100, 100)."""
    canvas.set_instances([make_instance(7, (100, 100, 200, 200))])
    canvas.set_selection([InstanceId(7)])
    return canvas


def selection(canvas: CanvasView) -> set[int]:
    return set(canvas.scene.selection)


def ring(region: Region) -> list[list[float]]:
    (polygon,) = region.polygons
    return polygon.outer.tolist()


def test_a_click_takes_the_smallest_and_further_clicks_those_below(three: CanvasView, hand: Any) -> None:
    taken = []
    for _ in range(4):
        hand.click(120, 120)
        taken.append(selection(three))

    assert taken == [{3}, {2}, {1}, {3}]


def test_a_click_on_nothing_deselects(three: CanvasView, hand: Any) -> None:
    hand.click(120, 120)
    hand.click(10, 280)

    assert selection(three) == set()


@pytest.mark.parametrize("keys", [SHIFT, CTRL])
def test_with_a_key_clicks_add_and_take_away(three: CanvasView, hand: Any, keys: Any) -> None:
    hand.click(120, 120)
    hand.click(320, 70, keys=keys)
    assert selection(three) == {3, 4}

    hand.click(320, 70, keys=keys)
    assert selection(three) == {3}

    hand.click(10, 280, keys=keys)
    assert selection(three) == {3}


def test_a_band_takes_what_lies_wholly_in_it(three: CanvasView, hand: Any) -> None:
    hand.drag((10, 280), (230, 10))
    assert selection(three) == {1, 2, 3}

    hand.drag((270, 30), (370, 110), SHIFT)
    assert selection(three) == {1, 2, 3, 4}

    hand.drag((250, 200), (370, 230))
    assert selection(three) == set()


def test_hidden_instances_are_not_taken(three: CanvasView, hand: Any) -> None:
    three.set_hidden([InstanceId(3)])

    hand.click(120, 120)

    assert selection(three) == {2}


def test_a_hole_is_clicked_through(canvas: CanvasView, make_instance: MakeInstance, hand: Any) -> None:
    canvas.set_instances(
        [make_instance(1, (0, 0, 300, 300)), make_instance(2, (50, 50, 150, 150), hole=(70, 70, 130, 130))]
    )

    hand.click(100, 100)

    assert selection(canvas) == {1}


def test_the_instance_under_the_cursor_is_highlighted(qtbot: QtBot, three: CanvasView, hand: Any) -> None:
    before = three.viewport().grab().toImage()

    with qtbot.waitSignal(three.hover_changed) as hovered:
        hand.move(120, 120)
    assert hovered.args == [3]
    assert three.viewport().grab().toImage() != before

    with qtbot.waitSignal(three.hover_changed) as hovered:
        hand.move(10, 280)
    assert hovered.args == [None]
    assert three.viewport().grab().toImage() == before


def test_an_instance_that_goes_is_not_hovered_any_more(qtbot: QtBot, three: CanvasView, hand: Any) -> None:
    hand.move(120, 120)

    with qtbot.waitSignal(three.hover_changed) as hovered:
        three.update_instances([], [InstanceId(3)])

    assert hovered.args == [None]


def test_the_menu_is_for_the_instance_under_the_cursor(qtbot: QtBot, three: CanvasView, hand: Any) -> None:
    with qtbot.waitSignal(three.context_menu_requested) as asked:
        hand.click(120, 120, RIGHT)

    assert asked.args == [3, three.viewport().mapToGlobal(hand.at(120, 120))]
    assert selection(three) == {3}


def test_the_menu_keeps_a_selection_it_is_opened_on(qtbot: QtBot, three: CanvasView, hand: Any) -> None:
    three.set_selection([InstanceId(1), InstanceId(4)])

    with qtbot.waitSignal(three.context_menu_requested) as asked:
        hand.click(120, 120, RIGHT)

    assert asked.args[0] == 1
    assert selection(three) == {1, 4}


def test_the_menu_key_opens_it_too(qtbot: QtBot, three: CanvasView) -> None:
    three.set_selection([InstanceId(4)])
    event = QContextMenuEvent(QContextMenuEvent.Reason.Keyboard, QPoint(1, 1), QPoint(1, 1))

    with qtbot.waitSignal(three.context_menu_requested) as asked:
        QApplication.sendEvent(three.viewport(), event)

    assert asked.args[0] == 4


def test_a_dragged_vertex_goes_where_it_is_let_go(square: CanvasView, hand: Any, edits: list[Edit]) -> None:
    hand.drag((200, 100), (250, 60))

    ((id_, region, label),) = edits
    assert (id_, label) == (7, "Move vertex")
    assert ring(region) == [[100, 100], [250, 60], [200, 200], [100, 200]]


def test_nothing_is_announced_before_the_button_comes_up(square: CanvasView, hand: Any, edits: list[Edit]) -> None:
    before = square.viewport().grab().toImage()
    hand.begin_drag((200, 100), (250, 60))

    assert edits == []
    shown = square.viewport().grab().toImage()
    assert shown.pixelColor(hand.at(230, 90)) != before.pixelColor(hand.at(230, 90))


def test_escape_ends_a_drag_without_effect(square: CanvasView, hand: Any, edits: list[Edit]) -> None:
    before = square.viewport().grab().toImage()
    hand.begin_drag((200, 100), (250, 60))

    hand.key(Qt.Key.Key_Escape)
    hand.release(250, 60)
    hand.move(10, 280)

    assert edits == []
    assert square.viewport().grab().toImage() == before


def test_a_click_on_a_vertex_changes_nothing(square: CanvasView, hand: Any, edits: list[Edit]) -> None:
    hand.click(200, 100)

    assert edits == []
    assert selection(square) == {7}


def test_a_vertex_stays_in_the_image(square: CanvasView, hand: Any, edits: list[Edit]) -> None:
    hand.drag((200, 100), (430, -20))

    assert ring(edits[0][1])[1] == [400, 0]


def test_a_click_on_an_edge_adds_a_vertex(square: CanvasView, hand: Any, edits: list[Edit]) -> None:
    hand.click(150, 100)

    ((_, region, label),) = edits
    assert label == "Add vertex"
    assert ring(region) == [[100, 100], [150, 100], [200, 100], [200, 200], [100, 200]]


def test_a_drag_of_an_edge_adds_a_vertex_and_moves_it(square: CanvasView, hand: Any, edits: list[Edit]) -> None:
    hand.drag((100, 150), (60, 170))

    assert ring(edits[0][1]) == [[100, 100], [200, 100], [200, 200], [100, 200], [60, 170]]


def test_an_edge_shows_where_a_vertex_would_be(square: CanvasView, hand: Any) -> None:
    hand.move(150, 150)
    before = square.viewport().grab().toImage()

    hand.move(150, 102)

    assert square.viewport().grab().toImage().pixelColor(hand.at(150, 100)) != before.pixelColor(hand.at(150, 100))


def test_alt_and_click_delete_a_vertex(square: CanvasView, hand: Any, edits: list[Edit]) -> None:
    hand.click(200, 100, keys=ALT)

    ((_, region, label),) = edits
    assert label == "Delete vertex"
    assert ring(region) == [[100, 100], [200, 200], [100, 200]]


def test_alt_and_click_on_an_edge_add_nothing(square: CanvasView, hand: Any, edits: list[Edit]) -> None:
    hand.click(150, 100, keys=ALT)

    assert edits == []


def test_the_vertex_under_the_cursor_is_deleted_on_demand(square: CanvasView, hand: Any, edits: list[Edit]) -> None:
    hand.move(200, 100)
    square.delete_hovered_vertex()

    assert [label for _, _, label in edits] == ["Delete vertex"]


def test_the_canvas_has_no_key_of_its_own_that_deletes(square: CanvasView, hand: Any, edits: list[Edit]) -> None:
    hand.move(200, 100)
    hand.key(Qt.Key.Key_Backspace)

    assert edits == []


def test_key_pressed_twice_on_a_vertex_means_no_more_than_a_vertex(
    square: CanvasView, hand: Any, edits: list[Edit]
) -> None:
    hand.move(150, 150)
    hand.move(200, 100)
    assert square.delete_hovered_vertex()

    assert square.delete_hovered_vertex()
    assert len(edits) == 1
    hand.move(150, 150)
    assert not square.delete_hovered_vertex()


def test_without_a_vertex_under_the_cursor_there_is_none_to_delete(
    square: CanvasView, hand: Any, edits: list[Edit]
) -> None:
    hand.move(150, 150)

    assert not square.delete_hovered_vertex()
    assert edits == []


def test_the_last_triangle_keeps_its_vertices(canvas: CanvasView, hand: Any, edits: list[Edit]) -> None:
    triangle = Region((Polygon([(100, 100), (200, 100), (100, 200)]),))
    canvas.set_instances([CanvasInstance(InstanceId(1), triangle, "#e69f00", "cat")])
    canvas.set_selection([InstanceId(1)])

    hand.move(200, 100)

    assert canvas.delete_hovered_vertex()  # the key means the vertex, not the instance
    assert edits == []


def test_the_vertices_of_a_hole_are_vertices_too(
    canvas: CanvasView, make_instance: MakeInstance, hand: Any, edits: list[Edit]
) -> None:
    canvas.set_instances([make_instance(1, (50, 50, 250, 250), hole=(100, 100, 200, 200))])
    canvas.set_selection([InstanceId(1)])

    hand.drag((200, 200), (220, 220))

    assert edits[0][1].polygons[0].holes[0].tolist()[2] == [220, 220]


def test_an_outline_that_crosses_itself_is_made_valid(square: CanvasView, hand: Any, edits: list[Edit]) -> None:
    hand.drag((200, 100), (60, 180))

    region = edits[0][1]
    assert is_valid_region(region)
    assert region.area > 0


def test_vertices_are_picked_by_distance_on_the_screen(square: CanvasView, hand: Any, edits: list[Edit]) -> None:
    square.set_zoom(0.25)
    hand.drag((220, 100), (300, 60))
    assert len(edits) == 1

    square.set_zoom(16, square.viewport_from_image(square.image_from_viewport(hand.at(200, 100).toPointF())))
    hand.drag((203, 100), (210, 95))
    assert len(edits) == 1


def test_several_selected_instances_have_no_handles(three: CanvasView, hand: Any, edits: list[Edit]) -> None:
    three.set_selection([InstanceId(1), InstanceId(4)])

    hand.click(280, 40, keys=ALT)

    assert edits == []


def test_a_selected_instance_is_dragged_by_whole_pixels(square: CanvasView, hand: Any, edits: list[Edit]) -> None:
    square.set_zoom(3.3, hand.at(150, 150).toPointF())

    hand.drag((150, 150), (171, 139))

    ((id_, region, label),) = edits
    assert (id_, label) == (7, "Move instance")
    moved = np.array(ring(region)) - [[100, 100], [200, 100], [200, 200], [100, 200]]
    assert moved.tolist() == [[21, -11]] * 4


def test_it_does_not_leave_the_image(square: CanvasView, hand: Any, edits: list[Edit]) -> None:
    hand.drag((150, 150), (500, -300))

    assert edits[0][1].box_xyxy == (300, 0, 400, 100)


def test_an_instance_must_be_selected_before_it_can_be_moved(three: CanvasView, hand: Any, edits: list[Edit]) -> None:
    hand.drag((320, 70), (330, 80))

    assert edits == []


def test_a_small_tremble_is_still_a_click(square: CanvasView, hand: Any, edits: list[Edit]) -> None:
    hand.drag((150, 150), (151, 152))

    assert edits == []
    assert selection(square) == {7}


def test_the_instance_leaves_its_place_while_it_is_dragged(square: CanvasView, hand: Any) -> None:
    hand.begin_drag((150, 150), (280, 150))

    shown = square.viewport().grab().toImage()

    assert shown.pixelColor(hand.at(110, 150)).getRgb()[:3] == (110, 150, 40)


def test_a_change_from_elsewhere_ends_the_drag(
    square: CanvasView, make_instance: MakeInstance, hand: Any, edits: list[Edit]
) -> None:
    hand.begin_drag((150, 150), (180, 150))

    square.update_instances([make_instance(7, (0, 0, 50, 50))])
    hand.release(180, 150)

    assert edits == []


def test_another_image_ends_the_drag(square: CanvasView, hand: Any, edits: list[Edit], pixels: np.ndarray) -> None:
    hand.begin_drag((150, 150), (180, 150))

    square.show_image(pixels)
    hand.release(180, 150)

    assert edits == []
