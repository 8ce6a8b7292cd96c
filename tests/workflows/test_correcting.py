"""A user corrects an instance that is in the project already, with clicks."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QColor

from sam3_annotator.model import open_session
from sam3_annotator.paths import samples_dir
from sam3_annotator.project import Instance, Origin, ProjectStore, Provenance, rectangle, region_to_mask

CTRL, SHIFT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier
RIGHT = Qt.MouseButton.RightButton


@pytest.fixture
def imported(user) -> Instance:
    """Import a crowd of 32 x 32 pixels, and select it with the mouse."""
    user.add_category("cat")
    user.add_category("dog")
    user.press(Qt.Key.Key_1)
    store = user.window.store
    with store.edit("Import") as edit:
        edit.add_instance(
            store.images()[0].id,
            store.categories()[1].id,
            rectangle(10, 8, 42, 40),
            score=0.5,
            is_crowd=True,
            provenance=Provenance(Origin.IMPORT),
        )
    user.press(Qt.Key.Key_V)
    user.click(20, 20)
    (instance,) = user.instances(0)
    assert user.window.workspace.selection == {instance.id}
    return instance


def test_a_right_click_cuts_a_corner_off_an_imported_instance_and_undo_puts_it_back(user, imported):
    user.press(Qt.Key.Key_C)
    user.click(40, 10, RIGHT)
    user.settle()
    assert "Correcting: 1 prompt" in user.window.status_line._hint.text()
    user.press(Qt.Key.Key_Return)

    (corrected,) = user.instances(0)
    mask = region_to_mask(corrected.region, 48, 64)
    assert mask[36, 14]
    assert not mask[10, 40]
    assert (corrected.id, corrected.category_id, corrected.is_crowd) == (imported.id, imported.category_id, True)
    assert corrected.provenance.origin is Origin.IMPORT
    assert user.window.canvas.tool == "select"
    user.press(Qt.Key.Key_Z, CTRL)
    assert user.instances(0) == (imported,)
    user.press(Qt.Key.Key_Z, CTRL | SHIFT)
    assert user.instances(0) == (corrected,)


def test_escape_leaves_the_instance_as_it_was(user, imported):
    user.press(Qt.Key.Key_C)
    user.click(40, 10, RIGHT)
    user.settle()

    user.press(Qt.Key.Key_Escape)

    assert user.instances(0) == (imported,)
    assert user.window.store.undo_label == "Import"
    assert user.window.workspace.selection == {imported.id}


def test_ctrl_z_takes_the_clicks_back_then_ends_the_correction_and_only_then_steps_back(user, imported):
    user.press(Qt.Key.Key_C)
    user.click(40, 10, RIGHT)
    user.settle()

    user.press(Qt.Key.Key_Z, CTRL)
    assert user.draft.region == imported.region
    user.press(Qt.Key.Key_Z, CTRL)
    assert user.draft is None
    assert user.instances(0) == (imported,)
    user.press(Qt.Key.Key_Z, CTRL)

    assert user.instances(0) == ()


def test_the_draft_wears_the_colour_of_the_instance_and_then_of_the_digit(user, imported):
    canvas, store = user.window.canvas, user.window.store
    colors = [QColor(category.color) for category in store.categories()]

    user.press(Qt.Key.Key_C)
    assert canvas._overlay.draft_item.color == colors[1]
    user.press(Qt.Key.Key_1)
    assert canvas._overlay.draft_item.color == colors[0]


def test_a_correction_waits_on_its_image(user, imported):
    user.press(Qt.Key.Key_C)
    user.press(Qt.Key.Key_D)
    user.settle()
    assert user.draft is None

    user.press(Qt.Key.Key_A)
    user.settle()
    user.click(40, 10, RIGHT)
    user.settle()
    user.press(Qt.Key.Key_Return)

    (corrected,) = user.instances(0)
    assert corrected.id == imported.id
    assert corrected.region != imported.region


def test_deleting_the_instance_from_its_panel_ends_the_correction(user, imported):
    user.press(Qt.Key.Key_C)

    user.window.instance_panel.delete_selected()

    assert user.draft is None
    assert user.window.canvas.tool == "select"
    user.press(Qt.Key.Key_Z, CTRL)
    assert user.instances(0) == (imported,)
    at = user.window.canvas.scene.stack_at(20, 20, 0)
    assert at == [imported.id]  # it is to be seen again


def test_correcting_from_the_menu_of_the_panel_gives_the_keys_to_the_canvas(user, imported):
    user.window.instance_panel.view.setFocus()
    menu = user.window.instance_panel.context_menu()

    next(action for action in menu.actions() if action.text() == "Correct with clicks").trigger()

    assert user.draft.corrects.instance == imported
    assert user.window.canvas.hasFocus()
    menu.close()


def test_what_was_accepted_before_its_outline_came_is_there_after_closing(user, imported, fake_session, qtbot):
    user.press(Qt.Key.Key_C)
    fake_session.hold()
    user.click(40, 10, RIGHT)
    user.press(Qt.Key.Key_Return)

    user.window.close()
    assert user.window.isVisible()
    fake_session.release()
    qtbot.waitUntil(lambda: not user.window.isVisible())

    user.restart()
    (corrected,) = user.instances(0)
    assert not region_to_mask(corrected.region, 48, 64)[10, 40]


def test_the_built_in_model_cuts_off_what_is_clicked_and_keeps_the_rest(open_project, tmp_path):
    store = ProjectStore.create(tmp_path / "cat.sam3proj")
    with store.edit("Add image") as edit:
        edit.add_image(samples_dir() / "cat.jpg")
        category = edit.add_category("cat")
    with store.edit("Add instance") as edit:
        edit.add_instance(store.images()[0].id, category, rectangle(60, 20, 380, 280))
    store.close()
    user = open_project(open_session, tmp_path / "cat.sam3proj")
    (drawn,) = user.instances(0)
    user.press(Qt.Key.Key_Tab)

    user.press(Qt.Key.Key_C)
    user.click(370, 270, RIGHT)  # the blanket, right of the chin
    user.settle()
    user.press(Qt.Key.Key_Return)

    (corrected,) = user.instances(0)
    before, after = (region_to_mask(instance.region, 300, 451) for instance in (drawn, corrected))
    assert not after[270, 370]
    assert after[130, 250]  # between the eyes
    assert 0.5 < (after & before).sum() / before.sum() < 1
    user.press(Qt.Key.Key_Z, CTRL)
    assert user.instances(0) == (drawn,)
