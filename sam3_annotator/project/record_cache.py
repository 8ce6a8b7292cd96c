"""Records read once and kept current by the changes that follow, so that views can ask as often as they paint."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from typing import Generic, TypeVar

from sam3_annotator.project.changes import RowChange
from sam3_annotator.project.entities import Category, ImageRecord, Instance
from sam3_annotator.project.rows import instance_from_row

_T = TypeVar("_T")
_IMAGES_WITH_INSTANCES = 8  # the shown image, its neighbours, and where the user has just been
_FOLLOWED_IMAGES = 1000  # beyond, reading all images again is quicker than following


class Records(Generic[_T]):
    """Records by id, in the order of their ids unless they were given in another."""

    def __init__(self, records: dict[int, _T]) -> None:
        self._by_id = records
        self._ordered: tuple[_T, ...] | None = None

    def get(self, record_id: int) -> _T | None:
        """Return the record of an id, None if there is none."""
        return self._by_id.get(record_id)

    def ordered(self) -> tuple[_T, ...]:
        """Return all records in their order."""
        if self._ordered is None:
            self._ordered = tuple(self._by_id.values())
        return self._ordered

    def update(self, changed: Mapping[int, _T | None]) -> None:
        """Replace records, add them where their ids belong, and remove those that are None now."""
        last = next(reversed(self._by_id), 0)
        is_inserted = False
        for record_id, record in changed.items():
            if record is None:
                self._by_id.pop(record_id, None)
            else:
                is_inserted = is_inserted or (record_id < last and record_id not in self._by_id)
                self._by_id[record_id] = record
                last = max(last, record_id)
        if is_inserted:
            self._by_id = dict(sorted(self._by_id.items()))
        self._ordered = None


class RecordCache:
    """All images and categories once asked for, and the instances of the images asked for last."""

    def __init__(self) -> None:
        self.images: Records[ImageRecord] | None = None
        self.categories: Records[Category] | None = None
        self._instances: OrderedDict[int, Records[Instance]] = OrderedDict()

    def clear(self) -> None:
        """Forget everything."""
        self.images = None
        self.categories = None
        self._instances.clear()

    def instances(self, image_id: int) -> Records[Instance] | None:
        """Return the instances of an image if they are here, and keep them longest from now on."""
        records = self._instances.get(image_id)
        if records is not None:
            self._instances.move_to_end(image_id)
        return records

    def keep_instances(self, image_id: int, records: Records[Instance]) -> None:
        """Keep the instances of an image, in place of those asked for longest ago."""
        self._instances[image_id] = records
        while len(self._instances) > _IMAGES_WITH_INSTANCES:
            self._instances.popitem(last=False)

    def instance(self, instance_id: int) -> Instance | None:
        """Return an instance if that of its image are here."""
        found = (records.get(instance_id) for records in self._instances.values())
        return next((instance for instance in found if instance is not None), None)

    def follow(self, changes: Sequence[RowChange], read_image: Callable[[int], ImageRecord | None]) -> None:
        """Bring what is here up to date after a commit; `read_image` reads an image's record as it is now."""
        images = [change.row_id for change in changes if change.table == "images"]
        if len(images) > _FOLLOWED_IMAGES:
            self.images = None
        elif images and self.images is not None:
            self.images.update({image_id: read_image(image_id) for image_id in images})
        if any(change.table == "categories" for change in changes):
            self.categories = None
        self._follow_instances(changes)

    def _follow_instances(self, changes: Sequence[RowChange]) -> None:
        changed: dict[int, dict[int, Instance | None]] = {image_id: {} for image_id in self._instances}
        for change in changes:
            if change.table != "instances":
                continue
            before, after = change.before, change.after
            if before is not None and before["image_id"] in changed:
                changed[before["image_id"]][change.row_id] = None
            if after is not None and after["image_id"] in changed:
                earlier = self._instances[after["image_id"]].get(change.row_id)
                # To decode a region takes most of the time: thousands that get another category keep theirs.
                region = None if earlier is None or change.has_other_region else earlier.region
                changed[after["image_id"]][change.row_id] = instance_from_row(change.row_id, after, region)
        for image_id, instances in changed.items():
            if instances:
                self._instances[image_id].update(instances)
