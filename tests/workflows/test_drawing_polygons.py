"""Polygons drawn by hand through the window: closed, taken back, dropped, kept."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from sam3_annotator.project import ImageState, Origin
from sam3_annotator.ui.verbs import operations

CTRL = Qt.KeyboardModifier.ControlModifier
SHIFT = Qt.KeyboardModifier.ShiftModifier
CORNERS = [(10.0, 10.0), (40.0, 10.0), (40.0, 30.0)]


@pytest.fixture
def artist(user):
    """Take the polygon tool, with a category to draw for."""
    user.add_category("cat")
    user.press(Qt.Key.Key_P)
    return user


def draw(user, corners=CORNERS) -> None:
    for corner in corners:
        user.click(*corner)


def drawn(user) -> list[tuple[float, float]]:
    return [(round(x), round(y)) for x, y in user.window.canvas.polygon.vertices.tolist()]


def hints(user) -> str:
    return user.window.status_line._keys.accessibleName()


def rings(user, position: int) -> list[list[tuple[float, float]]]:
    regions = [instance.region for instance in user.instances(position)]
    return [[(round(x), round(y)) for x, y in region.polygons[0].outer.tolist()] for region in regions]


def test_enter_makes_the_polygon_an_instance_made_by_hand_in_one_step(artist):
    draw(artist)
    artist.press(Qt.Key.Key_Return)

    assert rings(artist, 0) == [CORNERS]
    (instance,) = artist.instances(0)
    assert instance.provenance.origin is Origin.HAND
    assert artist.window.workspace.selection == frozenset()
    assert drawn(artist) == []
    artist.press(Qt.Key.Key_Z, CTRL)
    assert artist.instances(0) == ()
    artist.press(Qt.Key.Key_Z, CTRL | SHIFT)
    assert artist.instances(0) == (instance,)


def test_polygons_follow_each_other_without_a_key_between(artist):
    draw(artist, [*CORNERS, CORNERS[0]])
    draw(artist, [(50, 20), (60, 20), (60, 40), (50, 20)])

    assert [len(ring) for ring in rings(artist, 0)] == [3, 3]


def test_backspace_and_ctrl_z_take_vertices_back_and_the_menu_says_so(artist):
    undo = artist.window.window_actions.action("undo")
    draw(artist)
    assert undo.text() == "Undo last vertex"

    artist.press(Qt.Key.Key_Backspace)
    assert drawn(artist) == CORNERS[:2]
    artist.press(Qt.Key.Key_Z, CTRL)
    assert drawn(artist) == CORNERS[:1]
    artist.press(Qt.Key.Key_Backspace)

    assert drawn(artist) == []
    assert undo.text() == "Undo add category"


def test_escape_drops_the_polygon_and_touches_nothing_else(artist):
    draw(artist)

    artist.press(Qt.Key.Key_Escape)

    assert drawn(artist) == []
    assert artist.instances(0) == ()
    assert artist.window.store.undo_label == "Add category"


def test_keys_are_about_the_polygon_before_selection_and_draft(artist):
    draw(artist)
    artist.press(Qt.Key.Key_Return)
    artist.press(Qt.Key.Key_S)
    artist.click(20, 20)
    artist.settle()
    artist.press(Qt.Key.Key_P)
    draw(artist, [(50, 20), (60, 20), (60, 40)])
    artist.press(Qt.Key.Key_A, CTRL)

    artist.press(Qt.Key.Key_Delete)
    artist.press(Qt.Key.Key_Backspace)
    artist.press(Qt.Key.Key_Escape)

    assert drawn(artist) == []
    assert len(artist.instances(0)) == 1
    assert artist.draft is not None


def test_a_digit_is_for_the_polygon_and_leaves_the_selection_its_category(artist):
    artist.add_category("dog")
    cat, dog = artist.window.store.categories()
    artist.press(Qt.Key.Key_1)
    draw(artist)
    artist.press(Qt.Key.Key_Return)
    draw(artist, [(50, 20), (60, 20), (60, 40)])
    artist.press(Qt.Key.Key_A, CTRL)

    artist.press(Qt.Key.Key_2)
    artist.press(Qt.Key.Key_Return)

    assert [instance.category_id for instance in artist.instances(0)] == [cat.id, dog.id]


def test_tab_leaves_the_focus_with_the_polygon(artist):
    draw(artist)
    artist.press(Qt.Key.Key_Return)
    draw(artist, CORNERS[:2])

    artist.press(Qt.Key.Key_Tab)

    assert artist.window.canvas.hasFocus()
    assert artist.window.workspace.selection == frozenset()


def test_shift_enter_closes_and_goes_on(artist):
    draw(artist)
    artist.press(Qt.Key.Key_Return, SHIFT)
    artist.settle()

    assert rings(artist, 0) == [CORNERS]
    assert artist.image_position() == 1
    assert artist.window.store.images()[0].state is ImageState.DONE


def test_too_few_vertices_are_neither_closed_nor_left_behind(artist):
    draw(artist, CORNERS[:2])

    artist.press(Qt.Key.Key_Return)
    artist.press(Qt.Key.Key_Return, SHIFT)

    assert artist.image_position() == 0
    assert artist.instances(0) == ()
    assert drawn(artist) == CORNERS[:2]


def test_a_polygon_waits_on_its_image(artist):
    draw(artist)
    artist.press(Qt.Key.Key_D)
    artist.settle()
    assert drawn(artist) == []
    draw(artist, [(50, 20), (60, 20)])

    artist.press(Qt.Key.Key_A)
    artist.settle()
    assert drawn(artist) == CORNERS
    artist.press(Qt.Key.Key_Return)
    artist.press(Qt.Key.Key_D)
    artist.settle()

    assert drawn(artist) == [(50, 20), (60, 20)]
    assert (len(artist.instances(0)), artist.instances(1)) == (1, ())


def test_turning_from_a_polygon_says_that_it_waits(artist, tell):
    draw(artist)

    artist.press(Qt.Key.Key_D)
    artist.settle()
    assert tell() == ["The polygon on 1.png waits there: it is not closed yet."]
    artist.press(Qt.Key.Key_A)
    artist.settle()
    assert tell() == []

    artist.press(Qt.Key.Key_Return)
    draw(artist, CORNERS[:2])  # no ring that could be lost
    artist.press(Qt.Key.Key_D)
    artist.settle()
    assert tell() == []


def test_reading_the_image_again_keeps_the_polygon(artist, tell):
    draw(artist)

    artist.press(Qt.Key.Key_F5)
    artist.settle()

    assert drawn(artist) == CORNERS
    assert tell() == []


def test_a_polygon_rests_while_another_tool_is_in_the_hand(artist):
    draw(artist)
    artist.press(Qt.Key.Key_S)
    artist.press(Qt.Key.Key_Return)
    artist.press(Qt.Key.Key_Backspace)
    artist.press(Qt.Key.Key_Escape)
    assert drawn(artist) == CORNERS
    assert artist.instances(0) == ()

    artist.press(Qt.Key.Key_P)
    artist.press(Qt.Key.Key_Return)

    assert rings(artist, 0) == [CORNERS]


def test_changes_of_the_project_leave_it_open(artist):
    store = artist.window.store
    draw(artist)

    operations.add_category(store, "dog")
    store.undo()
    artist.press(Qt.Key.Key_1)

    assert drawn(artist) == CORNERS


def test_without_a_category_it_stays_open_until_one_is_named(user, tell):
    user.press(Qt.Key.Key_P)
    draw(user)
    user.press(Qt.Key.Key_Return)
    assert any("category" in text for text in tell())
    assert drawn(user) == CORNERS

    QTest.keyClicks(user.window.category_panel.field, "cat")
    QTest.keyClick(user.window.category_panel.field, Qt.Key.Key_Return)

    assert rings(user, 0) == [CORNERS]
    assert drawn(user) == []
    assert tell() == []
    assert user.window.canvas.hasFocus()


def test_a_stroke_painted_while_it_waits_for_a_category_waits_beside_it(user):
    user.press(Qt.Key.Key_P)
    draw(user)
    user.press(Qt.Key.Key_Return)
    user.press(Qt.Key.Key_R)
    user.drag(50, 40, 55, 40)

    user.add_category("cat")

    assert len(user.instances(0)) == 2
    assert drawn(user) == []


def test_naming_a_category_goes_on_if_that_was_asked_for(user):
    user.press(Qt.Key.Key_P)
    draw(user)
    user.press(Qt.Key.Key_Return, SHIFT)
    assert user.image_position() == 0

    QTest.keyClicks(user.window.category_panel.field, "cat")
    QTest.keyClick(user.window.category_panel.field, Qt.Key.Key_Return)
    user.settle()

    assert rings(user, 0) == [CORNERS]
    assert user.image_position() == 1


def test_a_polygon_changed_since_is_not_stored_by_naming_a_category(user):
    user.press(Qt.Key.Key_P)
    draw(user)
    user.press(Qt.Key.Key_Return)
    user.click(10, 30)

    user.add_category("cat")

    assert user.instances(0) == ()
    assert drawn(user) == [*CORNERS, (10, 30)]
    user.press(Qt.Key.Key_Escape)


def test_the_question_for_a_category_goes_with_the_polygon(user, tell):
    user.press(Qt.Key.Key_P)
    draw(user)
    user.press(Qt.Key.Key_Return)
    user.window.focus_canvas()

    user.press(Qt.Key.Key_Escape)

    assert tell() == []


def test_a_polygon_without_a_category_is_not_lost_by_looking_elsewhere(user):
    user.press(Qt.Key.Key_P)
    draw(user)
    user.press(Qt.Key.Key_Return)
    user.window.focus_canvas()
    user.press(Qt.Key.Key_D)
    user.settle()

    user.add_category("cat")
    user.press(Qt.Key.Key_A)
    user.settle()

    assert drawn(user) == CORNERS
    user.press(Qt.Key.Key_Return)
    assert rings(user, 0) == [CORNERS]


def test_a_polygon_closed_while_its_image_waits_for_a_mask_is_of_that_image(artist, fake_session):
    fake_session.hold()
    artist.press(Qt.Key.Key_S)
    artist.click(20, 20)
    artist.press(Qt.Key.Key_P)
    draw(artist)
    artist.press(Qt.Key.Key_S)
    artist.press(Qt.Key.Key_Return)
    artist.press(Qt.Key.Key_D)  # the next image comes when the mask is stored
    artist.press(Qt.Key.Key_P)
    artist.press(Qt.Key.Key_Return)
    fake_session.release()
    artist.settle()

    assert CORNERS in rings(artist, 0)
    assert (len(artist.instances(0)), artist.instances(1)) == (2, ())


def test_the_hints_say_what_keys_do(artist):
    assert "Click: add a vertex, Drag: draw freehand" in hints(artist)

    draw(artist)

    assert hints(artist).startswith("Enter: close as cat, Backspace: last vertex, Esc: drop")


def test_closing_the_window_tells_of_a_polygon_that_would_be_lost(artist, tell):
    draw(artist)
    artist.press(Qt.Key.Key_D)
    artist.settle()

    artist.window.close()
    assert artist.window.isVisible()
    (sentence,) = tell()
    assert artist.window.store.images()[0].name in sentence

    artist.leave()
    assert not artist.window.isVisible()


def test_a_polygon_in_another_category_is_drawn_in_its_colour(artist):
    artist.add_category("dog")
    colors = [category.color for category in artist.window.store.categories()]
    artist.press(Qt.Key.Key_2)
    assert artist.window.canvas._overlay.polygon_item.color.name() == colors[1]

    artist.press(Qt.Key.Key_1)

    assert artist.window.canvas._overlay.polygon_item.color.name() == colors[0]
