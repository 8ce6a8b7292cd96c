"""The steps of the history as a list tells of them: in the order of undo and redo, each with its image."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from sam3_annotator.project import ImageId, ImageState, ListedStep, NotAProject, ProjectStore, Region

Square = Callable[..., Region]
Add = Callable[..., None]


@pytest.fixture
def add(small: Any, square: Square) -> Add:
    """Add instances on images in a step: `add(label, image, ...)`."""

    def make(label: str, *images: ImageId, since: int | None = None) -> None:
        with small.store.edit(label, since=since) as edit:
            for image in images:
                edit.add_instance(image, small.cat, square())

    return make


def labels(steps: list[ListedStep]) -> list[str]:
    return [step.label for step in steps]


def test_steps_are_listed_as_they_would_be_undone_and_redone(small: Any, add: Add) -> None:
    store = small.store
    for label in "ABCDE":
        add(label, small.images[0])
    store.undo()
    store.undo()

    assert store.step_counts() == (3, 2)
    assert labels(store.undoable_steps(0, 9)) == ["C", "B", "A"]
    assert labels(store.redoable_steps(0, 9)) == ["D", "E"]


def test_a_part_alone_is_listed(small: Any, add: Add) -> None:
    for label in "ABCDE":
        add(label, small.images[0])

    assert labels(small.store.undoable_steps(1, 3)) == ["D", "C"]
    assert small.store.undoable_steps(3, 3) == []


def test_a_step_names_the_image_it_was_on_if_there_is_one(small: Any, add: Add) -> None:
    store, (first, second, _) = small.store, small.images
    add("On one", first, first)
    add("On two", first, second)
    with store.edit("Mark") as edit:
        edit.update_image(second, state=ImageState.DONE)
    with store.edit("Add category") as edit:
        edit.add_category("bird")
    on_one = store.instances(first)[0].id
    with store.edit("Delete") as edit:
        edit.delete_instance(on_one)

    told = {step.label: step.image_id for step in store.undoable_steps(0, 9)}

    assert told == {"Delete": first, "Add category": None, "Mark": second, "On two": None, "On one": first}


def test_a_background_step_stands_where_it_is_undone(small: Any, add: Add) -> None:
    store, (first, second, third) = small.store, small.images
    add("Before", first)
    mark = store.history_mark
    add("Found", second, since=mark)
    add("Own", first)
    add("Found too", third, since=mark)

    listed = labels(store.undoable_steps(0, 9))

    assert listed == ["Own", "Found too", "Found", "Before"]
    undone = []
    while (changes := store.undo()) is not None:
        undone.append(changes.label)
    assert undone == listed
    assert labels(store.redoable_steps(0, 9)) == listed[::-1]


def test_a_damaged_step_is_told_as_a_damaged_project(small: Any, add: Add) -> None:
    store: ProjectStore = small.store
    add("A", small.images[0])
    store._connection.execute("PRAGMA query_only = OFF")
    store._connection.execute("UPDATE history SET changes = '[[broken]]'")

    with pytest.raises(NotAProject):
        store.undoable_steps(0, 1)
