"""The steps that can be undone and redone, kept in the project file within a budget of bytes."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum

from sam3_annotator.project.changes import RowChange, decode_changes, encode_changes, net_changes

HISTORY_BUDGET_BYTES = 256 << 20


class Stack(StrEnum):
    """Where a step waits: to be undone, or to be redone."""

    UNDO = "undo"
    REDO = "redo"

    @property
    def other(self) -> Stack:
        """The stack that a step goes to when it is replayed from this one."""
        return Stack.REDO if self is Stack.UNDO else Stack.UNDO


@dataclass(frozen=True, slots=True)
class Step:
    """One entry of the history; to replay it is to bring back the `before` of its changes."""

    id: int
    label: str
    changes: tuple[RowChange, ...]


class History:
    """Both stacks of a project; every method that writes belongs inside a transaction of the caller's.

    Nothing is remembered outside the file, so a transaction rolled back needs no undoing here.
    """

    def __init__(self, connection: sqlite3.Connection, budget_bytes: int = HISTORY_BUDGET_BYTES) -> None:
        self._connection = connection
        self._budget_bytes = budget_bytes

    def label(self, stack: Stack) -> str | None:
        """Return the label of the step on top, None if there is none."""
        row = self._top(stack, "label")
        return None if row is None else str(row[0])

    def record(self, label: str, changes: Sequence[RowChange], merge_key: str | None = None) -> None:
        """Push what an edit changed to be undone, and drop what could be redone.

        With the `merge_key` of the step on top it joins that step, unless something was undone in between.
        """
        earlier = None if merge_key is None else self._mergeable(merge_key)
        self._drop_redo()
        if earlier is not None:
            self._delete(earlier.id)
            changes = net_changes((*earlier.changes, *changes))
        if changes:
            self._push(Stack.UNDO, label, changes, merge_key)

    def pop(self, stack: Stack) -> Step | None:
        """Take the step on top off its stack."""
        step = self._read_top(stack)
        if step is not None:
            self._delete(step.id)
        return step

    def push_replayed(self, stack: Stack, label: str, changes: Sequence[RowChange]) -> None:
        """Push what replaying a step changed; nothing merges with it any more."""
        self._push(stack, label, changes, None)

    def clear(self) -> None:
        """Forget all steps."""
        self._connection.execute("DELETE FROM history")
        self._count(-self._byte_size())

    def _top(self, stack: Stack, columns: str) -> tuple[object, ...] | None:
        query = f"SELECT {columns} FROM history WHERE stack = ? ORDER BY id DESC LIMIT 1"
        row: tuple[object, ...] | None = self._connection.execute(query, (stack,)).fetchone()
        return row

    def _read_top(self, stack: Stack) -> Step | None:
        query = "SELECT id, label, changes, blobs FROM history WHERE stack = ? ORDER BY id DESC LIMIT 1"
        row = self._connection.execute(query, (stack,)).fetchone()
        return None if row is None else Step(row[0], row[1], decode_changes(row[2], row[3]))

    def _mergeable(self, merge_key: str) -> Step | None:
        top = self._top(Stack.UNDO, "merge_key")
        if top is None or top[0] != merge_key or self._top(Stack.REDO, "id") is not None:
            return None
        return self._read_top(Stack.UNDO)

    def _push(self, stack: Stack, label: str, changes: Sequence[RowChange], merge_key: str | None) -> None:
        text, blobs = encode_changes(changes)
        byte_size = len(text) + len(blobs)
        self._connection.execute(
            "INSERT INTO history (stack, label, merge_key, created_at, byte_size, changes, blobs) "
            "VALUES (?, ?, ?, ?, ?, ?, ?)",
            (stack, label, merge_key, _now(), byte_size, text, blobs),
        )
        self._count(byte_size)
        self._keep_budget()

    def _drop_redo(self) -> None:
        if self._top(Stack.REDO, "id") is not None:
            query = "SELECT sum(byte_size) FROM history WHERE stack = ?"
            self._count(-self._connection.execute(query, (Stack.REDO,)).fetchone()[0])
            self._connection.execute("DELETE FROM history WHERE stack = ?", (Stack.REDO,))

    def _keep_budget(self) -> None:
        """Drop the steps done longest ago until the rest fits; the last one stays, however large."""
        while self._byte_size() > self._budget_bytes:
            oldest, newest = self._connection.execute(
                "SELECT min(id), max(id) FROM history WHERE stack = ?", (Stack.UNDO,)
            ).fetchone()
            if oldest == newest:
                return
            self._delete(oldest)

    def _delete(self, step_id: int) -> None:
        row = self._connection.execute("DELETE FROM history WHERE id = ? RETURNING byte_size", (step_id,)).fetchone()
        self._count(-row[0])

    # The sum of all sizes is kept as a number: adding up a long history would take longer than an edit may.

    def _byte_size(self) -> int:
        return int(self._connection.execute("SELECT value FROM meta WHERE key = 'history_bytes'").fetchone()[0])

    def _count(self, byte_count: int) -> None:
        self._connection.execute("UPDATE meta SET value = value + ? WHERE key = 'history_bytes'", (byte_count,))


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")
