"""The images of the project as a list model that follows the store row by row."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from contextlib import suppress
from enum import IntEnum
from types import MappingProxyType
from typing import Any

from PySide6.QtCore import QAbstractListModel, QModelIndex, QObject, QPersistentModelIndex, Qt

from sam3_annotator.project import (
    CategoryId,
    ChangeKind,
    ChangeSet,
    ImageId,
    ImageRecord,
    ImageState,
    Split,
    counted,
    instances_by_image,
)
from sam3_annotator.ui.item_models.distinct_names import distinct_names
from sam3_annotator.ui.item_models.image_order import ImageOrder, in_order
from sam3_annotator.ui.item_models.runs import runs
from sam3_annotator.ui.plain_tip import plain_tip
from sam3_annotator.ui.store_bridge import StoreBridge

Index = QModelIndex | QPersistentModelIndex
NO_PARENT = QModelIndex()
_NONE: Mapping[CategoryId, int] = MappingProxyType({})
MANY_ROWS = 200
"""From here on reading all records at once is quicker than one by one."""

STATE_WORDS: Mapping[ImageState, str] = {
    ImageState.UNANNOTATED: "Not annotated",
    ImageState.IN_PROGRESS: "In progress",
    ImageState.DONE: "Done",
    ImageState.REVIEWED: "Reviewed",
    ImageState.CONFIRMED_EMPTY: "Confirmed empty",
    ImageState.LEFT_OUT: "Left out",
}


class ImageRole(IntEnum):
    """What the model tells beyond Qt's own roles."""

    RECORD = Qt.ItemDataRole.UserRole + 1  # ImageRecord
    COUNT = Qt.ItemDataRole.UserRole + 2  # instances on the image, int
    PROBLEM = Qt.ItemDataRole.UserRole + 3  # sentence, empty when the image can be shown
    CAPTION = Qt.ItemDataRole.UserRole + 4  # how far the image has come, in a few words
    NAME = Qt.ItemDataRole.UserRole + 5  # its name, led by folders where others have the same


