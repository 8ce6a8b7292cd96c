"""The steps of the history as a list tells of them: what each did, and on which image."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from typing import Any, Final, NamedTuple

from sam3_annotator.project.entities import ImageId

# Of the changes of larger steps nothing is read: it would take longer than a list can wait.
_READ_BYTES: Final = 8 << 20


class StepCounts(NamedTuple):
    """How many steps can be undone, and how many redone."""

    undoable: int
    redoable: int


class ListedStep(NamedTuple):
    """What a step did, and the image on which it did all of it; None if there are several, or none.

    The image may be gone by now. Of a step of many megabytes it is not known.
    """

    label: str
    image_id: ImageId | None


def listed_step(connection: sqlite3.Connection, step_id: int) -> ListedStep:
    """Read a step of the history; raises ValueError or TypeError if its changes are damaged."""
    query = "SELECT label, CASE WHEN byte_size <= ? THEN changes END FROM history WHERE id = ?"
    label, changes = connection.execute(query, (_READ_BYTES, step_id)).fetchone()
    return ListedStep(label, None if changes is None else _only_image(changes))


def _only_image(changes: str) -> ImageId | None:
    """Find the image that all changes are on, given as `encode_changes` writes them; looks only until a second."""
    only: int | None = None
    for image_id in _images_of(changes):
        if only is not None and image_id != only:
            return None
        only = image_id
    return None if only is None else ImageId(only)


def _images_of(changes: str) -> Iterator[int]:
    decoder, at = json.JSONDecoder(), 1
    while at < len(changes) - 1:
        (table, row_id, *rows), at = _decoded(decoder, changes, at)
        if table == "images":
            yield row_id
        elif table in ("instances", "dismissals"):
            yield from (row["image_id"] for row in rows if row is not None and row["image_id"] is not None)


def _decoded(decoder: json.JSONDecoder, text: str, at: int) -> tuple[list[Any], int]:
    """Decode the entry of a list that begins at `at`; gives also where the next one does."""
    entry, end = decoder.raw_decode(text, at)
    return entry, end + 1
