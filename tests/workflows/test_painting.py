"""A user paints instances, and erases from them."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import QPointF, Qt
from PySide6.QtTest import QTest

from sam3_annotator.app import assemble_window
from sam3_annotator.project import ImageState, Instance, Origin, ProjectStore, region_to_mask
from sam3_annotator.ui.canvas.preview_item import PreviewKind
from sam3_annotator.ui.settings import Settings
from sam3_annotator.ui.start.opening import Opened

CTRL, SHIFT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier
RIGHT = Qt.MouseButton.RightButton


@pytest.fixture
def painter(user):
    """Give the user a category and a brush of 6 pixels."""
    user.window.settings.brush_radius = 6
    user.add_category("cat")
    user.press(Qt.Key.Key_R)
    return user


def mask_of(instance: Instance) -> np.ndarray:
    return region_to_mask(instance.region, 48, 64)


def undo(user) -> None:
    user.press(Qt.Key.Key_Z, CTRL)


def redo(user) -> None:
    user.press(Qt.Key.Key_Z, CTRL | SHIFT)


def test_a_stroke_makes_an_instance_in_which_further_strokes_go_on(painter):
    painter.drag(10, 10, 40, 10)
    (first,) = painter.instances(0)
    assert first.provenance.origin is Origin.HAND
    assert painter.window.workspace.selection == {first.id}

    painter.drag(40, 10, 40, 40)

    (second,) = painter.instances(0)
    assert second.id == first.id
    assert mask_of(second)[[10, 38], [12, 40]].all()
    assert second.provenance.edit_count == first.provenance.edit_count + 1
    assert painter.window.store.undo_label == "Brush"


def test_each_stroke_is_undone_and_redone_by_itself(painter):
    seen = [painter.instances(0)]
    for x0, y0, x1, y1, button in (
        (10, 10, 40, 10, Qt.MouseButton.LeftButton),
        (40, 10, 40, 40, Qt.MouseButton.LeftButton),
        (25, 0, 25, 20, RIGHT),
    ):
        painter.drag(x0, y0, x1, y1, button)
        seen.append(painter.instances(0))
    assert len({*seen}) == 4

    back = []
    for _ in range(3):
        undo(painter)
        back.append(painter.instances(0))
    assert back == seen[2::-1]
    for after in seen[1:]:
        redo(painter)
        assert painter.instances(0) == after


def test_a_hole_is_made_survives_a_restart_and_is_filled(painter):
    painter.window.settings.brush_radius = 15
    painter.click(30, 24)
    painter.window.settings.brush_radius = 5
    painter.click(30, 24, RIGHT)
    (holed,) = painter.instances(0)
    assert holed.region.has_holes
    assert not mask_of(holed)[24, 30]

    painter.restart()
    assert painter.instances(0) == (holed,)
    painter.press(Qt.Key.Key_Tab)
    painter.press(Qt.Key.Key_R)
    painter.window.settings.brush_radius = 7
    painter.click(30, 24)

    (filled,) = painter.instances(0)
    assert filled.id == holed.id
    assert not filled.region.has_holes


def test_erasing_everything_deletes_the_instance_and_undo_brings_it_back(painter):
    painter.drag(20, 20, 30, 20)
    before = painter.instances(0)
    painter.window.settings.brush_radius = 20

    painter.drag(20, 20, 30, 20, RIGHT)
    assert painter.instances(0) == ()
    assert painter.window.store.undo_label == "Erase"

    undo(painter)
    assert painter.instances(0) == before
    redo(painter)
    assert painter.instances(0) == ()


def test_after_escape_a_stroke_makes_another_instance(painter):
    painter.drag(10, 10, 20, 10)
    painter.press(Qt.Key.Key_Escape)
    painter.drag(10, 12, 20, 12)

    assert len(painter.instances(0)) == 2


def test_what_is_painted_before_there_is_a_category_waits_for_it(user, tell):
    user.window.settings.brush_radius = 6
    user.press(Qt.Key.Key_R)
    user.drag(10, 10, 20, 10)
    user.drag(40, 40, 50, 40)
    assert user.instances(0) == ()
    assert any("category" in sentence for sentence in tell())

    user.add_category("cat")

    (instance,) = user.instances(0)
    assert mask_of(instance)[[10, 40], [15, 45]].all()
    assert user.window.workspace.selection == {instance.id}
    assert tell() == []
    user.drag(10, 10, 10, 30)
    assert mask_of(user.instances(0)[0])[30, 10]


def test_escape_drops_what_waits_for_a_category_and_the_question_with_it(user, tell):
    user.window.settings.brush_radius = 6
    user.press(Qt.Key.Key_R)
    user.drag(10, 10, 20, 10)
    user.window.focus_canvas()

    user.press(Qt.Key.Key_Escape)
    assert user.window.canvas._overlay.previews[PreviewKind.WAITING].region is None
    assert tell() == []

    user.add_category("cat")
    assert user.instances(0) == ()


def test_closing_the_window_tells_of_strokes_that_would_be_lost(user, tell):
    user.press(Qt.Key.Key_R)
    user.drag(10, 10, 20, 10)
    user.window.close()
    assert user.window.isVisible()
    assert any("painted" in sentence for sentence in tell())

    user.press_message_button("Close anyway")

    assert not user.window.isVisible()


def test_strokes_that_kept_the_window_open_are_kept_by_a_category(user, tell):
    user.press(Qt.Key.Key_R)
    user.drag(10, 10, 20, 10)
    user.window.close()

    user.add_category("cat")
    assert tell() == []
    user.restart()

    assert len(user.instances(0)) == 1


def test_strokes_without_category_wait_on_their_image(user, tell):
    user.press(Qt.Key.Key_R)
    user.drag(10, 10, 20, 10)
    user.window.focus_canvas()
    user.press(Qt.Key.Key_D)
    user.settle()
    name = user.window.store.images()[0].name
    assert tell() == [f"What you painted on {name} waits there: it has no category yet."]
    assert user.window.canvas._overlay.previews[PreviewKind.WAITING].region is None
    user.add_category("cat")

    user.window.close()
    assert user.window.isVisible()
    assert any(f"painted on {name}" in sentence for sentence in tell())

    user.press(Qt.Key.Key_A)
    user.settle()
    assert tell() == []
    assert "keep as cat" in user.window.status_line._keys.accessibleName()
    user.press(Qt.Key.Key_Return)

    (instance,) = user.instances(0)
    assert mask_of(instance)[10, 15]
    assert user.window.canvas._overlay.previews[PreviewKind.WAITING].region is None
    undo(user)
    assert user.instances(0) == ()


def test_strokes_without_category_are_the_brush_s_alone(user):
    user.press(Qt.Key.Key_R)
    user.drag(10, 10, 20, 10)
    user.window.focus_canvas()
    user.press(Qt.Key.Key_S)

    user.press(Qt.Key.Key_Escape)
    user.press(Qt.Key.Key_Z, CTRL)
    assert user.window.canvas._overlay.previews[PreviewKind.WAITING].region is not None

    user.press(Qt.Key.Key_R)
    user.press(Qt.Key.Key_Z, CTRL)
    assert user.window.canvas._overlay.previews[PreviewKind.WAITING].region is None


def test_shift_enter_keeps_strokes_and_goes_on(user):
    user.press(Qt.Key.Key_R)
    user.drag(10, 10, 20, 10)
    user.window.focus_canvas()
    user.press(Qt.Key.Key_D)
    user.settle()
    user.add_category("cat")
    user.press(Qt.Key.Key_A)
    user.settle()

    user.press(Qt.Key.Key_Return, SHIFT)
    user.settle()

    assert len(user.instances(0)) == 1
    first, second = user.window.store.images()[:2]
    assert (first.state, user.window.workspace.image_id) == (ImageState.DONE, second.id)


def test_a_draft_is_painted_once_it_is_accepted(painter):
    painter.press(Qt.Key.Key_S)
    painter.click(20, 20)
    painter.settle()
    painter.press(Qt.Key.Key_R)
    drafted = painter.draft
    painter.drag(50, 10, 50, 40)
    assert painter.draft is drafted
    assert painter.instances(0) == ()
    assert "accept, then paint" in painter.window.status_line._keys.accessibleName()

    painter.press(Qt.Key.Key_Return)
    (accepted,) = painter.instances(0)
    assert painter.window.workspace.selection == {accepted.id}
    painter.drag(20, 20, 50, 40)

    (painted,) = painter.instances(0)
    assert painted.id == accepted.id
    assert painted.provenance.origin is Origin.MODEL
    assert mask_of(painted)[40, 50]


def test_the_size_of_the_brush_is_told_and_remembered(painter):
    painter.press(Qt.Key.Key_BracketRight)
    painter.press(Qt.Key.Key_BracketRight)
    painter.press(Qt.Key.Key_BracketLeft)
    assert "radius 7 px" in painter.window.status_line._keys.accessibleName()

    painter.restart()
    painter.press(Qt.Key.Key_R)

    assert "radius 7 px" in painter.window.status_line._keys.accessibleName()


def test_erasing_with_nothing_selected_says_what_to_do_and_does_nothing(painter):
    painter.drag(10, 10, 30, 10)
    painter.press(Qt.Key.Key_Escape)
    before = painter.instances(0)

    painter.drag(10, 10, 30, 10, RIGHT)
    assert painter.instances(0) == before
    assert "Select the instance" in painter.window.status_line._hint.text()

    painter.press(Qt.Key.Key_Tab)
    assert painter.window.status_line._hint.text() == ""


def test_a_category_given_in_the_middle_of_a_stroke_does_not_end_it(painter):
    painter.add_category("dog")
    painter.press(Qt.Key.Key_1)
    painter.drag(10, 10, 20, 10)
    viewport = painter.window.canvas.viewport()
    start, end = (painter.window.canvas.viewport_from_image(QPointF(20, y)).toPoint() for y in (10, 40))
    QTest.mousePress(viewport, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, start)

    painter.press(Qt.Key.Key_2)
    QTest.mouseMove(viewport, end)
    QTest.mouseRelease(viewport, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, end)

    (instance,) = painter.instances(0)
    assert painter.window.store.category(instance.category_id).name == "dog"
    assert mask_of(instance)[38, 20]


def test_an_image_turned_to_in_the_middle_of_a_stroke_gets_none_of_it(painter):
    viewport = painter.window.canvas.viewport()
    place = viewport.rect().center()
    QTest.mousePress(viewport, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, place)
    QTest.mouseMove(viewport, place)

    painter.press(Qt.Key.Key_D)
    painter.settle()
    QTest.mouseMove(viewport, place * 1.1)
    QTest.mouseRelease(viewport, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, place * 1.1)

    assert painter.image_position() == 1
    assert (painter.instances(0), painter.instances(1)) == ((), ())


def test_undo_in_the_middle_of_a_stroke_drops_the_stroke_alone(painter):
    painter.drag(10, 10, 30, 10)
    painter.drag(10, 10, 10, 30)
    viewport = painter.window.canvas.viewport()
    place = viewport.rect().center()
    QTest.mousePress(viewport, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, place)

    undo(painter)
    QTest.mouseRelease(viewport, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, place)

    assert painter.window.store.undo_label == "Brush"


def test_a_project_to_be_read_only_is_not_painted(painter, fake_session, qtbot):
    painter.drag(10, 10, 30, 10)
    before = painter.instances(0)
    path = painter.window.store.path
    painter.close()
    opened = Opened(ProjectStore.open(path, read_only=True))
    painter.window = assemble_window(opened, Settings(), lambda: fake_session)
    painter.window.resize(1200, 760)
    painter.window.show()
    qtbot.waitExposed(painter.window)
    painter.settle()
    painter.press(Qt.Key.Key_R)

    painter.drag(40, 40, 50, 40)

    assert painter.window.canvas.tool == "points"
    assert painter.instances(0) == before
