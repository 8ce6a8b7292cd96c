"""A curator finds a mistake with the check and mends it, in the real window."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from sam3_annotator.project import FindingKind, InstanceId, NotAProject, Polygon, Region, rectangle
from sam3_annotator.ui.canvas.preview_item import PreviewKind
from sam3_annotator.ui.images.fact_reader import FactReader
from sam3_annotator.ui.keyboard.key_hints import KeyHint, key_hints


@pytest.fixture
def labelled_twice(user):
    """Label a square twice on the third image."""
    store = user.window.store
    with store.edit("Label") as edit:
        cat = edit.add_category("cat")
        for _ in range(2):
            edit.add_instance(store.images()[2].id, cat, rectangle(5, 5, 30, 30))
    return user


def test_the_next_finding_is_shown_selected_and_near(labelled_twice):
    user, window = labelled_twice, labelled_twice.window
    user.check(FindingKind.LABELLED_TWICE)
    assert window.finding_panel.isVisible()

    user.press(Qt.Key.Key_F8)
    user.settle()

    assert user.image_position() == 2
    assert window.workspace.selection == {user.instances(2)[1].id}
    assert window.canvas.zoom > 2


def test_of_an_object_labelled_twice_delete_leaves_one(labelled_twice, qtbot):
    user, window = labelled_twice, labelled_twice.window
    first, second = user.instances(2)
    window.window_actions.trigger("check_project")
    qtbot.waitUntil(lambda: not window.checking.is_running)
    finding = next(each for each in window.checking.findings if each.kind is FindingKind.LABELLED_TWICE)
    window.finding_panel.show_wanted.emit(finding)
    user.settle()
    assert KeyHint("Tab", "the other of the two") in key_hints(window.window_actions.state, window.keys.text)

    user.press(Qt.Key.Key_Tab)
    assert window.workspace.selection == {first.id}
    user.press(Qt.Key.Key_Delete)

    assert user.instances(2) == (second,)
    assert not window.window_actions.state.is_deciding
    assert all(finding.kind is not FindingKind.LABELLED_TWICE for finding in window.checking.findings)


def test_hidden_instances_of_a_finding_are_shown(labelled_twice, qtbot):
    user, window = labelled_twice, labelled_twice.window
    window.workspace.set_image(window.store.images()[2].id)
    user.settle()
    user.press(Qt.Key.Key_H)
    window.window_actions.trigger("check_project")
    qtbot.waitUntil(lambda: not window.checking.is_running)
    finding = next(each for each in window.checking.findings if each.kind is FindingKind.LABELLED_TWICE)

    window.finding_panel.show_wanted.emit(finding)

    assert window.workspace.hidden == frozenset()
    assert len(window.workspace.selection) == 1


def test_the_panel_is_out_of_the_way_until_it_is_wanted(user):
    assert not user.window.finding_panel.isVisible()
    assert not user.window.window_actions.action("next_finding").isEnabled()


def test_a_check_that_cannot_be_done_says_why(user, qtbot, monkeypatch):
    def refuse(*_: object) -> None:
        raise NotAProject("A region in the project file is damaged and cannot be read; restore it from a backup.")

    monkeypatch.setattr("sam3_annotator.ui.verbs.checking.check_project", refuse)

    user.press(Qt.Key.Key_F7)
    qtbot.waitUntil(lambda: not user.window.checking.is_running)

    assert any("damaged" in message.text for message in user.window.messages.messages)
    assert user.window.checking.findings is None


def test_an_outline_that_the_model_draws_otherwise_is_shown_and_taken(user, fake_session):
    window = user.window
    with window.store.edit("Label") as edit:
        cat = edit.add_category("cat")
        for image in window.store.images():
            edit.add_instance(image.id, cat, rectangle(5, 5, 30, 30))
        triangle = Region((Polygon([(30, 10), (50, 10), (30, 30)]),))  # the fake session fills its box
        odd = edit.add_instance(window.store.images()[2].id, cat, triangle)
    panel = window.finding_panel

    user.press(Qt.Key.Key_F7, Qt.KeyboardModifier.ShiftModifier)
    assert panel.isVisible()
    assert panel.compare_button.text() == "Stop"
    user.settle()

    assert panel.compare_button.text() == "Compare with the model"
    assert any("5 outlines compared with Fake" in message.text for message in window.messages.messages)
    user.list_findings(FindingKind.OUTLINE_DISAGREES)
    user.press(Qt.Key.Key_F8)
    user.settle()
    assert user.image_position() == 2
    assert window.workspace.selection == {odd}

    compared = window.canvas._overlay.previews[PreviewKind.COMPARED]
    assert compared.region.box_xyxy == (30, 10, 50, 30)
    drawn = compared.region
    assert [hint.text for hint in key_hints(window.window_actions.state, window.keys.text)] == [
        "what the model draws",
        "take it",
        "correct with clicks",
        "this is fine",
        "next finding",
    ]
    action = window.window_actions.action("outline_boxes")
    assert action.text() == "Take the model's outline"
    asked = len(fake_session.segmented)
    user.press(Qt.Key.Key_C, Qt.KeyboardModifier.ShiftModifier)
    assert window.store.instance(odd).region == drawn
    assert len(fake_session.segmented) == asked
    assert compared.region is None
    assert action.text() == "Outline from boxes"

    user.press(Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert window.store.instance(odd).region == triangle
    assert compared.region is None


def test_a_comparison_is_still_told_when_the_images_have_been_read_beside_it(user, fake_session, qtbot):
    with user.window.store.edit("Label") as edit:
        edit.add_instance(user.window.store.images()[0].id, edit.add_category("cat"), rectangle(5, 5, 30, 30))
    fake_session.hold()
    user.press(Qt.Key.Key_F7, Qt.KeyboardModifier.ShiftModifier)
    qtbot.waitUntil(fake_session.has_call_waiting.is_set)
    told = user.window.status_line._activity._text
    read = user.window.findChild(FactReader).progress

    read.emit(1, 4)
    assert told.text() == "Reading images, 1 of 4"
    read.emit(4, 4)

    assert told.text() == "Comparing with the model, 0 of 1 image"


HALF = Region((Polygon([(30, 10), (50, 10), (30, 30)]),))


def compare_a_half_square(user) -> InstanceId:
    """Compare squares and the half of one with the model; gives the half."""
    store = user.window.store
    with store.edit("Label") as edit:
        cat = edit.add_category("cat")
        odd = edit.add_instance(store.images()[0].id, cat, HALF)
        for image in store.images():
            edit.add_instance(image.id, cat, rectangle(5, 5, 30, 30))
    user.window.window_actions.trigger("compare_outlines")
    user.settle()
    return odd


def test_an_outline_is_taken_from_the_list_of_findings_too(user, fake_session):
    window = user.window
    odd = compare_a_half_square(user)
    panel = window.finding_panel
    (row,) = (n for n, each in enumerate(panel.model.findings) if each.kind is FindingKind.OUTLINE_DISAGREES)
    panel.view.scrollTo(panel.model.index(row))
    place = panel.view.visualRect(panel.model.index(row)).center()
    QTest.mouseClick(panel.view.viewport(), Qt.MouseButton.LeftButton, pos=place)
    user.settle()
    assert window.window_actions.state.is_comparing

    QTest.keyClick(panel.view, Qt.Key.Key_C, Qt.KeyboardModifier.ShiftModifier)

    assert window.store.instance(odd).region.box_xyxy == (30, 10, 50, 30)
    assert window.store.instance(odd).region.area == 400
    assert len(window.store.instances(window.store.images()[0].id)) == 2


def test_an_image_read_again_takes_what_the_model_drew_along(user):
    window = user.window
    odd = compare_a_half_square(user)
    finding = next(each for each in window.checking.findings if each.kind is FindingKind.OUTLINE_DISAGREES)
    window.finding_panel.show_wanted.emit(finding)
    user.settle()
    assert window.window_actions.state.is_comparing

    user.press(Qt.Key.Key_F5)

    assert not window.window_actions.state.is_comparing
    user.settle()
    assert window.canvas._overlay.previews[PreviewKind.COMPARED].region is None
    assert window.store.instance(odd).region == HALF


def test_a_check_done_again_says_how_far_it_is_beside_what_the_last_one_found(labelled_twice, qtbot, monkeypatch):
    user, window = labelled_twice, labelled_twice.window
    user.press(Qt.Key.Key_F7)
    qtbot.waitUntil(lambda: not window.checking.is_running)
    before = window.finding_panel.model.findings
    activity = window.status_line._activity
    assert activity._text.text() == ""

    def look(_store, progress):
        while True:  # until it is stopped
            progress(1, 4)

    monkeypatch.setattr("sam3_annotator.ui.verbs.checking.check_project", look)
    user.press(Qt.Key.Key_F7)
    qtbot.waitUntil(lambda: activity._text.text() == "Checking, 1 of 4 images")
    activity._cancel.click()

    qtbot.waitUntil(lambda: not window.checking.is_running)
    assert activity._text.text() == ""
    assert window.finding_panel.model.findings == before


@pytest.fixture
def alike(user):
    """Label with two categories that are one, and turn to the finding that says so."""
    store = user.window.store
    with store.edit("Label") as edit:
        for name in ("Cat", "cat"):
            edit.add_instance(store.images()[0].id, edit.add_category(name), rectangle(5, 5, 30, 30))
    user.check(FindingKind.ALIKE_CATEGORIES)
    user.press(Qt.Key.Key_F8)
    return user


@pytest.mark.parametrize("kept", ["Cat", "cat"])
def test_categories_named_alike_are_merged_from_their_finding(alike, tell, kept: str):
    store = alike.window.store

    alike.press_message_button(f"Merge into “{kept}”")

    assert [each.name for each in store.categories()] == [kept]
    assert len(alike.instances(0)) == 2
    assert tell() == []


@pytest.mark.parametrize("by", ["another finding", "the menu of categories"])
def test_nobody_is_asked_any_more_once_it_is_about_something_else(alike, tell, by: str):
    window = alike.window
    assert len(tell()) == 1

    if by == "another finding":
        window.finding_panel.kinds.setCurrentIndex(0)
        window.finding_panel.kinds.activated.emit(0)
        alike.press(Qt.Key.Key_F8)
    else:
        cat, other = (each.id for each in window.store.categories())
        window.category_panel.merge(other, cat)

    assert tell() == []