class ImageModel(QAbstractListModel):
    """One row per image; a change of the store refreshes the touched rows only.

    The order is as it was when it was chosen: no image moves while somebody works on it, and those added later follow.
    """

    def __init__(self, bridge: StoreBridge, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._store = bridge.store
        self._records: list[ImageRecord] = list(self._store.images())
        self._rows = _rows_by_id(self._records)
        self._order = ImageOrder.ADDED
        self._instances: dict[ImageId, dict[CategoryId, int]] = instances_by_image(self._store)
        self._problems: dict[ImageId, str] = {}
        self._waiting: Mapping[ImageId, str] = {}
        self._distinct: dict[ImageId, str] | None = None  # made when it is asked for
        bridge.changed.connect(self._follow)

    def rowCount(self, parent: Index = NO_PARENT) -> int:
        """Give the number of images."""
        return 0 if parent.isValid() else len(self._records)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:  # noqa: ANN401 - Qt's
        """Give the name, the tooltip, the words for screen readers, or an `ImageRole`."""
        if not index.isValid():
            return None
        record = self._records[index.row()]
        match role:
            case Qt.ItemDataRole.DisplayRole:
                return record.name
            case Qt.ItemDataRole.ToolTipRole:
                return plain_tip(self._tooltip(record))
            case Qt.ItemDataRole.AccessibleTextRole:
                return f"{self._name(record)}, {self.caption(record.id)}"
            case ImageRole.RECORD:
                return record
            case ImageRole.COUNT:
                return self._count(record.id)
            case ImageRole.PROBLEM:
                return self.problem(record.id)
            case ImageRole.CAPTION:
                return self.caption(record.id)
            case ImageRole.NAME:
                return self._name(record)
        return None

    @property
    def order(self) -> ImageOrder:
        """The order of the rows."""
        return self._order

    def set_order(self, order: ImageOrder) -> None:
        """Bring the rows into an order, by what is on the images now."""
        self.layoutAboutToBeChanged.emit()
        before = self.persistentIndexList()
        kept = [self._records[index.row()].id for index in before]
        self._order = order
        self._records = in_order(self._store.images(), order, self._count)
        self._rows = _rows_by_id(self._records)
        self.changePersistentIndexList(before, [self.index(self._rows[image_id]) for image_id in kept])
        self.layoutChanged.emit()

    @property
    def records(self) -> Sequence[ImageRecord]:
        """All images, in the order of the rows."""
        return self._records

    def record_at(self, row: int) -> ImageRecord:
        """Give the image of a row."""
        return self._records[row]

    def row_of(self, image_id: ImageId | None) -> int:
        """Give the row of an image, -1 if it has none."""
        return -1 if image_id is None else self._rows.get(image_id, -1)

    def problem(self, image_id: ImageId) -> str:
        """Say why the image cannot be shown; empty if nothing is known against it."""
        return self._problems.get(image_id) or self._records[self._rows[image_id]].facts.problem

    def instances_on(self, image_id: ImageId) -> Mapping[CategoryId, int]:
        """Give the number of instances on an image by their category; of some each."""
        return self._instances.get(image_id, _NONE)

    def caption(self, image_id: ImageId) -> str:
        """Say in a few words what waits on the image, how far it is, whether it has a note, and its split, if any."""
        record, count = self._records[self._rows[image_id]], self._count(image_id)
        words = [_instances(count)] if count else []
        if record.state is ImageState.LEFT_OUT or not (count or self.problem(image_id)):
            words.insert(0, STATE_WORDS[record.state])
        elif not count:
            words.append("Cannot be shown")
        if record.note:
            words.append("note")
        if image_id in self._waiting:  # first, since there is not always room for all
            words.insert(0, self._waiting[image_id])
        return _joined(words, record.split)

    def set_problems(self, problems: Mapping[ImageId, str], checked: Iterable[ImageId]) -> None:
        """Take what looking at the files told: a sentence for each that cannot be shown, of those `checked`."""
        changed = [id_ for id_ in checked if self._problems.get(id_, "") != problems.get(id_, "")]
        for image_id in changed:
            self._problems[image_id] = problems.get(image_id, "")
        self.announce(changed)

    def set_waiting(self, waiting: Mapping[ImageId, str]) -> None:
        """Take what was begun on images and waits there, in words."""
        before, self._waiting = self._waiting, waiting
        self.announce(image_id for image_id, _ in before.items() ^ waiting.items())

    def announce(self, image_ids: Iterable[ImageId]) -> None:
        """Have the rows of these images looked at again."""
        rows = sorted(self._rows[id_] for id_ in image_ids if id_ in self._rows)
        for first, last in runs(rows):
            self.dataChanged.emit(self.index(first), self.index(last))

    def _name(self, record: ImageRecord) -> str:
        if self._distinct is None:
            self._distinct = distinct_names(self._records)
        return self._distinct.get(record.id, record.name)

    def _tooltip(self, record: ImageRecord) -> str:
        lines = [record.path]
        if record.facts.width:
            lines.append(f"{record.facts.width} × {record.facts.height} px")  # noqa: RUF001 - the sign meant
        words = [STATE_WORDS[record.state], _instances(self._count(record.id))]
        lines.append(_joined(words, record.split))
        if record.note:
            lines.append(f"Note: {record.note}")
        if problem := self.problem(record.id):
            lines.append(problem)
        return "\n".join(lines)

    def _follow(self, changes: ChangeSet) -> None:
        recounted = self._recount(changes)  # first: a row that comes back is shown or not by what is on the image
        touched = {ImageId(id_) for id_ in changes.touched("images")}
        present = self._read(touched)
        gone = touched - {record.id for record in present}
        self._remove(gone & self._rows.keys())
        if any(record.id not in self._rows for record in present):
            self._insert_missing()
        for record in present:
            row = self._rows[record.id]
            if self._records[row].path != record.path:
                self._distinct = None
            self._records[row] = record
        for image_id in changed_files(changes):
            self._problems.pop(image_id, None)
        self.announce((touched | recounted) - gone)

    def _read(self, image_ids: Collection[ImageId]) -> list[ImageRecord]:
        """Give those of the images that are in the store."""
        if len(image_ids) > MANY_ROWS:
            return [record for record in self._store.images() if record.id in image_ids]
        present = []
        for image_id in image_ids:
            with suppress(KeyError):
                present.append(self._store.image(image_id))
        return present

    def _recount(self, changes: ChangeSet) -> set[ImageId]:
        """Follow the instances that came, went or changed category; returns the images concerned."""
        for (image_id, category_id), step in changes.count_steps.items():
            instances = self._instances.setdefault(ImageId(image_id), {})
            instances[CategoryId(category_id)] = instances.get(CategoryId(category_id), 0) + step
            if not instances[CategoryId(category_id)]:
                del instances[CategoryId(category_id)]
        return {ImageId(image_id) for image_id, _ in changes.count_steps}

    def _count(self, image_id: ImageId) -> int:
        return sum(self.instances_on(image_id).values())

    def _remove(self, image_ids: Collection[ImageId]) -> None:
        rows = sorted(self._rows[id_] for id_ in image_ids)
        for first, last in reversed(runs(rows)):
            self.beginRemoveRows(NO_PARENT, first, last)
            del self._records[first : last + 1]
            self._rows, self._distinct = _rows_by_id(self._records), None
            self.endRemoveRows()

    def _insert_missing(self) -> None:
        wanted = list(self._store.images())
        if self._order is not ImageOrder.ADDED:
            wanted = self._records + [record for record in wanted if record.id not in self._rows]
        new_rows = [row for row, record in enumerate(wanted) if record.id not in self._rows]
        for first, last in runs(new_rows):
            self.beginInsertRows(NO_PARENT, first, last)
            self._records[first:first] = wanted[first : last + 1]
            self._rows, self._distinct = _rows_by_id(self._records), None
            self.endInsertRows()


def changed_files(changes: ChangeSet) -> frozenset[ImageId]:
    """Give the images that have another file now, or whose file is known to be another."""
    return frozenset(
        ImageId(change.row_id)
        for change in changes.changes
        if change.table == "images"
        and change.before is not None
        and change.after is not None
        and (changes.kind is ChangeKind.FACTS or change.before["path"] != change.after["path"])
    )


def _rows_by_id(records: Sequence[ImageRecord]) -> dict[ImageId, int]:
    return {record.id: row for row, record in enumerate(records)}


def _joined(words: Sequence[str], split: Split | None) -> str:
    return " · ".join(words if split is None else [*words, split])


def _instances(count: int) -> str:
    return counted(count, "instance") if count else "no instances"
