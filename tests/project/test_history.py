"""Undo and redo: exact, kept in the file, merged by key, within a budget."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings, strategies as st

from sam3_annotator.project import KnownError, Polygon, ProjectStore, Region
from tests.project.random_edits import VERBS, Verb, perform

Square = Callable[..., Region]
Tables = Callable[[ProjectStore], dict[str, Any]]


def _steps(store: ProjectStore) -> list[tuple[str, str]]:
    return [(stack, label) for stack, label in store.select("SELECT stack, label FROM history ORDER BY id")]


def _counted_size(store: ProjectStore) -> tuple[int, int]:
    ((noted,),) = store.select("SELECT value FROM meta WHERE key = 'history_bytes'")
    ((summed,),) = store.select("SELECT coalesce(sum(byte_size), 0) FROM history")
    return int(noted), summed


def test_undo_restores_deleted_instance_with_its_id(small: Any, square: Square) -> None:
    with small.store.edit("Add") as edit:
        instance_id = edit.add_instance(small.images[0], small.cat, square())
    instance = small.store.instance(instance_id)
    with small.store.edit("Delete") as edit:
        edit.delete_instance(instance_id)
        replacement = edit.add_instance(small.images[0], small.cat, square())
    assert replacement != instance_id

    small.store.undo()

    assert small.store.instances(small.images[0]) == (instance,)


def test_ids_are_never_given_twice(small: Any, square: Square) -> None:
    seen = set()
    for _ in range(3):
        with small.store.edit("Add") as edit:
            seen.add(edit.add_instance(small.images[0], small.cat, square()))
        small.store.undo()

    assert len(seen) == 3


def test_undo_and_redo_survive_reopening(small: Any, square: Square, tables: Tables) -> None:
    with small.store.edit("One") as edit:
        edit.add_instance(small.images[0], small.cat, square())
    after_one = tables(small.store)
    with small.store.edit("Two") as edit:
        edit.add_category("bird")
    after_two = tables(small.store)
    small.store.undo()
    small.store.close()

    with ProjectStore.open(small.store.path) as store:
        assert (store.undo_label, store.redo_label) == ("One", "Two")
        assert tables(store) == after_one
        store.redo()
        assert tables(store) == after_two
        store.undo()
        store.undo()
        assert store.undo_label is None
        assert store.instances(small.images[0]) == ()


def test_new_edit_drops_what_could_be_redone(small: Any) -> None:
    for name in ("lion", "tiger"):
        with small.store.edit(f"Rename to {name}") as edit:
            edit.update_category(small.cat, name=name)
    small.store.undo()

    with small.store.edit("Rename to puma") as edit:
        edit.update_category(small.cat, name="puma")

    assert small.store.redo() is None
    assert _steps(small.store) == [("undo", "Rename to lion"), ("undo", "Rename to puma")]


def test_steps_with_the_same_merge_key_become_one(small: Any, square: Square) -> None:
    with small.store.edit("Add") as edit:
        instance = edit.add_instance(small.images[0], small.cat, square(0))
    for x in (1, 2, 3):
        with small.store.edit("Nudge", merge_key="nudge 1") as edit:
            edit.update_instance(instance, region=square(x))

    assert _steps(small.store) == [("undo", "Add"), ("undo", "Nudge")]
    small.store.undo()
    assert small.store.instance(instance).region == square(0)
    small.store.redo()
    assert small.store.instance(instance).region == square(3)


def test_another_merge_key_or_none_starts_a_new_step(small: Any) -> None:
    for number, key in enumerate(["a", "b", None, None, "b"]):
        with small.store.edit("Rename", merge_key=key) as edit:
            edit.update_category(small.cat, name=f"name {number}")

    assert len(_steps(small.store)) == 5


def test_steps_do_not_merge_after_something_was_undone_in_between(small: Any) -> None:
    def rename(name: str) -> None:
        with small.store.edit(name, merge_key="key") as edit:
            edit.update_category(small.cat, name=name)

    rename("one")
    with small.store.edit("other") as edit:
        edit.add_category("bird")
    small.store.undo()
    rename("two")
    assert [label for _, label in _steps(small.store)] == ["one", "two"]

    small.store.undo()
    small.store.redo()
    rename("three")
    assert [label for _, label in _steps(small.store)] == ["one", "two", "three"]


def test_merged_steps_that_cancel_out_leave_no_step(small: Any) -> None:
    for name in ("lion", "cat"):
        with small.store.edit("Rename", merge_key="key") as edit:
            edit.update_category(small.cat, name=name)

    assert _steps(small.store) == []
    assert _counted_size(small.store) == (0, 0)


def test_edit_that_cannot_be_undone_clears_both_stacks(small: Any) -> None:
    for name in ("lion", "tiger"):
        with small.store.edit("Rename") as edit:
            edit.update_category(small.cat, name=name)
    small.store.undo()

    with small.store.edit("Import", undoable=False) as edit:
        edit.add_category("bird")

    assert (small.store.undo(), small.store.redo()) == (None, None)
    assert _counted_size(small.store) == (0, 0)


def test_oldest_steps_go_first_when_the_budget_is_spent(small: Any, square: Square) -> None:
    small.store.close()
    with ProjectStore.open(small.store.path, history_budget_bytes=2000) as store:
        for number in range(30):
            with store.edit(f"Add {number}") as edit:
                edit.add_instance(small.images[0], small.cat, square(number))

        labels = [label for _, label in _steps(store)]
        noted, summed = _counted_size(store)
        assert noted == summed <= 2000
        assert 3 <= len(labels) < 30
        assert labels == [f"Add {number}" for number in range(30 - len(labels), 30)]
        undone = 0
        while store.undo():
            undone += 1
        assert undone == len(labels)
        assert len(store.instances(small.images[0])) == 30 - undone


def test_last_step_stays_undoable_however_large(small: Any, square: Square) -> None:
    small.store.close()
    with ProjectStore.open(small.store.path, history_budget_bytes=10) as store:
        for number in range(3):
            with store.edit(f"Add {number}") as edit:
                edit.add_instance(small.images[0], small.cat, square(number))

        assert _steps(store) == [("undo", "Add 2")]
        assert store.undo() is not None
        assert len(store.instances(small.images[0])) == 2
        assert store.redo() is not None


def test_region_of_a_step_is_stored_once_if_it_does_not_change(small: Any, square: Square) -> None:
    corners = [(float(x * x % 9973), float(x)) for x in range(3000)]
    region = Region((Polygon(corners),))
    with small.store.edit("Add") as edit:
        instance = edit.add_instance(small.images[0], small.cat, region)
    ((added,),) = small.store.select("SELECT byte_size FROM history")

    with small.store.edit("Change category") as edit:
        edit.update_instance(instance, category_id=small.dog)

    ((changed,),) = small.store.select("SELECT byte_size FROM history WHERE label = 'Change category'")
    assert changed < 1.1 * added


def test_undo_that_fails_leaves_stacks_and_rows_as_they_were(small: Any, tables: Tables) -> None:
    with small.store.edit("Rename") as edit:
        edit.update_category(small.cat, name="lion")
    before = tables(small.store)
    other = sqlite3.connect(small.store.path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    small.store._connection.execute("PRAGMA busy_timeout = 1")

    with pytest.raises(KnownError, match="another program"):
        small.store.undo()
    assert tables(small.store) == before
    assert (small.store.undo_label, small.store.redo_label) == ("Rename", None)

    other.close()
    assert small.store.undo() is not None


def test_undo_while_a_category_was_deleted_and_named_anew_gives_back_both(small: Any) -> None:
    with small.store.edit("Delete") as edit:
        edit.delete_category(small.cat)
    with small.store.edit("Add") as edit:
        edit.add_category("cat")

    small.store.undo()
    small.store.undo()

    assert [(found.id, found.name) for found in small.store.categories()] == [(small.cat, "cat"), (small.dog, "dog")]


_STEPS = st.lists(st.tuples(VERBS, st.sampled_from([None, None, "key"])), min_size=1, max_size=12)


@settings(max_examples=60, suppress_health_check=[HealthCheck.too_slow])
@given(steps=_STEPS)
def test_undoing_and_redoing_everything_gives_the_same_tables(
    tmp_path_factory: pytest.TempPathFactory, tables: Tables, steps: list[tuple[list[Verb], str | None]]
) -> None:
    folder = tmp_path_factory.mktemp("history")
    with ProjectStore.create(folder / "p.sam3proj") as store:
        store._connection.execute("PRAGMA synchronous = OFF")
        states = [tables(store)]
        for verbs, key in steps:
            merges = key is not None and store.redo_label is None
            top = store.select("SELECT merge_key FROM history WHERE stack = 'undo' ORDER BY id DESC LIMIT 1")
            try:
                with store.edit("Step", merge_key=key) as edit:
                    for verb in verbs:
                        perform(store, edit, verb)
            except KnownError:
                assert tables(store) == states[-1]
                continue
            if tables(store) != states[-1]:
                if merges and top == [(key,)]:
                    states.pop()
                states.append(tables(store))
            if len(states) > 1 and states[-1] == states[-2]:
                states.pop()

        for expected in reversed(states[:-1]):
            assert store.undo() is not None
            assert tables(store) == expected
        assert store.undo() is None
        for expected in states[1:]:
            assert store.redo() is not None
            assert tables(store) == expected
        assert store.redo() is None
        assert store.select("PRAGMA integrity_check") == [("ok",)]
        assert store.select("PRAGMA foreign_key_check") == []
        noted, summed = _counted_size(store)
        assert noted == summed


@settings(max_examples=40, suppress_health_check=[HealthCheck.too_slow])
@given(steps=_STEPS, walk=st.lists(st.booleans(), max_size=30))
def test_records_in_memory_equal_those_in_the_file_whatever_was_done(
    tmp_path_factory: pytest.TempPathFactory, steps: list[tuple[list[Verb], str | None]], walk: list[bool]
) -> None:
    path: Path = tmp_path_factory.mktemp("cache") / "p.sam3proj"
    moves = iter(walk)
    with ProjectStore.create(path) as store:
        store._connection.execute("PRAGMA synchronous = OFF")
        for verbs, key in steps:
            try:
                with store.edit("Step", merge_key=key) as edit:
                    for verb in verbs:
                        perform(store, edit, verb)
            except KnownError:
                pass
            for back in moves:
                store.undo() if back else store.redo()
                break
            with ProjectStore.open(path, read_only=True) as fresh:
                assert store.images() == fresh.images()
                assert store.categories() == fresh.categories()
                for image in fresh.images():
                    assert store.instances(image.id) == fresh.instances(image.id)
