"""Ctrl+Z pressed too often costs nothing: redo puts vertices, clicks and strokes back where they were."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt

CTRL = Qt.KeyboardModifier.ControlModifier
SHIFT = Qt.KeyboardModifier.ShiftModifier
CORNERS = ((20, 30), (34, 30), (34, 44), (20, 44))


@pytest.fixture
def labeler(user):
    """Sit a user down who has a category and an instance of it, by hand."""
    user.add_category("cat")
    draw(user, (50, 5), (60, 5), (60, 15))
    user.press(Qt.Key.Key_Return)
    assert len(user.instances(0)) == 1
    return user


def draw(user, *corners: tuple[int, int]) -> None:
    user.press(Qt.Key.Key_P)
    for corner in corners:
        user.click(*corner)


def undo(user, times: int = 1) -> None:
    for _ in range(times):
        user.press(Qt.Key.Key_Z, CTRL)


def redo(user, times: int = 1) -> None:
    for _ in range(times):
        user.press(Qt.Key.Key_Z, CTRL | SHIFT)


def vertices(user) -> list[tuple[float, ...]]:
    return [tuple(round(value) for value in vertex) for vertex in user.window.canvas.polygon.vertices]


def test_vertices_come_back_one_by_one(labeler) -> None:
    draw(labeler, *CORNERS)
    undo(labeler, 3)
    redo(labeler)
    assert vertices(labeler) == list(CORNERS[:2])

    redo(labeler, 2)

    assert vertices(labeler) == list(CORNERS)


@pytest.mark.parametrize("way", ["Backspace", "right click"])
def test_a_vertex_comes_back_whatever_took_it(labeler, way: str) -> None:
    draw(labeler, *CORNERS)
    if way == "Backspace":
        labeler.press(Qt.Key.Key_Backspace)
    else:
        labeler.click(5, 5, Qt.MouseButton.RightButton)
    assert vertices(labeler) == list(CORNERS[:3])

    redo(labeler)

    assert vertices(labeler) == list(CORNERS)


def test_the_way_back_leads_through_the_project_to_the_polygon(labeler) -> None:
    draw(labeler, *CORNERS)
    undo(labeler, 5)
    assert labeler.instances(0) == ()

    redo(labeler)
    assert (len(labeler.instances(0)), vertices(labeler)) == (1, [])
    redo(labeler, 4)

    assert (len(labeler.instances(0)), vertices(labeler)) == (1, list(CORNERS))


def test_clicks_come_back_with_their_outline(labeler) -> None:
    labeler.press(Qt.Key.Key_S)
    labeler.click(20, 20)
    labeler.click(40, 30)
    labeler.settle()
    before = labeler.draft
    undo(labeler, 2)
    assert labeler.draft is None

    redo(labeler)
    assert labeler.draft.prompts == before.prompts[:1]
    redo(labeler)

    assert (labeler.draft.prompts, labeler.draft.region) == (before.prompts, before.region)


def test_a_correction_comes_back_but_not_in_place_of_another(labeler) -> None:
    draw(labeler, *CORNERS)
    labeler.press(Qt.Key.Key_Return)
    first, second = labeler.instances(0)
    labeler.window.workspace.select((first.id,))
    labeler.press(Qt.Key.Key_C)
    undo(labeler)
    assert labeler.draft is None
    redo(labeler)
    assert labeler.draft.corrects.instance.id == first.id

    undo(labeler)
    labeler.window.workspace.select((second.id,))
    labeler.press(Qt.Key.Key_C)
    redo(labeler)

    assert labeler.draft.corrects.instance.id == second.id


def test_strokes_without_a_category_come_back(user) -> None:
    user.press(Qt.Key.Key_R)
    for y in (20, 40):
        user.drag(20, y, 30, y)
        user.window.focus_canvas()
    undo(user, 2)

    redo(user, 2)
    user.add_category("cat")

    assert len(user.instances(0)[0].region.polygons) == 2


def test_they_are_still_there_after_a_look_at_another_image(labeler) -> None:
    draw(labeler, *CORNERS)
    undo(labeler)
    labeler.press(Qt.Key.Key_D)
    labeler.settle()
    redo(labeler)
    assert vertices(labeler) == []
    labeler.press(Qt.Key.Key_A)
    labeler.settle()

    redo(labeler)

    assert vertices(labeler) == list(CORNERS)


@pytest.mark.parametrize("instead", ["another vertex", "an outline", "a step of the project"])
def test_nothing_comes_back_once_something_else_is_done(labeler, instead: str) -> None:
    draw(labeler, *CORNERS)
    undo(labeler, 4 if instead == "a step of the project" else 1)
    if instead == "another vertex":
        labeler.click(10, 40)
    elif instead == "an outline":
        labeler.press(Qt.Key.Key_S)
        labeler.click(20, 20)
        labeler.settle()
    else:
        labeler.add_category("dog")
    before = vertices(labeler)

    redo(labeler)

    assert vertices(labeler) == before


def test_what_was_accepted_does_not_come_back(labeler) -> None:
    draw(labeler, *CORNERS)
    undo(labeler)
    labeler.press(Qt.Key.Key_Return)
    assert len(labeler.instances(0)) == 2

    redo(labeler)

    assert (vertices(labeler), labeler.draft) == ([], None)
