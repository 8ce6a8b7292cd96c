"""Whatever the user and work beside him do and take back, each step is taken back exactly, in an order that can be."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings, strategies as st

from sam3_annotator.project import KnownError, ProjectStore
from tests.project.random_edits import VERBS, Verb, perform, triangle

Tables = dict[str, list[tuple[Any, ...]]]
ReadTables = Callable[[ProjectStore], Tables]
Rows = dict[tuple[str, int], tuple[Any, ...] | None]  # table and id -> the row, None for none

NUMBERS = st.integers(0, 7)
ACTIONS = st.lists(
    st.one_of(
        st.tuples(st.just("own"), VERBS, st.sampled_from([None, None, "key"])),
        st.tuples(st.just("background"), NUMBERS, NUMBERS),
        st.tuples(st.just("background"), NUMBERS, NUMBERS),
        st.tuples(st.just("begin")),
        st.tuples(st.just("undo")),
        st.tuples(st.just("undo")),
        st.tuples(st.just("redo")),
    ),
    max_size=25,
)


def rows_of(tables: Tables) -> Rows:
    return {(name, row[0]): row for name, rows in tables.items() for row in rows}


@dataclass
class Step:
    """What a step has changed; one in the background knows the number of the last step before its work began."""

    label: str
    before: Rows
    after: Rows
    key: str | None = None
    since: int | None = None
    number: int = 0

    @classmethod
    def between(cls, label: str, old: Rows, new: Rows, key: str | None = None, since: int | None = None) -> Step:
        changed = [each for each in {**old, **new} if old.get(each) != new.get(each)]
        return cls(
            label, {each: old.get(each) for each in changed}, {each: new.get(each) for each in changed}, key, since
        )

    def joined(self, later: Step) -> Step:
        return Step.between(later.label, {**later.before, **self.before}, {**self.after, **later.after}, later.key)

    def bears(self, now: Rows, then: Rows) -> bool:
        """Whether rows can go from `now` to `then` as if this step had not come before."""
        if not now.keys().isdisjoint(self.after):
            return False
        for (table, _), row in self.after.items():
            if table == "categories" and row is not None and row[1] in names(then.values()):
                return False
            for owner in owners(table, row):
                if owner in then and (then[owner] is None or state(owner, then[owner]) != state(owner, now[owner])):
                    return False
        return True


def owners(table: str, row: tuple[Any, ...] | None) -> list[tuple[str, int]]:
    return [("images", row[1]), ("categories", row[2])] if table == "instances" and row is not None else []


def state(owner: tuple[str, int], row: tuple[Any, ...] | None) -> object:
    return row[2] if owner[0] == "images" and row is not None else None


def names(rows: Iterable[tuple[Any, ...] | None]) -> set[object]:
    return {row[1] for row in rows if row is not None}  # paths of images among them, which no category is called


@dataclass
class NaiveHistory:
    """Two lists of steps, and the rules in plain words."""

    done: list[Step] = field(default_factory=list)
    undone: list[Step] = field(default_factory=list)
    count: int = 0

    def record(self, step: Step) -> None:
        """Take a step: one's own leaves nothing to redo, and joins the one before it that has its key."""
        if not step.after:
            return
        if step.since is not None:
            if not all(step.bears(each.before, each.after) for each in self.undone):
                self.undone.clear()
        else:
            last = self.next_undone()
            if step.key is not None and last is not None and last.key == step.key and not self.undone:
                self.done.remove(last)
                step = last.joined(step)
            self.undone.clear()
        if step.after:
            self.push(self.done, step)

    def push(self, stack: list[Step], step: Step) -> None:
        self.count += 1
        step.number = self.count
        stack.append(step)

    def next_undone(self) -> Step | None:
        """Give the user's last step, if all that work has done since then began before it and bears that it goes."""
        own = next((step for step in reversed(self.done) if step.since is None), None)
        if own is not None:
            later = self.done[self.done.index(own) + 1 :]
            if all(step.since < own.number and step.bears(own.after, own.before) for step in later):
                return own
        return self.done[-1] if self.done else None

    def undo(self) -> Step | None:
        step = self.next_undone()
        if step is not None:
            self.done.remove(step)
            self.push(self.undone, Step(step.label, step.before, step.after))
        return step

    def redo(self) -> Step | None:
        step = self.undone.pop() if self.undone else None
        if step is not None:
            self.push(self.done, Step(step.label, step.before, step.after))
        return step


