"""Drafts on images that are turned from, or in a window that is closed: none goes without a word."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt

from sam3_annotator.project import ProjectStore

LEFT = "The draft on 1.png waits there: it is not accepted yet."
RIGHT_BUTTON = Qt.MouseButton.RightButton


@pytest.fixture
def labeler(user):
    """Draft an outline with two clicks, on the first image."""
    user.add_category("cat")
    user.click(20, 20)
    user.click(25, 22)
    user.settle()
    return user


def turn(user, key: Qt.Key) -> None:
    user.press(key)
    user.settle()


def test_a_draft_that_is_turned_from_is_told_and_there_again_on_return(labeler, tell):
    drafted = labeler.draft

    turn(labeler, Qt.Key.Key_D)
    assert labeler.draft is None
    assert tell() == [LEFT]
    turn(labeler, Qt.Key.Key_A)

    assert labeler.draft == drafted
    assert tell() == []
    labeler.press(Qt.Key.Key_Return)
    assert [len(instance.provenance.prompts) for instance in labeler.instances(0)] == [2]


def captions(user) -> list[str]:
    model = user.window.image_panel.model
    return [model.caption(record.id) for record in model.records]


def test_the_list_says_on_which_images_drafts_wait(labeler):
    assert captions(labeler)[0] == "Not annotated"
    turn(labeler, Qt.Key.Key_D)
    assert captions(labeler)[:2] == ["Draft waits · Not annotated", "Not annotated"]
    turn(labeler, Qt.Key.Key_D)
    assert captions(labeler)[0] == "Draft waits · Not annotated"

    turn(labeler, Qt.Key.Key_A)
    turn(labeler, Qt.Key.Key_A)
    assert captions(labeler)[0] == "Not annotated"


@pytest.mark.parametrize(("tool", "words"), [(Qt.Key.Key_P, "Polygon waits"), (Qt.Key.Key_R, "Strokes wait")])
def test_the_list_says_where_polygons_and_strokes_wait(user, tool, words):
    user.press(tool)
    for corner in ((20, 20), (30, 20), (30, 30)):
        user.click(*corner)
        user.window.focus_canvas()
    turn(user, Qt.Key.Key_D)
    assert captions(user)[0] == f"{words} · Not annotated"

    turn(user, Qt.Key.Key_A)
    user.press(Qt.Key.Key_Escape)
    turn(user, Qt.Key.Key_D)
    assert captions(user)[0] == "Not annotated"


def test_clicks_still_to_be_answered_are_told_too(labeler, fake_session, tell):
    fake_session.hold()
    turn_from = labeler.window.workspace.image_id
    labeler.press(Qt.Key.Key_Escape)
    labeler.click(20, 20)

    labeler.press(Qt.Key.Key_D)
    assert tell() == [LEFT]
    fake_session.release()
    labeler.window.workspace.set_image(turn_from)
    labeler.settle()

    assert not labeler.draft.region.is_empty


@pytest.mark.parametrize("button", [None, RIGHT_BUTTON])
def test_turning_from_an_image_without_an_outline_says_nothing(user, tell, button):
    if button is not None:
        user.click(20, 20, button)

    turn(user, Qt.Key.Key_D)

    assert tell() == []


def test_reading_the_image_again_is_no_turning(labeler, tell):
    labeler.window.window_actions.trigger("reload_image")
    labeler.settle()

    assert len(labeler.draft.prompts) == 2
    assert tell() == []


def test_closing_tells_of_drafts_on_whatever_image_and_leads_to_them(labeler, tell):
    turn(labeler, Qt.Key.Key_D)
    labeler.click(20, 20)
    labeler.settle()
    turn(labeler, Qt.Key.Key_D)

    labeler.close_by_frame()
    assert labeler.window.isVisible()
    assert tell() == ["A draft is not accepted yet on 1.png and 1 more. Press Enter there to keep it."]
    labeler.press_message_button("Show it")
    labeler.settle()
    assert labeler.image_position() == 0
    labeler.press(Qt.Key.Key_Return)
    labeler.restart()

    assert len(labeler.instances(0)) == 1


def test_the_question_goes_once_the_draft_is_accepted(labeler, tell):
    labeler.close_by_frame()
    assert tell() == ["A draft is not accepted yet on 1.png. Press Enter there to keep it."]

    labeler.press(Qt.Key.Key_Return)

    assert tell() == []
    labeler.close_by_frame()
    assert not labeler.window.isVisible()


def test_closing_anyway_closes_without_the_draft(labeler):
    labeler.close_by_frame()
    labeler.press_message_button("Close anyway")

    assert not labeler.window.isVisible()


def test_quitting_tells_of_drafts_too(labeler, tell):
    labeler.window.window_actions.trigger("quit")
    assert labeler.window.isVisible()
    assert tell() == ["A draft is not accepted yet on 1.png. Press Enter there to keep it."]

    labeler.press_message_button("Close anyway")

    assert not labeler.window.isVisible()


def test_a_program_that_closes_the_window_is_not_asked(labeler):
    labeler.window.close()

    assert not labeler.window.isVisible()


def test_a_single_click_is_not_asked_about(user):
    user.click(20, 20)
    user.settle()

    user.close_by_frame()

    assert not user.window.isVisible()


def test_a_project_that_cannot_keep_the_draft_is_closed_at_once(open_project, store, fake_session, monkeypatch):
    opened = ProjectStore.open
    store.close()
    monkeypatch.setattr(ProjectStore, "open", lambda path: opened(path, read_only=True))
    reader = open_project(lambda: fake_session, store.path)
    reader.click(20, 20)
    reader.click(25, 22)
    reader.settle()
    assert len(reader.draft.prompts) == 2

    reader.close_by_frame()

    assert not reader.window.isVisible()


def test_a_draft_on_an_image_taken_out_of_the_project_holds_nothing(labeler, image_folder, tell):
    (image_folder / "5.png").write_bytes((image_folder / "1.png").read_bytes())
    store = labeler.window.store
    with store.edit("Add images") as edit:
        added = edit.add_image(image_folder / "5.png")
    labeler.press(Qt.Key.Key_Escape)
    labeler.window.workspace.set_image(added)
    labeler.settle()
    labeler.click(20, 20)
    labeler.click(25, 22)
    labeler.settle()
    assert labeler.draft.outlines

    store.undo()
    labeler.settle()
    labeler.close_by_frame()

    assert not labeler.window.isVisible()
    assert tell() == []
