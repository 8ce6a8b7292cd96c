"""Several stores on one file, each on a thread of its own: readers beside the writer, and an importer."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import pytest

from sam3_annotator.project import ChangeSet, KnownError, ProjectStore, Region

Square = Callable[..., Region]


def _run_on_thread(work: Callable[[], None]) -> None:
    failures: list[BaseException] = []

    def run() -> None:
        try:
            work()
        except BaseException as error:  # noqa: BLE001 - crosses to the thread of the test
            failures.append(error)

    thread = threading.Thread(target=run)
    thread.start()
    thread.join(30)
    assert not thread.is_alive()
    assert failures == []


def test_reader_on_another_thread_sees_what_is_committed(small: Any, square: Square) -> None:
    def export() -> None:
        with ProjectStore.open(small.store.path, read_only=True) as reader:
            seen.append(len(reader.instances(small.images[0])))

    seen: list[int] = []
    for x in range(3):
        with small.store.edit("Add") as edit:
            edit.add_instance(small.images[0], small.cat, square(x))
            _run_on_thread(export)
    _run_on_thread(export)

    assert seen == [0, 1, 2, 3]


def test_writer_goes_on_while_a_reader_is_busy_and_the_reader_notices(small: Any, square: Square) -> None:
    with ProjectStore.open(small.store.path, read_only=True) as reader:
        assert reader.instances(small.images[0]) == ()
        assert len(reader.images()) == 3
        for x in range(20):
            with small.store.edit("Add") as edit:
                edit.add_instance(small.images[0], small.cat, square(x))
            assert len(reader.instances(small.images[0])) == x + 1
        assert reader.undo_label == "Add"


def test_snapshot_shows_one_state_throughout(small: Any, square: Square) -> None:
    with ProjectStore.snapshot(small.store.path) as reader:
        assert len(reader.categories()) == 2
        with small.store.edit("Add") as edit:
            bird = edit.add_category("bird")
            edit.add_instance(small.images[0], bird, square())
        assert len(reader.categories()) == 2
        assert reader.instances(small.images[0]) == ()


def test_snapshot_leaves_nothing_beside_the_project(small: Any) -> None:
    small.store.close()
    with ProjectStore.snapshot(small.store.path) as reader:
        assert len(reader.categories()) == 2

    assert not list(small.store.path.parent.glob(f"{small.store.path.name}-*"))


def test_import_beside_the_open_store_is_announced_and_clears_the_history(small: Any, square: Square) -> None:
    store = small.store
    with store.edit("Rename") as edit:
        edit.update_category(small.cat, name="lion")
    assert store.instances(small.images[0]) == ()
    imported: list[ChangeSet] = []
    heard: list[ChangeSet] = []
    store.subscribe(heard.append)

    def import_labels() -> None:
        with store.open_beside() as beside:
            beside.subscribe(imported.append)
            with beside.edit("Import", undoable=False) as edit:
                edit.add_instance(small.images[0], small.cat, square())

    _run_on_thread(import_labels)
    for changes in imported:
        store.announce(changes)

    assert len(store.instances(small.images[0])) == 1
    assert heard == imported
    assert len(heard) == 1
    assert store.undo_label is None
    with store.edit("Goes on") as edit:
        edit.update_category(small.cat, name="tiger")


def test_what_is_announced_late_brings_nothing_back(small: Any, square: Square) -> None:
    store, image = small.store, small.images[0]
    with store.edit("Add") as edit:
        instance_id = edit.add_instance(image, small.cat, square())
    imported: list[ChangeSet] = []
    with store.open_beside() as beside:
        beside.subscribe(imported.append)
        with beside.edit("Import", undoable=False) as edit:
            edit.update_instance(instance_id, category_id=small.dog, region=square(5))

    with store.edit("Change") as edit:
        edit.update_instance(instance_id, category_id=small.cat)
    assert [instance.region for instance in store.instances(image)] == [square(5)]
    for changes in imported:
        store.announce(changes)

    assert store.instance(instance_id).category_id == small.cat


def test_edit_during_another_threads_import_is_refused_with_a_sentence(small: Any) -> None:
    store = small.store
    store._connection.execute("PRAGMA busy_timeout = 1")

    def import_labels() -> None:
        with store.open_beside() as beside, beside.edit("Import", undoable=False) as edit:
            edit.add_category("bird")
            is_importing.set()
            assert may_go_on.wait(30)

    is_importing, may_go_on = threading.Event(), threading.Event()
    thread = threading.Thread(target=import_labels)
    thread.start()
    assert is_importing.wait(30)
    with pytest.raises(KnownError, match="try again"), store.edit("Rename") as edit:
        edit.update_category(small.cat, name="lion")
    assert [category.name for category in store.categories()] == ["cat", "dog"]
    may_go_on.set()
    thread.join(30)

    assert [category.name for category in store.categories()] == ["cat", "dog", "bird"]
    with store.edit("Rename") as edit:
        edit.update_category(small.cat, name="lion")
