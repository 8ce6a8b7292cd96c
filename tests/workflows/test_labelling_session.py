"""Two objects on two images, a restart, and everything is there."""

from __future__ import annotations

import shutil

import pytest
from PySide6.QtCore import QPointF, Qt
from PySide6.QtTest import QTest

from sam3_annotator.project import ImageState, region_to_mask

CTRL = Qt.KeyboardModifier.ControlModifier
SHIFT = Qt.KeyboardModifier.ShiftModifier


def label_two_objects_on_two_images(user) -> None:
    user.add_category("cat")
    user.add_category("dog")
    for position in (0, 1):
        user.press(Qt.Key.Key_1)
        user.click(20, 20)
        user.settle()
        user.press(Qt.Key.Key_Return)
        user.press(Qt.Key.Key_2)
        user.press(Qt.Key.Key_B)
        user.drag(35, 25, 55, 40)
        user.settle()
        user.press(Qt.Key.Key_Return, SHIFT)
        user.settle()
        user.press(Qt.Key.Key_S)
        assert user.image_position() == position + 1


def test_labels_survive_a_restart_and_undo_still_works(user):
    label_two_objects_on_two_images(user)
    before = [user.instances(position) for position in (0, 1)]

    user.restart()

    assert [user.instances(position) for position in (0, 1)] == before
    names = [user.window.store.category(instance.category_id).name for instance in before[1]]
    assert names == ["cat", "dog"]
    assert region_to_mask(before[1][1].region, 48, 64)[30, 45]
    user.press(Qt.Key.Key_Z, CTRL)  # "done" of the second image
    user.press(Qt.Key.Key_Z, CTRL)  # its dog
    assert [len(user.instances(position)) for position in (0, 1)] == [2, 1]
    user.press(Qt.Key.Key_Z, CTRL | SHIFT)
    assert user.instances(1) == before[1]


def test_going_on_calls_an_image_done(user):
    label_two_objects_on_two_images(user)

    states = [image.state for image in user.window.store.images()]

    assert states == [ImageState.DONE, ImageState.DONE, ImageState.UNANNOTATED, ImageState.UNANNOTATED]


def test_ctrl_z_takes_prompts_back_before_it_takes_steps_back(user):
    user.add_category("cat")
    user.click(20, 20)
    user.settle()
    user.press(Qt.Key.Key_Return)
    user.click(40, 30)
    user.click(50, 30, Qt.MouseButton.RightButton)
    user.settle()

    user.press(Qt.Key.Key_Z, CTRL)
    assert len(user.draft.prompts) == 1
    user.press(Qt.Key.Key_Z, CTRL)
    assert user.draft is None
    assert len(user.instances(0)) == 1
    user.press(Qt.Key.Key_Z, CTRL)

    assert user.instances(0) == ()


def test_right_click_comes_first_and_is_heeded_with_the_click_on_the_object(user, tell):
    user.add_category("cat")
    user.click(50, 30, Qt.MouseButton.RightButton)
    user.settle()
    assert tell() == []
    assert "now click on the object" in user.window.status_line._hint.text()
    user.press(Qt.Key.Key_Return)
    user.press(Qt.Key.Key_Return, SHIFT)
    assert user.image_position() == 0

    user.click(42, 30)
    user.settle()
    user.press(Qt.Key.Key_Return)

    (instance,) = user.instances(0)
    assert [prompt.positive for prompt in instance.provenance.prompts] == [False, True]


def test_escape_drops_the_draft_and_touches_nothing_else(user):
    user.add_category("cat")
    user.click(20, 20)
    user.settle()

    user.press(Qt.Key.Key_Escape)

    assert user.draft is None
    assert user.instances(0) == ()
    assert user.window.store.undo_label == "Add category"


def test_keys_mean_nothing_while_a_category_is_typed(user):
    user.add_category("bed and a desk")

    assert [category.name for category in user.window.store.categories()] == ["bed and a desk"]
    assert user.image_position() == 0
    assert user.window.canvas.tool == "points"


def test_accepting_without_a_category_asks_for_one_and_keeps_the_draft(user, tell):
    user.click(20, 20)
    user.settle()

    user.press(Qt.Key.Key_Return)

    assert user.draft is not None
    assert any("category" in text for text in tell())
    assert user.window.category_panel.field.hasFocus()


def test_naming_the_category_asked_for_accepts_the_draft_and_goes_back_to_the_canvas(user, tell):
    user.click(20, 20)
    user.settle()
    user.press(Qt.Key.Key_Return)

    QTest.keyClicks(user.window.category_panel.field, "cat")
    QTest.keyClick(user.window.category_panel.field, Qt.Key.Key_Return)

    assert len(user.instances(0)) == 1
    assert user.draft is None
    assert tell() == []
    assert user.window.canvas.hasFocus()


def test_a_category_named_after_the_draft_was_dropped_leaves_the_keys_in_the_field(user, tell):
    user.click(20, 20)
    user.settle()
    user.press(Qt.Key.Key_Return)
    user.window.focus_canvas()
    user.press(Qt.Key.Key_Escape)
    assert tell() == []

    field = user.window.category_panel.field
    field.setFocus()
    QTest.keyClicks(field, "cat")
    QTest.keyClick(field, Qt.Key.Key_Return)

    assert field.hasFocus()
    assert user.instances(0) == ()