class Walk:
    """Does the same to a store and to the naive history, and compares."""

    def __init__(self, store: ProjectStore, read: ReadTables) -> None:
        self.store = store
        self.read = read
        self.naive = NaiveHistory()
        self.mark, self.naive_mark = store.history_mark, 0
        self.steps = 0

    def rows(self) -> Rows:
        return rows_of(self.read(self.store))

    def begin(self) -> None:
        self.mark, self.naive_mark = self.store.history_mark, self.naive.count

    def own(self, verbs: list[Verb], key: str | None) -> None:
        self.steps += 1
        label, before = f"Own {self.steps}", self.rows()
        try:
            with self.store.edit(label, merge_key=key) as edit:
                for verb in verbs:
                    perform(self.store, edit, verb)
        except KnownError:
            assert self.rows() == before
        else:
            self.naive.record(Step.between(label, before, self.rows(), key))

    def background(self, a: int, b: int) -> None:
        images = [image.id for image in self.store.images() if image.state.is_open]
        if not images:
            return
        self.steps += 1
        label, before = f"Background {self.steps}", self.rows()
        known = {category.name: category.id for category in self.store.categories()}
        with self.store.edit(label, since=self.mark) as edit:
            name = f"category {b}"
            category = known[name] if name in known else edit.add_category(name)
            edit.add_instance(images[a % len(images)], category, triangle(a))
        self.naive.record(Step.between(label, before, self.rows(), since=self.naive_mark))

    def undo(self) -> bool:
        step, before = self.naive.undo(), self.rows()
        assert self.store.undo_label == (step and step.label)
        assert (self.store.undo() is None) == (step is None)
        return step is not None and self.came(before, step.after, step.before)

    def redo(self) -> bool:
        step, before = self.naive.redo(), self.rows()
        assert self.store.redo_label == (step and step.label)
        assert (self.store.redo() is None) == (step is None)
        return step is not None and self.came(before, step.before, step.after)

    def came(self, rows: Rows, old: Rows, new: Rows) -> bool:
        """Check that rows have gone from `old` to `new`, and all others stayed."""
        assert {each: rows.get(each) for each in old} == old
        assert self.rows() == {each: row for each, row in {**rows, **new}.items() if row is not None}
        return True

    def is_sound(self) -> bool:
        categories = [category.name for category in self.store.categories()]
        ((noted,),) = self.store.select("SELECT value FROM meta WHERE key = 'history_bytes'")
        ((summed,),) = self.store.select("SELECT coalesce(sum(byte_size), 0) FROM history")
        return (
            self.store.select("PRAGMA foreign_key_check") == []
            and len(categories) == len(set(categories))
            and int(noted) == summed
        )


@settings(max_examples=150, suppress_health_check=[HealthCheck.too_slow])
@given(actions=ACTIONS)
def test_history_does_what_two_plain_lists_would(
    tmp_path_factory: pytest.TempPathFactory, tables: ReadTables, actions: list[tuple[Any, ...]]
) -> None:
    path = tmp_path_factory.mktemp("walk") / "p.sam3proj"
    with ProjectStore.create(path) as store:
        store._connection.execute("PRAGMA synchronous = OFF")
        with store.edit("Set up", undoable=False) as edit:
            for name in "ab":
                edit.add_image(f"{name}.png")
            edit.add_category("category 0")
        walk = Walk(store, tables)
        start = walk.rows()

        for name, *arguments in actions:
            getattr(walk, name)(*arguments)
            assert walk.is_sound()

        while walk.redo():
            assert walk.is_sound()
        end = walk.rows()
        listed = [step.label for step in store.undoable_steps(0, walk.steps)]
        for label in listed:
            assert store.undo_label == label
            assert walk.undo()
            assert walk.is_sound()
        assert not walk.undo()
        assert walk.rows() == start
        while walk.redo():
            assert walk.is_sound()
        assert walk.rows() == end
