"""What a project holds, as frozen records, read from its file and remembered while nothing changes it."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any, TypeVar

from sam3_annotator.project.changes import SqlValue
from sam3_annotator.project.entities import Category, CategoryId, ImageId, ImageRecord, Instance, InstanceId
from sam3_annotator.project.errors import EditError
from sam3_annotator.project.failures import damaged, told
from sam3_annotator.project.image_paths import located_path
from sam3_annotator.project.record_cache import RecordCache, Records
from sam3_annotator.project.rows import (
    CATEGORIES_QUERY,
    IMAGES_QUERY,
    INSTANCES_QUERY,
    category_from_values,
    image_from_values,
    instance_from_values,
    plain,
)

_T = TypeVar("_T")


class ProjectReader:
    """The reading half of a `ProjectStore`; sees what any connection has committed, and its own open edit."""

    def __init__(self, path: Path, connection: sqlite3.Connection, *, is_read_only: bool) -> None:
        self.path = path
        self.is_read_only = is_read_only
        self._connection = connection
        self._cache = RecordCache()
        self._cached_version: int | None = None
        self._is_editing = False

    @property
    def name(self) -> str:
        """The name of the project: that of its file, without the suffix."""
        return self.path.stem

    def images(self) -> tuple[ImageRecord, ...]:
        """Return all images, in the order in which they were added (folders: natural order of their paths)."""
        with told(self.path):
            cache = self._current_cache()
            if cache.images is None:
                records = self._records(image_from_values, f"{IMAGES_QUERY} ORDER BY images.id")
                cache.images = Records({record.id: record for record in records})
            return cache.images.ordered()

    def image(self, image_id: ImageId) -> ImageRecord:
        """Return an image; raises KeyError on an unknown id."""
        with told(self.path):
            cached = self._current_cache().images
            return _found(cached.get(image_id) if cached else self._read_image(image_id), "image", image_id)

    def image_file(self, image_id: ImageId) -> Path:
        """Return where the file of an image should be, absolute, whether it is there or not."""
        return located_path(self.image(image_id).path, self.path.parent)

    def categories(self) -> tuple[Category, ...]:
        """Return all categories by position."""
        return self._categories().ordered()

    def category(self, category_id: CategoryId) -> Category:
        """Return a category; raises KeyError on an unknown id."""
        return _found(self._categories().get(category_id), "category", category_id)

    def instances(self, image_id: ImageId) -> tuple[Instance, ...]:
        """Return the instances of an image, in the order of their ids; raises KeyError on an unknown image."""
        return self._instances(image_id).ordered()

    def instances_among(self, image_id: ImageId, instance_ids: Iterable[InstanceId]) -> list[Instance]:
        """Return those of some instances that are on an image; raises KeyError on an unknown image."""
        records = self._instances(image_id)
        found = (records.get(instance_id) for instance_id in instance_ids)
        return [instance for instance in found if instance is not None]

    def instance(self, instance_id: InstanceId) -> Instance:
        """Return an instance; raises KeyError on an unknown id."""
        with told(self.path):
            cached = self._current_cache().instance(instance_id)
            if cached is not None:
                return cached
            records = self._records(instance_from_values, f"{INSTANCES_QUERY} WHERE id = ?", instance_id)
            return _found(records[0] if records else None, "instance", instance_id)

    def select(self, query: str, *parameters: SqlValue) -> list[tuple[Any, ...]]:
        """Return the rows of a SELECT, for `queries`; raises EditError on anything that writes."""
        with told(self.path):
            try:
                return self._connection.execute(query, tuple(map(plain, parameters))).fetchall()
            except sqlite3.OperationalError as error:
                if error.sqlite_errorcode == sqlite3.SQLITE_READONLY and not self.is_read_only:
                    raise EditError("A project is written inside `with store.edit(...)` only.") from error
                raise

    def _current_cache(self) -> RecordCache:
        if self._is_editing:
            return RecordCache()  # rows that are not committed must not be remembered
        (version,) = self._connection.execute("PRAGMA data_version").fetchone()
        if version != self._cached_version:  # another connection has committed
            self._cache.clear()
            self._cached_version = version
        return self._cache

    def _instances(self, image_id: ImageId) -> Records[Instance]:
        with told(self.path):
            cache = self._current_cache()
            records = cache.instances(image_id)
            if records is None:
                self.image(image_id)
                query = f"{INSTANCES_QUERY} WHERE image_id = ? ORDER BY id"
                found = self._records(instance_from_values, query, image_id)
                records = Records({record.id: record for record in found})
                cache.keep_instances(image_id, records)
            return records

    def _categories(self) -> Records[Category]:
        with told(self.path):
            cache = self._current_cache()
            if cache.categories is None:
                records = self._records(category_from_values, f"{CATEGORIES_QUERY} ORDER BY position, id")
                cache.categories = Records({record.id: record for record in records})
            return cache.categories

    def _read_image(self, image_id: int) -> ImageRecord | None:
        records = self._records(image_from_values, f"{IMAGES_QUERY} WHERE images.id = ?", image_id)
        return records[0] if records else None

    def _records(self, make: Callable[[tuple[Any, ...]], _T], query: str, *parameters: SqlValue) -> list[_T]:
        rows = self._connection.execute(query, tuple(map(plain, parameters)))
        try:
            return [make(row) for row in rows]
        except (ValueError, TypeError, KeyError) as error:  # no row that this program has written
            raise damaged(self.path) from error


def _found(record: _T | None, noun: str, record_id: int) -> _T:
    if record is None:
        raise KeyError(f"There is no {noun} with the id {record_id} in this project.")
    return record
