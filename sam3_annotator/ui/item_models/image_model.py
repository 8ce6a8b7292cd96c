"""The images of the project as a list model that follows the store row by row, and the filter over it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from enum import IntEnum, StrEnum
from itertools import chain
from typing import Any

from PySide6.QtCore import QAbstractListModel, QModelIndex, QObject, QPersistentModelIndex, QSortFilterProxyModel, Qt

from sam3_annotator.project import (
    ChangeKind,
    ChangeSet,
    ImageId,
    ImageRecord,
    ImageState,
    Split,
    counted,
    folded,
    instance_counts,
)
from sam3_annotator.ui.item_models.distinct_names import distinct_names
from sam3_annotator.ui.item_models.runs import runs
from sam3_annotator.ui.store_bridge import StoreBridge

Index = QModelIndex | QPersistentModelIndex
NO_PARENT = QModelIndex()
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


class StateFilter(StrEnum):
    """Which images the list shows."""

    ALL = "all"
    UNANNOTATED = "unannotated"
    IN_PROGRESS = "in_progress"
    DONE = "done"  # also reviewed and confirmed empty
    LEFT_OUT = "left_out"
    MISSING = "missing"  # also unreadable

    def accepts(self, state: ImageState, *, has_problem: bool) -> bool:
        """Whether an image in this state is shown."""
        match self:
            case StateFilter.ALL:
                return True
            case StateFilter.MISSING:
                return has_problem
            case StateFilter.DONE:
                return state.is_finished
        return state.value == self.value


class SplitFilter(StrEnum):
    """Which splits the images are in that the list shows."""

    ANY = "any"
    TRAIN = Split.TRAIN.value
    VAL = Split.VAL.value
    TEST = Split.TEST.value
    NONE = "none"

    def accepts(self, split: Split | None) -> bool:
        """Whether an image in this split, or with None in none, is shown."""
        match self:
            case SplitFilter.ANY:
                return True
            case SplitFilter.NONE:
                return split is None
        return split is not None and split.value == self.value


class ImageModel(QAbstractListModel):
    """One row per image, in the store's order; a change of the store refreshes the touched rows only."""

    def __init__(self, bridge: StoreBridge, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._store = bridge.store
        self._records: list[ImageRecord] = list(self._store.images())
        self._rows = _rows_by_id(self._records)
        self._counts: dict[ImageId, int] = dict(instance_counts(self._store))
        self._problems: dict[ImageId, str] = {}
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
                return self._tooltip(record)
            case Qt.ItemDataRole.AccessibleTextRole:
                return f"{self._name(record)}, {self.caption(record.id)}"
            case ImageRole.RECORD:
                return record
            case ImageRole.COUNT:
                return self._counts.get(record.id, 0)
            case ImageRole.PROBLEM:
                return self.problem(record.id)
            case ImageRole.CAPTION:
                return self.caption(record.id)
            case ImageRole.NAME:
                return self._name(record)
        return None

    def record_at(self, row: int) -> ImageRecord:
        """Give the image of a row."""
        return self._records[row]

    def row_of(self, image_id: ImageId | None) -> int:
        """Give the row of an image, -1 if it has none."""
        return -1 if image_id is None else self._rows.get(image_id, -1)

    def problem(self, image_id: ImageId) -> str:
        """Say why the image cannot be shown; empty if nothing is known against it."""
        return self._problems.get(image_id) or self._records[self._rows[image_id]].facts.problem

    def caption(self, image_id: ImageId) -> str:
        """Say in a few words how far the image has come, and which split it is in, if any."""
        record, count = self._records[self._rows[image_id]], self._counts.get(image_id, 0)
        words = [_instances(count)] if count else []
        if record.state is ImageState.LEFT_OUT or not (count or self.problem(image_id)):
            words.insert(0, STATE_WORDS[record.state])
        elif not count:
            words.append("Cannot be shown")
        return _joined(words, record.split)

    def set_problems(self, problems: Mapping[ImageId, str], checked: Iterable[ImageId]) -> None:
        """Take what looking at the files told: a sentence for each that cannot be shown, of those `checked`."""
        changed = [id_ for id_ in checked if self._problems.get(id_, "") != problems.get(id_, "")]
        for image_id in changed:
            self._problems[image_id] = problems.get(image_id, "")
        self.announce(changed)

    def announce(self, image_ids: Iterable[ImageId]) -> None:
        """Have the rows of these images looked at again."""
        rows = sorted(self._rows[id_] for id_ in image_ids if id_ in self._rows)
        for first, last in runs(rows):
            self.dataChanged.emit(self.index(first), self.index(last))

    def tally(self, split: SplitFilter = SplitFilter.ANY) -> Mapping[StateFilter, int]:
        """Count the images each filter by state would show, of those that a filter by split shows."""
        kinds = Counter(
            (record.state, bool(self.problem(record.id))) for record in self._records if split.accepts(record.split)
        )
        return {
            state_filter: sum(
                count
                for (state, has_problem), count in kinds.items()
                if state_filter.accepts(state, has_problem=has_problem)
            )
            for state_filter in StateFilter
        }

    def split_tally(self, state: StateFilter = StateFilter.ALL) -> Mapping[SplitFilter, int]:
        """Count the images each filter by split would show, of those that a filter by state shows."""
        kinds = Counter(
            record.split
            for record in self._records
            if state.accepts(record.state, has_problem=bool(self.problem(record.id)))
        )
        return {
            split_filter: sum(count for split, count in kinds.items() if split_filter.accepts(split))
            for split_filter in SplitFilter
        }

    def _name(self, record: ImageRecord) -> str:
        if self._distinct is None:
            self._distinct = distinct_names(self._records)
        return self._distinct.get(record.id, record.name)

    def _tooltip(self, record: ImageRecord) -> str:
        lines = [record.path]
        if record.facts.width:
            lines.append(f"{record.facts.width} × {record.facts.height} px")  # noqa: RUF001 - the sign meant
        words = [STATE_WORDS[record.state], _instances(self._counts.get(record.id, 0))]
        lines.append(_joined(words, record.split))
        if problem := self.problem(record.id):
            lines.append(problem)
        return "\n".join(lines)

    def _follow(self, changes: ChangeSet) -> None:
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
        self.announce((touched | self._recount(changes)) - gone)

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
        """Follow the instances that came and went; returns the images whose count changed."""
        recounted: set[ImageId] = set()
        for change in changes.changes:
            if change.table == "instances":
                for row, step in ((change.before, -1), (change.after, 1)):
                    if row is not None:
                        image_id = ImageId(row["image_id"])
                        self._counts[image_id] = self._counts.get(image_id, 0) + step
                        recounted.add(image_id)
        return recounted

    def _remove(self, image_ids: Collection[ImageId]) -> None:
        rows = sorted(self._rows[id_] for id_ in image_ids)
        for first, last in reversed(runs(rows)):
            self.beginRemoveRows(NO_PARENT, first, last)
            del self._records[first : last + 1]
            self._rows, self._distinct = _rows_by_id(self._records), None
            self.endRemoveRows()

    def _insert_missing(self) -> None:
        wanted = self._store.images()
        new_rows = [row for row, record in enumerate(wanted) if record.id not in self._rows]
        for first, last in runs(new_rows):
            self.beginInsertRows(NO_PARENT, first, last)
            self._records[first:first] = wanted[first : last + 1]
            self._rows, self._distinct = _rows_by_id(self._records), None
            self.endInsertRows()


class ImageFilter(QSortFilterProxyModel):
    """The images whose name contains a text and whose state and split are wanted.

    The image being worked on stays in the list when its state or split changes, until another image is shown.
    """

    def __init__(self, images: ImageModel, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._images = images
        self._text = ""
        self._state = StateFilter.ALL
        self._split = SplitFilter.ANY
        self._kept: ImageId | None = None
        self.setSourceModel(images)

    @property
    def state(self) -> StateFilter:
        """Which states are shown."""
        return self._state

    @property
    def split(self) -> SplitFilter:
        """Which splits are shown."""
        return self._split

    def set_text(self, text: str) -> None:
        """Show only images whose path contains this, whatever the case and the form of its letters."""
        with self._filter_changing():
            self._text = folded(text.strip())

    def set_state(self, state: StateFilter) -> None:
        """Show only images in these states."""
        with self._filter_changing():
            self._state = state

    def set_split(self, split: SplitFilter) -> None:
        """Show only images in this split."""
        with self._filter_changing():
            self._split = split

    def keep(self, image_id: ImageId | None) -> None:
        """Name the image being worked on."""
        before, self._kept = self._kept, image_id
        is_narrowed = self._state is not StateFilter.ALL or self._split is not SplitFilter.ANY
        if before != image_id and is_narrowed:
            self._images.announce(id_ for id_ in (before, image_id) if id_ is not None)

    def records(self) -> list[ImageRecord]:
        """Give the shown images, from the top."""
        return [self._images.record_at(self.mapToSource(self.index(row, 0)).row()) for row in range(self.rowCount())]

    def neighbour(self, image_id: ImageId | None, step: int) -> ImageId | None:
        """Give the shown image after (`step` 1) or before (-1) an image; without one, the first or the last."""
        return next((record.id for record in self._beyond(image_id, step)), None)

    def unfinished_neighbour(self, image_id: ImageId | None, step: int) -> ImageId | None:
        """Give the nearest other shown image that can be worked on and is not finished, going round at the end."""
        round_trip = chain(self._beyond(image_id, step), self._beyond(None, step))
        return next((record.id for record in round_trip if record.id != image_id and self._is_unfinished(record)), None)

    @contextmanager
    def _filter_changing(self) -> Iterator[None]:
        if not hasattr(self, "endFilterChange"):  # before Qt 6.10
            yield
            self.invalidateRowsFilter()
            return
        self.beginFilterChange()
        try:
            yield
        finally:
            self.endFilterChange(QSortFilterProxyModel.Direction.Rows)

    def _beyond(self, image_id: ImageId | None, step: int) -> Iterator[ImageRecord]:
        count = self._images.rowCount()
        start = self._images.row_of(image_id)
        if start < 0:
            start = -1 if step > 0 else count
        rows = range(start + 1, count) if step > 0 else range(start - 1, -1, -1)
        return (self._images.record_at(row) for row in rows if self.filterAcceptsRow(row, NO_PARENT))

    def _is_unfinished(self, record: ImageRecord) -> bool:
        return record.state.is_open and not self._images.problem(record.id)

    def filterAcceptsRow(self, source_row: int, source_parent: Index) -> bool:  # noqa: ARG002 - Qt's
        """Whether a row is shown."""
        record = self._images.record_at(source_row)
        if self._text and self._text not in folded(record.path):
            return False
        if record.id == self._kept:
            return True
        return self._split.accepts(record.split) and self._accepts_state(record)

    def _accepts_state(self, record: ImageRecord) -> bool:
        if self._state is StateFilter.ALL:
            return True
        return self._state.accepts(record.state, has_problem=bool(self._images.problem(record.id)))


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
