"""Everything like a phrase or an example is found, looked through and accepted, with the keyboard or the mouse."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt

from sam3_annotator.model import ConceptPrompt, Exemplar
from sam3_annotator.project import ImageState
from sam3_annotator.ui.images.image_display import ImageDisplay
from sam3_annotator.ui.keyboard.key_hints import KeyHint, key_hints

CTRL = Qt.KeyboardModifier.ControlModifier
SHIFT = Qt.KeyboardModifier.ShiftModifier
BOXES = ((2, 2, 12, 12), (20, 4, 34, 18), (40, 20, 60, 40))


@pytest.fixture
def finding(finding_session, user):
    finding_session.instances = list(zip(BOXES, (0.6, 0.9, 0.7), strict=True))
    return user


def test_a_phrase_is_typed_looked_through_and_accepted_by_keys_alone(finding) -> None:
    finding.type_phrase("cat")
    finding.settle()
    assert finding.proposals == [BOXES[1], BOXES[2], BOXES[0]]

    finding.press(Qt.Key.Key_Return)  # the best
    finding.press(Qt.Key.Key_Tab)
    finding.press(Qt.Key.Key_Backspace)  # the last
    finding.press(Qt.Key.Key_Return)

    assert [instance.region.box_xyxy for instance in finding.instances(0)] == [BOXES[1], BOXES[2]]
    assert {finding.window.store.category(one.category_id).name for one in finding.instances(0)} == {"cat"}
    assert finding.proposals == []
    finding.press(Qt.Key.Key_Z, CTRL)
    assert len(finding.instances(0)) == 1


def test_tab_pressed_too_early_selects_nothing_that_would_have_the_keys(finding, finding_session) -> None:
    finding.add_category("cat")
    finding.press(Qt.Key.Key_P)
    for corner in ((60, 30), (74, 30), (74, 44)):
        finding.click(*corner)
    finding.press(Qt.Key.Key_Return)
    finding_session.hold()
    finding.type_phrase("cat")
    finding.press(Qt.Key.Key_Tab)
    finding_session.release()
    finding.settle()

    finding.press(Qt.Key.Key_Backspace)

    assert (len(finding.instances(0)), len(finding.proposals)) == (1, 2)


def test_undo_brings_a_rejected_proposal_back_before_it_goes_on_to_the_project(finding) -> None:
    finding.add_category("cat")
    finding.type_phrase("cat")
    finding.settle()
    finding.press(Qt.Key.Key_Return)
    finding.press(Qt.Key.Key_Backspace)
    finding.press(Qt.Key.Key_Backspace)
    assert finding.proposals == []

    finding.press(Qt.Key.Key_Z, CTRL)
    finding.press(Qt.Key.Key_Z, CTRL)
    assert (finding.proposals, len(finding.instances(0))) == ([BOXES[2], BOXES[0]], 1)
    finding.press(Qt.Key.Key_Z, CTRL)
    assert (len(finding.proposals), len(finding.instances(0))) == (3, 0)


def test_undo_goes_back_to_what_was_done_after_a_rejection_first(finding) -> None:
    finding.add_category("cat")
    finding.type_phrase("cat")
    finding.settle()
    finding.press(Qt.Key.Key_Backspace)
    finding.press(Qt.Key.Key_Return)

    finding.press(Qt.Key.Key_Z, CTRL)

    assert (finding.proposals, finding.instances(0)) == ([BOXES[2], BOXES[0]], ())


def test_all_are_accepted_and_the_next_image_is_shown(finding) -> None:
    finding.add_category("cat")
    finding.type_phrase("cat")
    finding.settle()

    finding.press(Qt.Key.Key_Return, SHIFT)
    finding.settle()

    assert len(finding.instances(0)) == 3
    assert finding.window.store.images()[0].state is ImageState.DONE
    assert finding.image_position() == 1


def test_a_polygon_closed_beside_proposals_accepts_none_of_them(finding) -> None:
    finding.add_category("cat")
    finding.type_phrase("cat")
    finding.settle()
    finding.press(Qt.Key.Key_P)
    for corner in ((20, 30), (34, 30), (34, 44)):
        finding.click(*corner)

    finding.press(Qt.Key.Key_Return, SHIFT)
    finding.settle()

    assert len(finding.instances(0)) == 1
    assert finding.image_position() == 1


def test_the_phrase_goes_on_from_image_to_image_until_it_is_forgotten(finding, finding_session) -> None:
    finding.add_category("cat")
    finding.type_phrase("cat")
    finding.settle()

    finding.press(Qt.Key.Key_Return, SHIFT)  # accepts three
    finding.settle()
    finding_session.instances = []
    finding.press(Qt.Key.Key_Return, SHIFT)  # accepts three
    finding.settle()
    assert finding.proposals == []  # nothing on the third image
    finding.press(Qt.Key.Key_Return, SHIFT)
    finding.settle()

    assert finding_session.detected == [ConceptPrompt("cat")] * 4
    assert [len(finding.instances(position)) for position in range(4)] == [3, 3, 0, 0]
    assert finding.image_position() == 3


def test_an_image_is_not_left_before_the_answer_was_seen(finding, finding_session) -> None:
    finding.add_category("cat")
    finding.type_phrase("cat")
    finding.settle()
    finding_session.hold()
    finding.press(Qt.Key.Key_Return, SHIFT)
    finding.press(Qt.Key.Key_Return, SHIFT)  # once too often
    finding_session.release()
    finding.settle()

    assert finding.image_position() == 1
    assert len(finding.proposals) == 3


def test_from_the_last_image_the_phrase_goes_nowhere(finding, finding_session) -> None:
    finding.add_category("cat")
    for _ in range(3):
        finding.press(Qt.Key.Key_D)
        finding.settle()
    finding.type_phrase("cat")
    finding.settle()
    finding.press(Qt.Key.Key_Return, SHIFT)
    finding.settle()

    finding.press(Qt.Key.Key_A)
    finding.settle()

    assert finding.image_position() == 2
    assert finding_session.detected == [ConceptPrompt("cat")]


def test_what_is_outlined_by_hand_is_not_accepted_twice(finding) -> None:
    finding.add_category("cat")
    finding.type_phrase("cat")
    finding.settle()
    finding.press(Qt.Key.Key_B)
    finding.drag(*BOXES[2])
    finding.settle()
    finding.press(Qt.Key.Key_Return)

    finding.press(Qt.Key.Key_Return, CTRL | SHIFT)

    assert sorted(instance.region.box_xyxy for instance in finding.instances(0)) == sorted(BOXES)


def test_what_was_accepted_by_mistake_is_undone_and_decided_about_again(finding) -> None:
    finding.add_category("cat")
    finding.type_phrase("cat")
    finding.settle()
    finding.press(Qt.Key.Key_Return, SHIFT)  # all, and the next image
    finding.settle()

    finding.press(Qt.Key.Key_Z, CTRL)  # no longer done
    finding.press(Qt.Key.Key_Z, CTRL)
    finding.settle()
    assert finding.image_position() == 0
    finding.press(Qt.Key.Key_Backspace)
    finding.press(Qt.Key.Key_Return, CTRL | SHIFT)

    assert [instance.region.box_xyxy for instance in finding.instances(0)] == [BOXES[2], BOXES[0]]


def test_a_threshold_just_raised_counts_for_what_is_accepted(finding, finding_session) -> None:
    finding.add_category("cat")
    finding.type_phrase("cat")
    finding.settle()
    finding_session.hold()

    finding.window.area.phrase_bar.threshold_moved.emit(0.8)
    finding.press(Qt.Key.Key_Return, CTRL | SHIFT)

    assert [instance.region.box_xyxy for instance in finding.instances(0)] == [BOXES[1]]


def test_the_status_line_says_which_category_a_proposal_would_get(finding) -> None:
    finding.add_category("cat")
    finding.add_category("dog")
    finding.type_phrase("animal")
    finding.settle()
    assert KeyHint("Enter", "accept as dog") in key_hints(finding.window.window_actions.state, finding.window.keys.text)

    finding.press(Qt.Key.Key_1)

    assert KeyHint("Enter", "accept as cat") in key_hints(finding.window.window_actions.state, finding.window.keys.text)


def test_the_phrase_bar_stays_while_the_next_image_is_read(finding, qtbot) -> None:
    bar = finding.window.area.phrase_bar
    finding.window.findChild(ImageDisplay).pixels.forget(finding.window.store.images()[1].id)

    finding.press(Qt.Key.Key_D)

    assert finding.window.findChild(ImageDisplay).image_id is None
    assert bar.isVisible()
    finding.type_phrase("cat")
    finding.settle()
    assert finding.image_position() == 1
    assert len(finding.proposals) == 3


def test_an_example_is_boxed_and_what_is_not_meant_too(finding, finding_session) -> None:
    finding.add_category("coin")
    finding.press(Qt.Key.Key_E)
    finding.drag(2, 2, 12, 12)
    finding.settle()
    finding.drag(40, 20, 60, 40, Qt.MouseButton.RightButton)
    finding.settle()

    wanted, unwanted = finding_session.detected[-1].exemplars
    assert finding_session.detected[-1].phrase == ""
    assert (wanted.positive, unwanted.positive) == (True, False)
    assert abs(wanted.x0 - 2) < 1
    assert abs(unwanted.x1 - 60) < 1
    finding.press(Qt.Key.Key_Return, CTRL | SHIFT)
    assert len(finding.instances(0)) == 3
    assert finding.window.store.undo_label == "Add 3 instances"


def test_a_click_with_the_exemplar_tool_turns_to_a_proposal(finding) -> None:
    finding.add_category("cat")
    finding.type_phrase("cat")
    finding.settle()
    finding.press(Qt.Key.Key_E)

    finding.click(50, 30)
    finding.press(Qt.Key.Key_Return)

    assert [instance.region.box_xyxy for instance in finding.instances(0)] == [BOXES[2]]


def test_escape_forgets_what_was_found_and_what_is_looked_for(finding, finding_session) -> None:
    finding.type_phrase("cat")
    finding.settle()
    finding.press(Qt.Key.Key_Escape)
    assert finding.proposals == []

    finding_session.hold()
    finding.type_phrase("cat")
    finding.press(Qt.Key.Key_Escape)
    finding_session.release()
    finding.settle()

    assert finding.proposals == []
    assert finding.instances(0) == ()


def test_a_draft_is_made_while_proposals_are_open(finding) -> None:
    finding.add_category("cat")
    finding.type_phrase("cat")
    finding.settle()
    finding.click(30, 40)
    finding.settle()

    finding.press(Qt.Key.Key_Return)

    assert len(finding.instances(0)) == 1
    assert len(finding.proposals) == 3


def test_the_phrase_is_asked_again_on_the_next_image_with_two_keys(finding, finding_session) -> None:
    finding.add_category("cat")
    finding.type_phrase("cat")
    finding.settle()
    finding.press(Qt.Key.Key_D)
    finding.settle()
    assert finding.proposals == []

    finding.type_phrase("")
    finding.settle()

    assert finding_session.detected == [ConceptPrompt("cat"), ConceptPrompt("cat")]
    assert len(finding.proposals) == 3


def test_without_a_model_that_knows_names_the_window_says_what_to_do(user, tell) -> None:
    user.type_phrase("cat")
    user.settle()

    assert len(tell()) <= 1
    assert user.proposals == []


def test_exemplars_stay_when_the_phrase_is_changed(finding, finding_session) -> None:
    finding.press(Qt.Key.Key_E)
    finding.drag(2, 2, 12, 12)
    finding.settle()
    finding.type_phrase("coin")
    finding.settle()

    asked = finding_session.detected[-1]
    assert asked.phrase == "coin"
    assert [isinstance(exemplar, Exemplar) for exemplar in asked.exemplars] == [True]


def test_the_list_keeps_its_room_while_the_phrase_goes_on(finding, monkeypatch) -> None:
    finding.add_category("cat")
    finding.type_phrase("cat")
    finding.settle()
    told: list[bool] = []
    monkeypatch.setattr(finding.window, "set_searching", told.append)

    finding.press(Qt.Key.Key_Return, SHIFT)
    finding.settle()
    assert set(told) == {True}
    finding.press(Qt.Key.Key_Escape)

    assert told[-1] is False