def test_going_on_before_the_outline_came_calls_the_right_image_done(user, fake_session):
    user.add_category("cat")
    user.press(Qt.Key.Key_D)
    user.settle()
    user.click(20, 20)
    user.settle()
    user.press(Qt.Key.Key_Return)  # the second image is in progress
    user.press(Qt.Key.Key_A)
    user.settle()
    fake_session.hold()
    user.click(20, 20)
    user.press(Qt.Key.Key_Return, SHIFT)
    user.press(Qt.Key.Key_D)

    fake_session.release()
    user.settle()

    assert user.image_position() == 1
    states = [image.state for image in user.window.store.images()[:2]]
    assert states == [ImageState.DONE, ImageState.IN_PROGRESS]


def test_a_draft_changed_since_is_not_accepted_by_naming_a_category(user):
    user.click(20, 20)
    user.settle()
    user.press(Qt.Key.Key_Return)
    user.click(40, 30)
    user.settle()

    user.add_category("cat")

    assert user.instances(0) == ()
    assert user.draft is not None


def test_undoing_done_shows_the_image_it_was_said_of(user):
    label_two_objects_on_two_images(user)
    assert user.image_position() == 2

    user.press(Qt.Key.Key_Z, CTRL)

    assert user.image_position() == 1
    assert user.window.store.images()[1].state is ImageState.IN_PROGRESS


def test_undoing_the_addition_of_the_shown_image_shows_another(user, image_folder):
    shutil.copyfile(image_folder / "1.png", image_folder / "new.png")
    user.window.paths_dropped.emit([image_folder / "new.png"])
    user.settle()
    user.window.workspace.set_image(user.window.store.images()[-1].id)
    user.settle()

    user.press(Qt.Key.Key_Z, CTRL)
    user.settle()

    assert user.image_position() == 3


def test_an_instance_is_selected_recategorised_and_deleted(user):
    user.add_category("cat")
    user.add_category("dog")
    user.press(Qt.Key.Key_1)
    user.click(30, 30)
    user.settle()
    user.press(Qt.Key.Key_Return)
    user.press(Qt.Key.Key_V)

    user.click(30, 30)
    user.press(Qt.Key.Key_2)
    (instance,) = user.instances(0)
    assert user.window.store.category(instance.category_id).name == "dog"
    user.press(Qt.Key.Key_Delete)

    assert user.instances(0) == ()


@pytest.mark.parametrize("key", [Qt.Key.Key_Delete, Qt.Key.Key_Backspace])
def test_while_a_draft_is_open_no_key_deletes_what_is_selected_beside_it(user, key):
    user.add_category("cat")
    user.click(20, 20)
    user.settle()
    user.press(Qt.Key.Key_Return)
    user.press(Qt.Key.Key_Tab)
    assert len(user.window.workspace.selection) == 1
    user.click(50, 30)
    user.settle()

    user.press(key)

    assert len(user.instances(0)) == 1
    assert user.draft is not None


def select_boxed_instance(user):
    """Box an instance, accept it, and select it with the select tool."""
    user.add_category("cat")
    user.press(Qt.Key.Key_B)
    user.drag(10, 10, 30, 30)
    user.settle()
    user.press(Qt.Key.Key_Return)
    user.press(Qt.Key.Key_V)
    user.click(20, 20)


def test_backspace_on_a_vertex_never_deletes_the_instance(user):
    select_boxed_instance(user)
    canvas = user.window.canvas

    for _ in range(2):
        (instance,) = user.instances(0)
        vertex = canvas.viewport_from_image(QPointF(*instance.region.polygons[0].rings[0][0])).toPoint()
        QTest.mouseMove(canvas.viewport(), vertex)
        for _ in range(2):
            user.press(Qt.Key.Key_Backspace)

    (instance,) = user.instances(0)
    assert len(instance.region.polygons[0].rings[0]) == 3


def test_a_selected_instance_is_moved_by_dragging_it(user):
    select_boxed_instance(user)

    user.drag(20, 20, 40, 25)

    (instance,) = user.instances(0)
    x0, y0, _, _ = instance.region.box_xyxy
    assert abs(x0 - 30) < 2
    assert abs(y0 - 15) < 2
    assert user.window.store.undo_label == "Move instance"


@pytest.mark.parametrize(
    ("key", "modifier"),
    [(Qt.Key.Key_Tab, Qt.KeyboardModifier.NoModifier), (Qt.Key.Key_Backtab, Qt.KeyboardModifier.ShiftModifier)],
)
def test_tab_never_takes_the_keys_away_from_the_image(user, fake_session, key, modifier):
    user.press(key, modifier)  # there are no instances
    assert user.window.canvas.hasFocus()
    fake_session.hold()
    user.click(20, 20)

    user.press(key, modifier)  # there are no candidates yet

    assert user.window.canvas.hasFocus()
    user.press(Qt.Key.Key_F6)
    assert not user.window.canvas.hasFocus()


def test_what_was_accepted_before_its_outline_came_is_there_after_a_restart(user, fake_session, qtbot):
    user.add_category("cat")
    fake_session.hold()
    user.click(20, 20)
    user.press(Qt.Key.Key_Return)

    user.window.close()
    assert user.window.isVisible()
    fake_session.release()
    qtbot.waitUntil(lambda: not user.window.isVisible())

    user.restart()
    assert len(user.instances(0)) == 1


def test_closing_does_not_wait_for_a_model_that_fails(user, fake_session, qtbot, tell):
    user.add_category("cat")
    working, fake_session.segment = fake_session.segment, None  # calling it raises
    fake_session.hold()
    user.click(20, 20)
    user.press(Qt.Key.Key_Return)
    user.window.close()

    fake_session.release()
    user.settle()
    fake_session.segment = working

    assert user.window.isVisible()
    assert any("not in the project" in sentence for sentence in tell())
    user.window.close()
    assert not user.window.isVisible()
