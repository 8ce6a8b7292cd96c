"""Going back and forth through the history shows the image of the last step, and stops where others write."""

from __future__ import annotations

import pytest

from sam3_annotator.project import ImageState, rectangle
from sam3_annotator.ui.verbs import replaying
from sam3_annotator.ui.verbs.replaying import Replaying


@pytest.fixture
def going(bridge, workspace) -> Replaying:
    return Replaying(bridge, workspace)


@pytest.fixture
def category(store) -> int:
    with store.edit("Set up", undoable=False) as edit:
        return edit.add_category("cat")


def add(store, category: int, position: int = 0, count: int = 1) -> None:
    for number in range(count):
        with store.edit(f"Add {number + 1}") as edit:
            edit.add_instance(store.images()[position].id, category, rectangle(1, 1, 9, 9))


def test_undoing_and_redoing_shows_the_image_it_happened_on(going, store, workspace, category):
    first, _, third, _ = (image.id for image in store.images())
    add(store, category, position=0)
    workspace.set_image(third)

    going.undo()
    assert workspace.image_id == first
    workspace.set_image(third)
    going.redo()

    assert workspace.image_id == first


def test_what_a_step_was_is_told_only_where_it_was_on_another_image(going, store, workspace, category):
    told = []
    going.turned.connect(told.append)
    add(store, category, position=0)
    add(store, category, position=1)
    workspace.set_image(store.images()[1].id)

    going.undo()
    assert told == []

    going.undo()
    assert told == ["Undone here: Add 1."]

    workspace.set_image(store.images()[3].id)
    going.redo()
    assert told[1:] == ["Redone here: Add 1."]

    workspace.set_image(store.images()[3].id)
    going.go(-1)
    assert len(told) == 2


def test_many_steps_are_gone_at_once_and_the_image_of_the_last_is_shown_alone(going, store, workspace, category):
    images = [image.id for image in store.images()]
    for position in range(3):
        add(store, category, position)
    workspace.set_image(images[3])
    shown = []
    workspace.image_changed.connect(lambda *_: shown.append(workspace.image_id))

    going.go(-3)
    assert store.undo_label is None
    going.go(2)

    assert [len(store.instances(each)) for each in images] == [1, 1, 0, 0]
    assert shown == [images[0], images[1]]


def test_it_goes_as_far_as_there_are_steps(going, store, category):
    add(store, category, count=2)

    going.go(-9)

    assert store.step_counts() == (0, 2)
    assert not going.is_running


def test_an_image_that_is_gone_at_the_end_of_the_way_is_not_shown(going, store, workspace, category):
    with store.edit("Add image") as edit:
        added = edit.add_image("added.png")
    with store.edit("Mark") as edit:
        edit.update_image(added, state=ImageState.DONE)
    workspace.set_image(store.images()[1].id)

    going.go(-2)

    assert workspace.image_id == store.images()[1].id


@pytest.fixture
def slow(monkeypatch) -> None:
    """Give the window its turn after every step."""
    monkeypatch.setattr(replaying, "_AT_ONCE_MS", 0)


@pytest.mark.usefixtures("slow")
def test_a_long_way_is_gone_in_parts_that_are_told(going, store, category, qtbot):
    add(store, category, count=4)
    told = []
    going.progress.connect(lambda done, total: told.append((done, total)))

    going.go(-4)
    assert going.is_running
    qtbot.waitUntil(lambda: not going.is_running)

    assert store.undo_label is None
    assert told == [(1, 4), (2, 4), (3, 4), (0, 0)]


@pytest.mark.usefixtures("slow")
def test_a_way_that_is_stopped_stays_where_it_is(going, store, workspace, category):
    add(store, category, count=4)

    going.go(-4)
    going.stop()

    assert store.step_counts() == (3, 1)
    assert workspace.image_id == store.images()[0].id


@pytest.mark.usefixtures("slow")
def test_a_way_ends_with_a_sentence_where_the_project_is_changed_meanwhile(going, store, category, qtbot):
    add(store, category, count=4)
    going.go(-4)

    with qtbot.waitSignal(going.problem) as told:
        add(store, category)

    assert not going.is_running
    assert told.args[0].startswith("Stopped after 1 of 4 steps")
    assert store.step_counts() == (4, 0)


def test_what_cannot_be_undone_is_told(going, bridge, store, category, qtbot):
    add(store, category)
    store.is_read_only = True

    with qtbot.waitSignal(going.problem) as told:
        going.go(-1)

    assert "reading only" in told.args[0]
    assert not going.is_running
