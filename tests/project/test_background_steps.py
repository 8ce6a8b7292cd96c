"""What is done in the background does not stand in the way of taking back one's own work."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from sam3_annotator.project import CategoryId, ImageId, ImageState, InstanceId, ProjectStore, Region

Square = Callable[..., Region]
Add = Callable[..., InstanceId]


@pytest.fixture
def add(small: Any, square: Square) -> Add:
    """Add an instance in a step; with a mark, in the background."""

    def make(
        image: ImageId, since: int | None = None, category: CategoryId | None = None, label: str = ""
    ) -> InstanceId:
        label = label or ("Own" if since is None else "Background")
        with small.store.edit(label, since=since) as edit:
            return edit.add_instance(image, category or small.cat, square())

    return make


def ids(store: ProjectStore) -> set[InstanceId]:
    return {instance.id for image in store.images() for instance in store.instances(image.id)}


def test_what_the_user_has_done_meanwhile_is_undone_first_then_the_rest_newest_first(small: Any, add: Add) -> None:
    store, (first, second, third) = small.store, small.images
    before = add(first)
    mark = store.history_mark
    add(second, mark, label="Background one")
    own = add(first)
    found = add(third, mark, label="Background two")

    undone = []
    while store.undo_label:
        undone.append((store.undo_label, len(ids(store))))
        store.undo()

    assert [label for label, _ in undone] == ["Own", "Background two", "Background one", "Own"]
    assert own not in ids(store)
    assert {before, found}.isdisjoint(ids(store))
    assert store.instances(first) == ()


def test_what_was_undone_can_be_redone_after_it(small: Any, add: Add) -> None:
    store, (first, second, third) = small.store, small.images
    mark = store.history_mark
    own = add(first)
    store.undo()
    found = add(second, mark)

    assert store.redo_label == "Own"
    store.redo()
    assert ids(store) == {own, found}
    add(third, mark)
    store.undo()
    assert own not in ids(store)


def test_a_later_run_is_undone_before_what_came_before_it(small: Any, add: Add) -> None:
    store, (first, second, third) = small.store, small.images
    add(second, store.history_mark)
    add(first)
    add(third, store.history_mark)

    assert store.undo_label == "Background"
    store.undo()
    assert store.undo_label == "Own"
    store.undo()
    assert store.undo_label == "Background"


def test_what_it_rests_on_is_not_undone_before_it(small: Any, add: Add) -> None:
    store, (_, second, third) = small.store, small.images
    mark = store.history_mark
    with store.edit("Add category") as edit:
        bird = edit.add_category("bird")
    add(second, mark)
    assert store.undo_label == "Add category"
    add(third, mark, bird)

    assert store.undo_label == "Background"
    store.undo()
    assert store.undo_label == "Add category"


def test_an_image_it_has_brought_into_progress_stays_so(small: Any, add: Add) -> None:
    store, first = small.store, small.images[0]
    mark = store.history_mark
    own = add(first)
    with store.edit("Delete") as edit:
        edit.delete_instance(own)
    add(first, mark)

    assert store.undo_label == "Background"


def test_an_image_of_the_users_does_not_go_back_to_not_annotated_with_its_instance_on_it(small: Any, add: Add) -> None:
    store, first = small.store, small.images[0]
    mark = store.history_mark
    add(first)
    add(first, mark)

    assert store.undo_label == "Background"
    store.undo()
    store.undo()
    assert store.image(first).state is ImageState.UNANNOTATED
    assert store.instances(first) == ()


def test_a_name_given_up_meanwhile_does_not_come_back_beside_a_category_it_has_made(small: Any, square: Square) -> None:
    store = small.store
    mark = store.history_mark
    with store.edit("Rename") as edit:
        edit.update_category(small.cat, name="lion")
    with store.edit("Background", since=mark) as edit:
        edit.add_instance(small.images[0], edit.add_category("cat"), square())

    assert store.undo_label == "Background"


def test_a_category_undone_is_not_redone_beside_one_of_that_name_it_has_made(small: Any, square: Square) -> None:
    store = small.store
    mark = store.history_mark
    with store.edit("Add category") as edit:
        edit.add_category("bird")
    store.undo()
    with store.edit("Background", since=mark) as edit:
        edit.add_instance(small.images[0], edit.add_category("bird"), square())

    assert store.redo_label is None


def test_a_category_renamed_meanwhile_gets_its_name_back_before(small: Any, add: Add) -> None:
    store = small.store
    mark = store.history_mark
    with store.edit("Rename") as edit:
        edit.update_category(small.cat, name="lion")
    found = add(small.images[0], mark)

    store.undo()

    assert store.category(small.cat).name == "cat"
    assert ids(store) == {found}


def test_what_would_take_away_what_it_belongs_to_cannot_be_redone(small: Any, add: Add) -> None:
    store = small.store
    mark = store.history_mark
    with store.edit("Delete category") as edit:
        edit.delete_category(small.dog)
    store.undo()
    add(small.images[0], mark, small.cat)
    assert store.redo_label == "Delete category"

    add(small.images[1], mark, small.dog)

    assert store.redo_label is None


def test_steps_that_join_go_on_joining_while_it_goes_on(small: Any, add: Add) -> None:
    store = small.store
    own = add(small.images[0])
    mark = store.history_mark
    for x in (0.1, 0.2, 0.3):
        with store.edit("Score", merge_key="score") as edit:
            edit.update_instance(own, score=x)
        add(small.images[1], mark)

    store.undo()

    assert store.instance(own).score is None


def test_after_a_restart_it_is_the_same(small: Any, add: Add) -> None:
    mark = small.store.history_mark
    own = add(small.images[0])
    found = add(small.images[1], mark)
    small.store.close()

    with ProjectStore.open(small.store.path) as store:
        store.undo()
        assert ids(store) == {found}
        assert own not in ids(store)
