"""Keys that are about the image reach it, wherever the mouse was, and one that does nothing says why."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from sam3_annotator.project import ImageState, rectangle
from sam3_annotator.ui.item_delegates.instance_delegate import eye_rect
from sam3_annotator.ui.keyboard.key_hints import key_hints
from tests.workflows.sequences import put

CTRL = Qt.KeyboardModifier.ControlModifier
SHIFT = Qt.KeyboardModifier.ShiftModifier
LEFT = Qt.MouseButton.LeftButton


@pytest.fixture
def labeler(user):
    """Sit a user down who has two categories."""
    user.add_category("cat")
    user.add_category("dog")
    return user


def click_category(user, row: int) -> None:
    panel = user.window.category_panel
    place = panel.view.visualRect(panel.model.index(row)).center()
    QTest.mouseClick(panel.view.viewport(), LEFT, pos=place)


def press_where_the_focus_is(key: Qt.Key) -> None:
    QTest.keyClick(QApplication.focusWidget(), key)


def test_after_a_click_on_a_category_tab_still_means_the_candidates(labeler) -> None:
    labeler.click(20, 20)
    labeler.settle()
    shown = labeler.draft.region

    click_category(labeler, 0)
    press_where_the_focus_is(Qt.Key.Key_Tab)

    assert labeler.window.canvas.hasFocus()
    assert labeler.draft.region != shown


def test_after_a_click_in_the_list_of_instances_the_arrows_move_what_is_selected(labeler) -> None:
    labeler.click(20, 20)
    labeler.settle()
    labeler.press(Qt.Key.Key_Return)
    labeler.press(Qt.Key.Key_V)
    (before,) = labeler.instances(0)
    view = labeler.window.instance_panel.view

    QTest.mouseClick(view.viewport(), LEFT, pos=view.visualRect(view.model().index(0, 0)).center())
    press_where_the_focus_is(Qt.Key.Key_Right)

    (moved,) = labeler.instances(0)
    assert moved.region.box_xyxy[0] == before.region.box_xyxy[0] + 1


def test_after_a_click_on_an_eye_tab_still_leads_to_the_next_instance(labeler) -> None:
    for left in (4, 40):
        put(labeler, 0, "cat", rectangle(left, 4, left + 10, 14))
    labeler.press(Qt.Key.Key_Tab)
    (first,) = labeler.window.workspace.selection
    view = labeler.window.instance_panel.view
    other = next(row for row in range(2) if view.model().instance_at(row).id != first)

    eye = eye_rect(view.visualRect(view.model().index(other, 0))).center()
    QTest.mouseClick(view.viewport(), LEFT, pos=eye)

    assert labeler.window.canvas.hasFocus()


@pytest.mark.parametrize("panel", ["image_panel", "category_panel"])
def test_space_holds_the_image_also_after_a_click_in_a_list(labeler, panel: str) -> None:
    canvas = labeler.window.canvas
    getattr(labeler.window, panel).view.setFocus()

    press_where_the_focus_is(Qt.Key.Key_Space)
    assert canvas.hasFocus()

    getattr(labeler.window, panel).view.setFocus()
    QTest.keyPress(QApplication.focusWidget(), Qt.Key.Key_Space)
    labeler.drag(20, 20, 30, 25)
    QTest.keyRelease(canvas, Qt.Key.Key_Space)
    labeler.settle()
    assert labeler.draft is None


def test_a_click_on_a_category_leaves_the_keys_to_the_list_while_nothing_is_open(labeler) -> None:
    click_category(labeler, 0)

    assert labeler.window.category_panel.view.hasFocus()


@pytest.mark.parametrize("panel", ["image_panel", "category_panel"])
def test_esc_leads_back_from_a_list_once_nothing_is_selected(labeler, panel: str) -> None:
    labeler.click(20, 20)
    labeler.settle()
    labeler.press(Qt.Key.Key_Return)
    labeler.press(Qt.Key.Key_Tab)
    getattr(labeler.window, panel).view.setFocus()

    press_where_the_focus_is(Qt.Key.Key_Escape)
    assert (labeler.window.workspace.selection, labeler.window.canvas.hasFocus()) == (frozenset(), False)
    press_where_the_focus_is(Qt.Key.Key_Escape)
    assert labeler.window.canvas.hasFocus()


def test_a_key_that_does_nothing_says_why_until_it_would_do_something(labeler, tell) -> None:
    labeler.click(20, 20)
    labeler.settle()
    labeler.press(Qt.Key.Key_M, CTRL)
    assert tell() == ["An outline is open: Enter accepts it, Esc drops it."]

    labeler.press(Qt.Key.Key_9)
    assert tell() == ["There are only 2 categories. More are added at the right."]

    labeler.press(Qt.Key.Key_Return)
    assert tell() == []


def test_esc_is_not_answered_where_nothing_is_open(labeler, tell) -> None:
    labeler.press(Qt.Key.Key_Escape)

    assert tell() == []


def test_the_end_of_the_list_is_told_and_what_is_left_to_do(labeler, tell) -> None:
    for _ in range(3):
        labeler.press(Qt.Key.Key_D)
        labeler.settle()
    assert tell() == []

    labeler.press(Qt.Key.Key_D)

    assert tell() == ["This is the last image in the list. Ctrl+Shift+D leads to one that is not done."]


def test_going_on_from_the_last_image_calls_it_done_and_says_that_it_is_the_last(labeler, tell) -> None:
    for _ in range(4):
        assert tell() == []
        labeler.click(20, 20)
        labeler.press(Qt.Key.Key_Return, SHIFT)
        labeler.settle()

    assert [image.state for image in labeler.window.store.images()] == [ImageState.DONE] * 4
    assert tell() == ["This is the last image in the list, and no other is left to do."]


def test_the_status_line_says_which_category_enter_gives(labeler) -> None:
    def enter() -> str:
        hints = key_hints(labeler.window.window_actions.state, labeler.window.keys.text)
        return next(hint.text for hint in hints if hint.key == "Enter")

    labeler.press(Qt.Key.Key_1)
    labeler.click(20, 20)
    labeler.settle()
    assert enter() == "accept as cat"
    labeler.press(Qt.Key.Key_Return)
    labeler.press(Qt.Key.Key_2)

    labeler.press(Qt.Key.Key_Tab)
    labeler.press(Qt.Key.Key_C)
    labeler.click(40, 20)
    labeler.settle()
    assert enter() == "accept as cat"
    labeler.press(Qt.Key.Key_2)
    assert enter() == "accept as dog"


def type_category(user, text: str) -> None:
    user.press(Qt.Key.Key_T)
    QTest.keyClicks(QApplication.focusWidget(), text)
    press_where_the_focus_is(Qt.Key.Key_Return)


def test_a_category_is_chosen_by_name_for_the_outline_that_is_open(labeler) -> None:
    labeler.click(20, 20)
    labeler.settle()

    type_category(labeler, "do")
    press_where_the_focus_is(Qt.Key.Key_Return)

    (made,) = labeler.instances(0)
    assert labeler.window.store.category(made.category_id).name == "dog"


def test_a_category_is_given_by_name_to_what_is_selected(labeler) -> None:
    labeler.click(20, 20)
    labeler.settle()
    labeler.press(Qt.Key.Key_Return)
    labeler.press(Qt.Key.Key_Tab)

    type_category(labeler, "cat")

    (given,) = labeler.instances(0)
    assert labeler.window.store.category(given.category_id).name == "cat"
    assert labeler.window.canvas.hasFocus()


def test_one_category_added_by_key_leads_back_those_typed_into_the_field_do_not(labeler) -> None:
    type_category(labeler, "bird")
    assert labeler.window.canvas.hasFocus()

    field = labeler.window.category_panel.field
    QTest.mouseClick(field, LEFT)
    QTest.keyClicks(field, "cow")
    press_where_the_focus_is(Qt.Key.Key_Return)

    assert field.hasFocus()
    assert [each.name for each in labeler.window.store.categories()] == ["cat", "dog", "bird", "cow"]


def test_the_status_line_says_what_enter_does_with_a_name(labeler) -> None:
    def hints() -> list[str]:
        window = labeler.window
        return [hint.text for hint in key_hints(window.window_actions.state, window.keys.text)]

    labeler.click(20, 20)
    labeler.settle()
    labeler.press(Qt.Key.Key_T)
    assert hints()[0] == "choose what is marked, else add it"

    press_where_the_focus_is(Qt.Key.Key_Escape)
    assert hints()[0] == "accept as dog"


def test_the_key_brings_the_categories_back_where_they_were_put_away(labeler) -> None:
    labeler.press(Qt.Key.Key_F9)

    labeler.press(Qt.Key.Key_T)

    assert labeler.window.category_panel.field.hasFocus()


def test_esc_closes_the_last_message_once_nothing_is_left_to_drop(labeler, tell) -> None:
    labeler.window.show_problem("One.")
    labeler.window.show_problem("Two.")
    labeler.click(20, 20)
    labeler.settle()

    labeler.press(Qt.Key.Key_Escape)
    assert labeler.draft is None
    assert tell() == ["One.", "Two."]
    labeler.press(Qt.Key.Key_Escape)
    assert tell() == ["One."]
    labeler.press(Qt.Key.Key_Escape)
    assert tell() == []


def test_what_was_said_of_an_image_goes_with_it(labeler, tell) -> None:
    labeler.click(20, 20)
    labeler.settle()
    labeler.press(Qt.Key.Key_Return)
    labeler.press(Qt.Key.Key_A, CTRL)
    labeler.press(Qt.Key.Key_K)
    assert tell() == ["Nothing left over: the selected instance has no specks or pinholes."]

    labeler.press(Qt.Key.Key_D)

    assert tell() == []
