"""Writes rows inside a transaction and records each as a change."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Mapping
from enum import Enum
from pathlib import Path
from typing import Any, Final, TypeVar

from sam3_annotator.project.changes import Row, RowChange, SqlValue, net_changes
from sam3_annotator.project.errors import EditError
from sam3_annotator.project.failures import failure
from sam3_annotator.project.rows import apply_change, fetch_row, insert_row, plain

_NOUNS = {"images": "image", "categories": "category", "instances": "instance", "dismissals": "dismissal"}
_T = TypeVar("_T")


class Unset(Enum):
    """The type of `UNSET`."""

    UNSET = "unset"


UNSET: Final = Unset.UNSET
"""Stands for an argument left out where None means something."""


class ChangeRecorder:
    """The one place that writes rows under history; raises EditError on missing rows and after the end.

    A write that fails spoils the whole transaction: `finish` raises its error again, even if it was caught
    meanwhile, because SQLite may have rolled back on its own.
    """

    def __init__(self, connection: sqlite3.Connection, project: Path) -> None:
        self._connection = connection
        self._project = project
        self._changes: list[RowChange] = []
        self._is_open = True
        self._failure: Exception | None = None

    def row(self, table: str, row_id: int) -> Row:
        """Return a row as stored."""
        row = self.run(lambda: fetch_row(self._connection, table, plain(row_id)))
        if row is None:
            raise EditError(f"There is no {_NOUNS[table]} with the id {row_id} in this project.")
        return row

    def select(self, query: str, *parameters: SqlValue) -> list[tuple[Any, ...]]:
        """Return the rows of a SELECT."""
        return self.run(lambda: self._connection.execute(query, tuple(map(plain, parameters))).fetchall())

    def insert(self, table: str, row: Row) -> int:
        """Add a row and return its new id."""
        row = {column: plain(value) for column, value in row.items()}
        row_id = self.run(lambda: insert_row(self._connection, table, row))
        self._changes.append(RowChange(table, row_id, None, row))
        return row_id

    def update(self, table: str, row_id: int, before: Row, wanted: Mapping[str, Any]) -> None:
        """Set the columns of a row whose wanted value is not `UNSET`."""
        after = {**before, **{column: plain(value) for column, value in wanted.items() if value is not UNSET}}
        if after != before:
            self.apply(RowChange(table, plain(row_id), before, after))

    def delete(self, table: str, row_id: int) -> None:
        """Delete a row."""
        self.apply(RowChange(table, plain(row_id), self.row(table, row_id), None))

    def apply(self, change: RowChange) -> None:
        """Bring a row from the `before` of a change to its `after`."""
        self.run(lambda: apply_change(self._connection, change))
        self._changes.append(change)

    def run(self, action: Callable[[], _T]) -> _T:
        """Run an action on the connection; an error of SQLite spoils the transaction."""
        if not self._is_open:
            raise EditError("This edit has ended; open another one with `store.edit`.")
        if self._failure is not None:
            raise self._failure
        try:
            return action()
        except sqlite3.Error as error:
            self._failure = failure(error, self._project)
            raise self._failure from error

    def finish(self) -> tuple[RowChange, ...]:
        """End the recording and return the net changes; raises the failure of an earlier write."""
        self._is_open = False
        if self._failure is not None:
            raise self._failure
        return net_changes(self._changes)

    def close(self) -> None:
        """End a recording that is given up."""
        self._is_open = False
