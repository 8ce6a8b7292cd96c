"""Esc pressed too early costs nothing: undo brings back what it dropped, before it goes back in the project."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

CTRL = Qt.KeyboardModifier.ControlModifier
BOXES = ((2, 2, 12, 12), (20, 4, 34, 18))
CORNERS = ((20, 30), (34, 30), (34, 44), (20, 44))


@pytest.fixture
def labeler(user):
    """Sit a user down who has a category and an instance of it, by hand."""
    user.add_category("cat")
    user.press(Qt.Key.Key_P)
    for corner in ((50, 5), (60, 5), (60, 15)):
        user.click(*corner)
    user.press(Qt.Key.Key_Return)
    assert len(user.instances(0)) == 1
    return user


def draw(user) -> None:
    user.press(Qt.Key.Key_P)
    for corner in CORNERS:
        user.click(*corner)


def drop_and_undo(user) -> None:
    user.press(Qt.Key.Key_Escape)
    user.press(Qt.Key.Key_Z, CTRL)


def test_a_polygon_comes_back_with_its_tool_and_goes_on(labeler) -> None:
    draw(labeler)
    labeler.press(Qt.Key.Key_Escape)
    labeler.press(Qt.Key.Key_S)
    labeler.press(Qt.Key.Key_Z, CTRL)

    assert labeler.window.canvas.polygon.vertex_count == 4
    labeler.press(Qt.Key.Key_Return)
    assert [len(each.region.polygons[0].outer) for each in labeler.instances(0)] == [3, 4]


def test_an_outline_comes_back_with_its_clicks(labeler) -> None:
    labeler.press(Qt.Key.Key_S)
    labeler.click(20, 20)
    labeler.click(40, 30)
    labeler.settle()
    region = labeler.draft.region

    drop_and_undo(labeler)

    assert (len(labeler.draft.prompts), labeler.draft.region) == (2, region)
    assert len(labeler.instances(0)) == 1


def test_an_outline_dropped_before_it_came_is_made_after_all(labeler, fake_session) -> None:
    fake_session.hold()
    labeler.press(Qt.Key.Key_S)
    labeler.click(20, 20)
    drop_and_undo(labeler)
    fake_session.release()
    labeler.settle()

    assert not labeler.draft.region.is_empty


def test_strokes_without_a_category_come_back(user) -> None:
    user.press(Qt.Key.Key_R)
    user.drag(20, 20, 30, 20)
    user.window.focus_canvas()
    drop_and_undo(user)

    user.add_category("cat")

    assert len(user.instances(0)) == 1


@pytest.mark.parametrize("by", ["key", "cross"])
def test_what_was_found_comes_back_without_asking_again(labeler, finding_session, by: str) -> None:
    finding_session.instances = [(box, 0.9) for box in BOXES]
    labeler.type_phrase("cat")
    labeler.settle()
    labeler.press(Qt.Key.Key_Backspace)
    if by == "key":
        labeler.press(Qt.Key.Key_Escape)
    else:
        QTest.mouseClick(labeler.window.area.phrase_bar._cross, Qt.MouseButton.LeftButton)
    assert labeler.proposals == []

    labeler.press(Qt.Key.Key_Z, CTRL)
    assert len(labeler.proposals) == 1
    labeler.press(Qt.Key.Key_Z, CTRL)
    assert len(labeler.proposals) == 2
    assert len(finding_session.detected) == 1
    labeler.press(Qt.Key.Key_Z, CTRL)
    assert labeler.instances(0) == ()


def test_what_was_done_since_is_undone_first_and_what_was_dropped_stays_dropped(labeler) -> None:
    draw(labeler)
    labeler.press(Qt.Key.Key_Escape)
    labeler.press(Qt.Key.Key_Tab)
    labeler.press(Qt.Key.Key_Delete)

    labeler.press(Qt.Key.Key_Z, CTRL)
    assert len(labeler.instances(0)) == 1
    labeler.press(Qt.Key.Key_Z, CTRL)
    assert labeler.instances(0) == ()
    assert not labeler.window.canvas.polygon.is_open


def test_on_another_image_undo_is_about_the_project(labeler) -> None:
    draw(labeler)
    labeler.press(Qt.Key.Key_Escape)
    labeler.press(Qt.Key.Key_D)
    labeler.settle()

    labeler.press(Qt.Key.Key_Z, CTRL)

    assert labeler.instances(0) == ()
    assert not labeler.window.canvas.polygon.is_open
