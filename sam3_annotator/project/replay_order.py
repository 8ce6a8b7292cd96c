"""In which order the steps of the history are replayed: newest first, the user's own before what ran beside them."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from itertools import islice
from typing import Any

from sam3_annotator.project.changes import RowChange

# What `Background.encode` writes, decoded.
_Code = tuple[int, list[tuple[str, int]], list[tuple[str, int]], list[str]]

_NO_ID = 1 << 62  # above all

# What an instance belongs to: table, and the column of the instance that names the row.
_OWNERS = (("images", "image_id"), ("categories", "category_id"))
_OWNING_TABLES = frozenset(table for table, _ in _OWNERS)


class Stack(StrEnum):
    """Where a step waits: to be undone, or to be redone."""

    UNDO = "undo"
    REDO = "redo"

    @property
    def other(self) -> Stack:
        """The stack that a step goes to when it is replayed from this one."""
        return Stack.REDO if self is Stack.UNDO else Stack.UNDO


@dataclass(frozen=True, slots=True)
class Replay:
    """The rows that replaying a step writes, as `(table, id)`, and the names that categories get by it.

    To the `unsteady` ones nothing may belong: rows that go, images whose state becomes another.
    """

    rows: frozenset[tuple[str, int]]
    unsteady: frozenset[tuple[str, int]]
    names: frozenset[str]

    @classmethod
    def of(cls, text: str) -> Replay:
        """Read it from the changes of a step, as `encode_changes` writes them."""
        changes = json.loads(text)
        unsteady = [
            (table, row_id)
            for table, row_id, before, after in changes
            if before is None or (table == "images" and after is not None and before["state"] != after["state"])
        ]
        names = [before["name"] for table, _, before, _ in changes if table == "categories" and before is not None]
        return cls(frozenset((change[0], change[1]) for change in changes), frozenset(unsteady), frozenset(names))


@dataclass(frozen=True, slots=True)
class Background:
    """When the work began, as a mark; the rows the step has changed, and those that what it added belongs to.

    A row is `[table, id]`, as in JSON; `names` are those of the categories it added.
    """

    since: int
    changed: list[list[Any]]
    owners: list[list[Any]]
    names: list[str]

    @classmethod
    def of(cls, changes: Sequence[RowChange], since: int) -> Background:
        """Take it from the changes of a step of work that began at the mark `since`."""
        changed = [[change.table, change.row_id] for change in changes if change.before is not None]
        added = [(change.table, change.after) for change in changes if change.before is None]
        instances = [row for table, row in added if table == "instances" and row is not None]
        owners = {(table, row[column]) for row in instances for table, column in _OWNERS}
        names = sorted(row["name"] for table, row in added if table == "categories" and row is not None)
        return cls(since, changed, [list(owner) for owner in sorted(owners)], names)

    def encode(self) -> str:
        """Return the JSON text as which it is kept with the step."""
        return json.dumps([self.since, self.changed, self.owners, self.names], separators=(",", ":"))

    def rests_on(self, replay: Replay) -> bool:
        """Whether a step cannot be replayed before this one."""
        return (
            any((table, row_id) in replay.rows for table, row_id in self.changed)
            or any((table, row_id) in replay.unsteady for table, row_id in self.owners)
            or not replay.names.isdisjoint(self.names)
        )


@dataclass(slots=True)
class _Run:
    """The background steps newer than the step of the user's that is looked at, by number, counted from the newest.

    It is known which is the oldest that began at a mark, changed a row, added to an owner or added a name: what rests
    on any is found without looking at all, as a run over all images leaves thousands.
    """

    count: int = 0
    _sinces: dict[int, int] = field(default_factory=dict)
    _changed: dict[tuple[str, int], int] = field(default_factory=dict)
    _owners: dict[tuple[str, int], int] = field(default_factory=dict)
    _names: dict[str, int] = field(default_factory=dict)
    _fresh: list[_Code] = field(default_factory=list)  # the last of them, whose owners are not known yet

    def add(self, codes: list[_Code]) -> None:
        """Take in some that are older than all so far, newest first."""
        for number, (since, changed, _, names) in enumerate(codes, self.count):
            self._sinces[since] = number
            for table, row_id in changed:
                self._changed[table, row_id] = number
            for name in names:
                self._names[name] = number
        self._fresh += codes
        self.count += len(codes)

    def count_before(self, own_id: int, replay: Replay) -> int:
        """Say how many of them, from the newest, are replayed before a step of the user's."""
        owners = [row for row in replay.unsteady if row[0] in _OWNING_TABLES]
        if owners:  # most steps are about instances alone
            self._take_in_owners()
        oldest = (
            *(number for since, number in self._sinces.items() if own_id <= since),
            *(self._changed.get(row, -1) for row in replay.rows),
            *(self._owners.get(row, -1) for row in owners),
            *(self._names.get(name, -1) for name in replay.names),
        )
        return 1 + max(oldest, default=-1)

    def _take_in_owners(self) -> None:
        numbered = enumerate(self._fresh, self.count - len(self._fresh))
        self._owners.update({(table, row_id): number for number, code in numbered for table, row_id in code[2]})
        self._fresh.clear()


def ids_in_order(connection: sqlite3.Connection, stack: Stack) -> Iterator[int]:
    """Yield the ids of the steps of a stack in the order in which they are replayed; reads only as far as it is asked.

    That is newest first, but a background step after all steps of the user's that were made since it began, as far
    as it does not rest on them. The stack must not be written meanwhile.
    """
    run, replayed, until = _Run(), 0, _NO_ID
    query = "SELECT id FROM history WHERE stack = ? AND background IS {} NULL ORDER BY id DESC"
    own_ids, background_ids = ((row[0] for row in connection.execute(query.format(no), (stack,))) for no in ("", "NOT"))
    for own_id in own_ids:
        if own_id + 1 < until:
            run.add(_codes_between(connection, stack, own_id, until))
        if replayed < run.count:
            (text,) = connection.execute("SELECT changes FROM history WHERE id = ?", (own_id,)).fetchone()
            before = max(run.count_before(own_id, Replay.of(text)), replayed)
            yield from islice(background_ids, before - replayed)
            replayed = before
        yield own_id
        until = own_id
    yield from background_ids


def _codes_between(connection: sqlite3.Connection, stack: Stack, after: int, until: int) -> list[_Code]:
    """Read the background steps with ids between these two, newest first."""
    # As one text: row by row, the thousands that a run leaves would take several times as long.
    query = (
        "SELECT '[' || group_concat(background) || ']' FROM "
        "(SELECT background FROM history WHERE stack = ? AND id > ? AND id < ? ORDER BY id DESC)"
    )
    (text,) = connection.execute(query, (stack, after, until)).fetchone()
    return [] if text is None else json.loads(text)
