"""What an edit changed, as data: full rows before and after, net of detours, and their code in the project file."""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from typing import Any

SqlValue = int | float | str | bytes | None

Row = Mapping[str, Any]
"""A row as stored, column name -> value, without its id; regions are in their encoded form."""


class ChangeKind(StrEnum):
    """What made a `ChangeSet`."""

    EDIT = "edit"
    BACKGROUND = "background"  # by work beside the user's
    UNDO = "undo"
    REDO = "redo"
    FACTS = "facts"


@dataclass(frozen=True, slots=True)
class RowChange:
    """One row before and after: `before` is None for a new row, `after` for a deleted one."""

    table: str
    row_id: int
    before: Row | None
    after: Row | None

    @property
    def has_other_region(self) -> bool:
        """Whether an instance is outlined otherwise than before, or is new or gone."""
        return self.before is None or self.after is None or self.before["region"] != self.after["region"]


@dataclass(frozen=True)
class ChangeSet:
    """What one commit changed; every view learns of edit, undo and redo by it alike.

    A row stands in it at most once. `label` names the step ("Add instance"). A `facts` change concerns what is
    known of image files: its rows are those of the images and are the same before and after.

    Many views ask the same about what may be thousands of rows: it is found once.
    """

    label: str
    changes: tuple[RowChange, ...]
    kind: ChangeKind = ChangeKind.EDIT

    def touched(self, table: str) -> frozenset[int]:
        """Return the ids of the rows of `table` that were added, changed or deleted."""
        return self._touched.get(table, frozenset())

    def instances_on(self, image_id: int) -> frozenset[int]:
        """Return the ids of the instances that were added, changed or deleted on one image."""
        return frozenset(self._instances_by_image.get(image_id, ()))

    @cached_property
    def count_steps(self) -> Mapping[tuple[int, int], int]:
        """How many instances more or fewer there are, by image and category; only where it is another number."""
        steps: Counter[tuple[int, int]] = Counter()
        for change in self.changes:
            if change.table == "instances":
                for row, step in ((change.before, -1), (change.after, 1)):
                    if row is not None:
                        steps[row["image_id"], row["category_id"]] += step
        return {key: step for key, step in steps.items() if step}

    @cached_property
    def _touched(self) -> dict[str, frozenset[int]]:
        tables = {change.table for change in self.changes}
        return {table: frozenset(each.row_id for each in self.changes if each.table == table) for table in tables}

    @cached_property
    def _instances_by_image(self) -> dict[int, set[int]]:
        found: defaultdict[int, set[int]] = defaultdict(set)
        for change in self.changes:
            for row in (change.before, change.after) if change.table == "instances" else ():
                if row is not None:
                    found[row["image_id"]].add(change.row_id)
        return found


def net_changes(changes: Iterable[RowChange]) -> tuple[RowChange, ...]:
    """Return one change per row, from its first `before` to its last `after`, without rows that end as they began."""
    net: dict[tuple[str, int], RowChange] = {}
    for change in changes:
        key = (change.table, change.row_id)
        earlier = net.get(key)
        net[key] = change if earlier is None else RowChange(*key, earlier.before, change.after)
    return tuple(change for change in net.values() if change.before != change.after)


def encode_changes(changes: Iterable[RowChange]) -> tuple[str, bytes]:
    """Return the changes as JSON text and the byte strings it refers to, one after the other, each of them once.

    In the JSON a byte string is `[start, end]`, its place in the bytes.
    """
    places: dict[bytes, list[int]] = {}
    blobs: list[bytes] = []
    end = 0

    def place(value: bytes) -> list[int]:
        nonlocal end
        if value not in places:
            places[value] = [end, end + len(value)]
            end += len(value)
            blobs.append(value)
        return places[value]

    entries = [(change.table, change.row_id, change.before, change.after) for change in changes]
    # Nothing else in a row is unknown to JSON; asking about each value would take twice as long.
    return json.dumps(entries, separators=(",", ":"), default=place), b"".join(blobs)


def decode_changes(text: str, blobs: bytes) -> tuple[RowChange, ...]:
    """Return the changes that `encode_changes` was given; raises ValueError if the text is none of its."""
    values: dict[tuple[int, int], bytes] = {}

    def row(plain: dict[str, Any] | None) -> Row | None:
        if plain is None:
            return None
        for column, value in plain.items():
            if isinstance(value, list):
                start, end = value
                if (start, end) not in values:
                    values[start, end] = blobs[start:end]
                plain[column] = values[start, end]
        return plain

    return tuple(RowChange(table, row_id, row(before), row(after)) for table, row_id, before, after in json.loads(text))
