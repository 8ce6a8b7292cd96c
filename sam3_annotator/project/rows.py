"""Rows of the database: reading, writing and replaying them, and turning them into records and back."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Mapping, Sequence
from dataclasses import asdict, fields
from functools import lru_cache
from typing import Any, TypeVar

import numpy as np

from sam3_annotator.project.attributes import decode_attributes
from sam3_annotator.project.changes import Row, RowChange
from sam3_annotator.project.entities import (
    Category,
    CategoryId,
    ImageFacts,
    ImageId,
    ImageRecord,
    ImageState,
    Instance,
    InstanceId,
    Origin,
    PromptRecord,
    Provenance,
    Split,
)
from sam3_annotator.project.errors import EditError
from sam3_annotator.project.regions import Region, decode_region

_T = TypeVar("_T")

COLUMNS: Mapping[str, tuple[str, ...]] = {
    "images": ("path", "state", "split", "note"),
    "categories": ("name", "color", "position", "supercategory"),
    "instances": ("image_id", "category_id", "score", "is_crowd", "provenance", "region", "attributes"),
    "dismissals": ("kind", "image_id", "subject", "content", "region"),
}
"""The tables under history and their columns besides `id`."""

FACTS_COLUMNS = ("width", "height", "byte_size", "content_hash", "problem")

IMAGES_QUERY = (
    "SELECT images.id, path, state, split, note, width, height, byte_size, content_hash, problem "
    "FROM images LEFT JOIN image_files ON image_files.image_id = images.id"
)
CATEGORIES_QUERY = "SELECT id, name, color, position, supercategory FROM categories"
INSTANCES_QUERY = "SELECT id, image_id, category_id, score, is_crowd, provenance, region, attributes FROM instances"

_SELECT = {table: f"SELECT {', '.join(columns)} FROM {table} WHERE id = ?" for table, columns in COLUMNS.items()}
_INSERT = {
    table: f"INSERT INTO {table} (id, {', '.join(columns)}) VALUES (?{', ?' * len(columns)})"
    for table, columns in COLUMNS.items()
}
# Much quicker than calling the enumerations.
_STATES = {state.value: state for state in ImageState}
_SPLITS: dict[str | None, Split | None] = {None: None, **{split.value: split for split in Split}}
_DEFAULT_PROVENANCE = {field.name: getattr(Provenance(), field.name) for field in fields(Provenance)}


def plain(value: _T) -> _T:
    """Return a scalar of NumPy as Python's own, others as they are: SQLite would take the bytes of it."""
    return value.item() if isinstance(value, np.generic) else value


def fetch_row(connection: sqlite3.Connection, table: str, row_id: int) -> Row | None:
    """Return the row of this id as stored, None if there is none."""
    values = connection.execute(_SELECT[table], (row_id,)).fetchone()
    return None if values is None else dict(zip(COLUMNS[table], values, strict=True))


def insert_row(connection: sqlite3.Connection, table: str, row: Row) -> int:
    """Add a row and return the id it gets."""
    cursor = connection.execute(_INSERT[table], (None, *(row[column] for column in COLUMNS[table])))
    return int(cursor.lastrowid or 0)


def apply_change(connection: sqlite3.Connection, change: RowChange) -> None:
    """Bring a row from `before` to `after`; raises EditError if it is not there, or there already."""
    table, row_id, before, after = change.table, change.row_id, change.before, change.after
    if before is None and after is not None:
        connection.execute(_INSERT[table], (row_id, *(after[column] for column in COLUMNS[table])))
        return
    if after is None:
        cursor = connection.execute(f"DELETE FROM {table} WHERE id = ?", (row_id,))
    else:
        changed = [column for column in COLUMNS[table] if before is None or before[column] != after[column]]
        settings = ", ".join(f"{column} = ?" for column in changed)
        values = [after[column] for column in changed]
        cursor = connection.execute(f"UPDATE {table} SET {settings} WHERE id = ?", (*values, row_id))
    if cursor.rowcount != 1:
        raise EditError(f"There is no row {row_id} in {table} to change.")


def image_from_values(values: Sequence[Any]) -> ImageRecord:
    """Make the record of one row of `IMAGES_QUERY`."""
    image_id, path, state, split, note, width, *rest = values
    facts = ImageFacts() if width is None else ImageFacts(width, *rest)
    return ImageRecord(ImageId(image_id), path, _STATES[state], _SPLITS[split], facts, note)


def category_from_values(values: Sequence[Any]) -> Category:
    """Make the record of one row of `CATEGORIES_QUERY`."""
    category_id, name, color, position, supercategory = values
    return Category(CategoryId(category_id), name, color, position, supercategory)


def instance_from_values(values: Sequence[Any], decoded: Region | None = None) -> Instance:
    """Make the record of one row of `INSTANCES_QUERY`; raises NotAProject if its region is damaged.

    A region that is known is given `decoded`.
    """
    instance_id, image_id, category_id, score, is_crowd, provenance, region, attributes = values
    return Instance(
        InstanceId(instance_id),
        ImageId(image_id),
        CategoryId(category_id),
        decode_region(region) if decoded is None else decoded,
        score,
        bool(is_crowd),
        decode_provenance(provenance),
        decode_attributes(attributes),
    )


def instance_from_row(instance_id: int, row: Row, decoded: Region | None = None) -> Instance:
    """Make the record of a row as it stands in a change; `decoded` as above."""
    return instance_from_values((instance_id, *(row[column] for column in COLUMNS["instances"])), decoded)


def encode_provenance(provenance: Provenance) -> str:
    """Return the provenance as JSON, without what has its default."""
    values: dict[str, Any] = {}
    for name, default in _DEFAULT_PROVENANCE.items():
        value = getattr(provenance, name)
        if value != default:
            values[name] = [asdict(prompt) for prompt in value] if name == "prompts" else value
    return json.dumps(values, separators=(",", ":"), ensure_ascii=False, default=float)  # float: NumPy scalars


@lru_cache(maxsize=4096)  # instances of one import or run have the same
def decode_provenance(text: str) -> Provenance:
    """Return the provenance that `encode_provenance` was given."""
    values = json.loads(text)
    prompts = tuple(
        PromptRecord(prompt["kind"], tuple(prompt["coordinates"]), prompt["positive"])
        for prompt in values.pop("prompts", ())
    )
    origin = Origin(values.pop("origin", Origin.HAND))
    return Provenance(origin=origin, prompts=prompts, **values)
