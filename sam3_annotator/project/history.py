"""The steps that can be undone and redone, kept in the project file within a budget of bytes."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any

from sam3_annotator.project.changes import RowChange, decode_changes, encode_changes, net_changes
from sam3_annotator.project.clock import timestamp
from sam3_annotator.project.listed_steps import ListedStep, StepCounts, listed_step
from sam3_annotator.project.replay_order import Background, Replay, Stack, ids_in_order

HISTORY_BUDGET_BYTES = 256 << 20


@dataclass(frozen=True, slots=True)
class Step:
    """One entry of the history; to replay it is to bring back the `before` of its changes."""

    id: int
    label: str
    changes: tuple[RowChange, ...]


class History:
    """Both stacks of a project; every method that writes belongs inside a transaction of the caller's.

    A background step is made by work that goes on by itself, elsewhere in the project, while the user works. What the
    user has done since that work began is undone before it, and stays redoable, as far as the step does not rest on it.
    Nothing is remembered outside the file, so a transaction rolled back needs no undoing here.
    """

    def __init__(self, connection: sqlite3.Connection, budget_bytes: int = HISTORY_BUDGET_BYTES) -> None:
        self._connection = connection
        self._budget_bytes = budget_bytes

    def label(self, stack: Stack) -> str | None:
        """Return the label of the step that is replayed next, None if there is none."""
        row = self._next(stack, "label")
        return None if row is None else str(row[0])

    def counts(self) -> StepCounts:
        """Return how many steps wait on each stack."""
        found = dict(self._connection.execute("SELECT stack, count(*) FROM history GROUP BY stack"))
        return StepCounts(found.get(Stack.UNDO, 0), found.get(Stack.REDO, 0))

    def listed(self, stack: Stack, start: int, stop: int) -> list[ListedStep]:
        """Return the steps of a stack from number `start` to before `stop`, in the order in which they are replayed.

        Raises ValueError or TypeError if the changes of one are not as `encode_changes` writes them.
        """
        return [
            listed_step(self._connection, step_id)
            for step_id in list(islice(ids_in_order(self._connection, stack), start, stop))
        ]

    def mark(self) -> int:
        """Return where the history stands: steps of the user's that come now have a higher id."""
        return int(self._connection.execute("SELECT coalesce(max(id), 0) FROM history").fetchone()[0])

    def record(
        self, label: str, changes: Sequence[RowChange], merge_key: str | None = None, since: int | None = None
    ) -> None:
        """Push what an edit changed to be undone, and drop what could be redone.

        With the `merge_key` of the step that is undone next it joins that one, unless something was undone in between.
        `since` makes it a background step: it is the mark at which the work began. Such a step adds things.
        """
        if since is not None:
            self._record_background(label, changes, since)
            return
        earlier = None if merge_key is None else self._mergeable(merge_key)
        self._drop_redo()
        if earlier is not None:
            self._delete(earlier.id)
            changes = net_changes((*earlier.changes, *changes))
        if changes:
            self._push(Stack.UNDO, label, changes, merge_key)

    def pop(self, stack: Stack) -> Step | None:
        """Take the step that is replayed next off its stack."""
        step = self._read_next(stack)
        if step is not None:
            self._delete(step.id)
        return step

    def push_replayed(self, stack: Stack, label: str, changes: Sequence[RowChange]) -> None:
        """Push what replaying a step changed; nothing merges with it any more."""
        self._push(stack, label, changes)

    def clear(self) -> None:
        """Forget all steps."""
        self._connection.execute("DELETE FROM history")
        self._count(-self._byte_size())

    def _record_background(self, label: str, changes: Sequence[RowChange], since: int) -> None:
        background = Background.of(changes, since)
        redoable = self._connection.execute("SELECT changes FROM history WHERE stack = ?", (Stack.REDO,))
        if any(background.rests_on(Replay.of(text)) for (text,) in redoable):
            self._drop_redo()
        if changes:
            self._push(Stack.UNDO, label, changes, background=background.encode())

    def _next(self, stack: Stack, columns: str) -> tuple[object, ...] | None:
        query = f"SELECT {columns} FROM history WHERE id = ?"
        row: tuple[object, ...] | None = self._connection.execute(query, (self._next_id(stack),)).fetchone()
        return row

    def _next_id(self, stack: Stack) -> int | None:
        return next(ids_in_order(self._connection, stack), None)

    def _read_next(self, stack: Stack) -> Step | None:
        row: tuple[Any, ...] | None = self._next(stack, "id, label, changes, blobs")
        return None if row is None else Step(row[0], row[1], decode_changes(row[2], row[3]))

    def _mergeable(self, merge_key: str) -> Step | None:
        following = self._next(Stack.UNDO, "merge_key")
        if following is None or following[0] != merge_key or self._next(Stack.REDO, "id") is not None:
            return None
        return self._read_next(Stack.UNDO)

    def _push(
        self,
        stack: Stack,
        label: str,
        changes: Sequence[RowChange],
        merge_key: str | None = None,
        background: str | None = None,
    ) -> None:
        text, blobs = encode_changes(changes)
        byte_size = len(text) + len(blobs)
        self._connection.execute(
            "INSERT INTO history (stack, label, merge_key, created_at, byte_size, changes, blobs, background) "
            "VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
            (stack, label, merge_key, timestamp(), byte_size, text, blobs, background),
        )
        self._count(byte_size)
        self._keep_budget()

    def _drop_redo(self) -> None:
        if self._next(Stack.REDO, "id") is not None:
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
