"""All instances of a project, or those of one category or attribute, as a list model that follows the store."""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from contextlib import suppress
from enum import IntEnum
from pathlib import Path
from typing import Any, Final

from PySide6.QtCore import QAbstractListModel, QModelIndex, QObject, QPersistentModelIndex, Qt, Signal, Slot

from sam3_annotator.project import (
    Category,
    CategoryId,
    ChangeSet,
    ImageId,
    ImageState,
    InstanceId,
    ListedInstance,
    ProjectStore,
    RowChange,
    decode_attributes,
    listed_instances,
)
from sam3_annotator.ui.background import BackgroundTask
from sam3_annotator.ui.gallery.areas import Areas
from sam3_annotator.ui.gallery.attribute_filter import ANY_ATTRIBUTE, AttributeFilter, tally_attributes
from sam3_annotator.ui.gallery.sorting import Order, SortKey, sort_keys
from sam3_annotator.ui.item_models.image_model import changed_files
from sam3_annotator.ui.item_models.runs import runs
from sam3_annotator.ui.plain_tip import plain_tip
from sam3_annotator.ui.store_bridge import StoreBridge

Index = QModelIndex | QPersistentModelIndex
NO_PARENT = QModelIndex()
# Views are told of so many blocks of rows one by one; of more, that all is new.
MANY_BLOCKS: Final = 200


class GalleryRole(IntEnum):
    """What the model tells beyond Qt's own roles."""

    ENTRY = Qt.ItemDataRole.UserRole + 1  # ListedInstance
    CATEGORY = Qt.ItemDataRole.UserRole + 2  # Category


class GalleryModel(QAbstractListModel):
    """One row per instance on an image that is not left out, in the chosen order.

    The project is read in the background; what changes meanwhile is not lost. A row keeps its place when its
    instance changes: nothing jumps away under the hand until another order is chosen.
    """

    shifting = Signal()  # rows are about to come, go or be put in another order
    shifted = Signal()  # they have
    reordered = Signal()  # the rows are in the order chosen
    counts_changed = Signal()
    outlines_changed = Signal(object)  # frozenset[InstanceId]: outlined otherwise, or gone
    files_changed = Signal(object)  # frozenset[ImageId]: their files are others
    measured = Signal(int, int)  # instances whose area is known, of all; `is_measuring` says whether it goes on
    failed = Signal(object)  # Exception: the project could not be read

    def __init__(self, bridge: StoreBridge, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._store = bridge.store
        self._categories: dict[CategoryId, Category] = {}
        self._entries: dict[InstanceId, ListedInstance] = {}  # all, also on images that are left out
        self._left_out: set[ImageId] = set()
        self._counts: Counter[CategoryId] = Counter()
        self._keys: list[SortKey] = []  # of the rows, ascending
        self._key_of: dict[InstanceId, SortKey] = {}
        self._areas = Areas(self._store, self)
        self._areas.progress.connect(self.measured)
        self._areas.ready.connect(self._take_areas)
        self._areas.failed.connect(self._keep_order)
        self._category_id: CategoryId | None = None
        self._attribute = ANY_ATTRIBUTE
        self._order = Order.IMAGES  # as shown
        self._wanted_order = Order.IMAGES  # as chosen; shown once the areas are known
        self._is_loaded = False
        self._untold: list[ChangeSet] = []
        self._reading: BackgroundTask | None = None
        self._read_categories()
        bridge.changed.connect(self._follow)

    # --- what the rows are -------------------------------------------------------------------

    def rowCount(self, parent: Index = NO_PARENT) -> int:
        """Give the number of instances shown."""
        return 0 if parent.isValid() else len(self._keys)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:  # noqa: ANN401 - Qt's
        """Give the category's name, the tooltip, the words for screen readers, or a `GalleryRole`."""
        if not index.isValid():
            return None
        entry = self._entries.get(self.id_at(index.row()))
        if entry is None:  # its row is about to go
            return None
        match role:
            case GalleryRole.ENTRY:
                return entry
            case GalleryRole.CATEGORY:
                return self._categories[entry.category_id]
            case Qt.ItemDataRole.DisplayRole:
                return self._categories[entry.category_id].name
            case Qt.ItemDataRole.AccessibleTextRole:
                return ", ".join(self._facts(entry))
            case Qt.ItemDataRole.ToolTipRole:
                return plain_tip("\n".join(self._facts(entry)))
        return None

    def id_at(self, row: int) -> InstanceId:
        """Give the id of the instance of a row."""
        return InstanceId(self._keys[row][1])

    def entry_at(self, row: int) -> ListedInstance:
        """Give the instance of a row."""
        return self._entries[self.id_at(row)]

    def row_of(self, instance_id: InstanceId) -> int:
        """Give the row of an instance, -1 if it is not shown."""
        key = self._key_of.get(instance_id)
        return -1 if key is None else bisect_left(self._keys, key)

    def ids_on(self, image_ids: Collection[ImageId]) -> list[InstanceId]:
        """Give all instances on some images, shown or not."""
        return [entry.id for entry in self._entries.values() if entry.image_id in image_ids]

    @property
    def is_loaded(self) -> bool:
        """Whether the project has been read."""
        return self._is_loaded

    @property
    def is_idle(self) -> bool:
        """Whether nothing is being read."""
        return self._reading is None and self._areas.is_idle

    @property
    def categories(self) -> tuple[Category, ...]:
        """All categories, by position."""
        return tuple(self._categories.values())

    @property
    def category_id(self) -> CategoryId | None:
        """The category shown, None for all."""
        return self._category_id

    @property
    def attribute(self) -> AttributeFilter:
        """What is asked of attributes."""
        return self._attribute

    @property
    def order(self) -> Order:
        """The order chosen."""
        return self._wanted_order

    @property
    def is_measuring(self) -> bool:
        """Whether the order chosen waits for areas."""
        return self._order is not self._wanted_order

    def count(self, category_id: CategoryId | None) -> int:
        """Give how many a category, or with None all, would show: on images not left out, with the attribute chosen."""
        return self._counts.total() if category_id is None else self._counts[category_id]

    def tally_attributes(self) -> tuple[int, dict[str, Counter[str]]]:
        """Give how many instances are shown with any attributes, and count the values of each attribute among them."""
        found = [each.attributes for each in self._entries.values() if self._is_of_category(each)]
        return len(found), tally_attributes(found)

    # --- what is shown -----------------------------------------------------------------------

    def start(self) -> None:
        """Read the project."""
        path = self._store.path
        self._reading = BackgroundTask(lambda _progress: _listed(path), owner=self)
        self._reading.result.connect(self._take_all)
        self._reading.failed.connect(self.failed)
        self._reading.finished.connect(self._end_reading)
        self._reading.start()

    def close(self) -> None:
        """Give up what is being read, without a word."""
        self._areas.close()
        if self._reading is not None:
            self._reading.cancel()

    def show_category(self, category_id: CategoryId | None) -> None:
        """Show the instances of a category, or with None all."""
        if category_id != self._category_id:
            self._category_id = category_id
            self._show_anew()

    def show_attribute(self, attribute: AttributeFilter) -> None:
        """Show the instances that pass this."""
        if attribute != self._attribute:
            self._attribute = attribute
            self._recount()
            self._show_anew()
            self.counts_changed.emit()

    def show_order(self, order: Order) -> None:
        """Show this first, as soon as is known what that is."""
        self._wanted_order = order
        if not self._is_loaded:
            return
        if order.needs_areas and not self._areas.measure_few(self._entries):
            self._areas.measure_all()
        else:
            self._show_wanted_order()

    def _show_wanted_order(self) -> None:
        if self._order is not self._wanted_order:
            self._order = self._wanted_order
            self._show_anew()
            self.reordered.emit()
        self.measured.emit(1, 1)

    def _show_anew(self) -> None:
        self.shifting.emit()
        self.beginResetModel()
        wanted, attribute, left_out = self._category_id, self._attribute, self._left_out
        shown = [  # as `_belongs` says, without a call for each
            entry
            for entry in self._entries.values()
            if (wanted is None or entry.category_id == wanted)
            and entry.image_id not in left_out
            and (not attribute.name or attribute.passes(entry.attributes))
        ]
        self._key_of = sort_keys(self._order, shown, self._areas.known)
        self._keys = sorted(self._key_of.values())
        self.endResetModel()
        self.shifted.emit()

    def _belongs(self, entry: ListedInstance) -> bool:
        return self._is_of_category(entry) and self._attribute.passes(entry.attributes)

    def _is_of_category(self, entry: ListedInstance) -> bool:
        is_wanted = self._category_id is None or entry.category_id == self._category_id
        return is_wanted and entry.image_id not in self._left_out

    # --- what is read in the background ------------------------------------------------------

    @Slot()
    def _end_reading(self) -> None:
        self._reading = None

    @Slot(object)
    def _take_all(self, entries: dict[InstanceId, ListedInstance]) -> None:
        self._entries = entries
        self._left_out = {image.id for image in self._store.images() if image.state is ImageState.LEFT_OUT}
        for changes in self._untold:  # what the reading has seen of them already comes to the same once more
            self._put_entries(change for change in changes.changes if change.table == "instances")
        self._untold.clear()
        self._recount()
        self._is_loaded = True
        self._show_anew()
        self.counts_changed.emit()
        self.show_order(self._wanted_order)

    @Slot()
    def _take_areas(self) -> None:
        self._areas.measure_few(self._entries)
        self._show_wanted_order()

    @Slot(object)
    def _keep_order(self, error: Exception) -> None:
        """Go on without areas."""
        self._wanted_order = self._order
        self.measured.emit(0, 0)
        self.failed.emit(error)

    # --- what changes ------------------------------------------------------------------------

    @Slot(object)
    def _follow(self, changes: ChangeSet) -> None:
        if changes.touched("categories"):
            self._read_categories()
        if not self._is_loaded:
            self._untold.append(changes)
            return
        if changed := changed_files(changes):
            self.files_changed.emit(changed)
        rows = [change for change in changes.changes if change.table == "instances"]
        touched = {InstanceId(change.row_id) for change in rows}
        flipped = self._follow_left_out(changes.touched("images"))
        if touched := touched | flipped:
            self._put_entries(rows)
            if flipped:
                self._recount()
            else:
                self._recount_changed(rows)
            reshaped = frozenset(InstanceId(each.row_id) for each in rows if each.has_other_region)
            self._areas.forget(reshaped)
            self.outlines_changed.emit(reshaped)
            self._shift(touched)
        if changes.touched("categories"):
            self._show_categories()
        if touched or changes.touched("categories"):
            self.counts_changed.emit()

    def _follow_left_out(self, image_ids: Iterable[int]) -> set[InstanceId]:
        """Take note of images that are left out or taken back; gives their instances."""
        flipped: set[ImageId] = set()
        for image_id in map(ImageId, image_ids):
            with suppress(KeyError):  # out of the project; so are its instances
                is_left_out = self._store.image(image_id).state is ImageState.LEFT_OUT
                if is_left_out != (image_id in self._left_out):
                    flipped.add(image_id)
        self._left_out ^= flipped
        return {entry.id for entry in self._entries.values() if entry.image_id in flipped} if flipped else set()

    def _put_entries(self, rows: Iterable[RowChange]) -> None:
        for change in rows:
            instance_id, row = InstanceId(change.row_id), change.after
            if row is None:
                self._entries.pop(instance_id, None)
            else:
                attributes = decode_attributes(row["attributes"])
                self._entries[instance_id] = ListedInstance(
                    instance_id, row["image_id"], row["category_id"], row["score"], attributes
                )

    def _recount_changed(self, rows: Iterable[RowChange]) -> None:
        """Count anew by what has changed alone."""
        for change in rows:
            for row, step in ((change.before, -1), (change.after, 1)):
                if row is None or row["image_id"] in self._left_out:
                    continue
                if self._attribute.passes(decode_attributes(row["attributes"])):
                    self._counts[CategoryId(row["category_id"])] += step

    def _recount(self) -> None:
        seen = (entry for entry in self._entries.values() if entry.image_id not in self._left_out)
        self._counts = Counter(entry.category_id for entry in seen if self._attribute.passes(entry.attributes))

    def _shift(self, touched: set[InstanceId]) -> None:
        """Have rows come, go and change as these instances do."""
        belonging = {id_ for id_ in touched if (entry := self._entries.get(id_)) is not None and self._belongs(entry)}
        going = sorted(self.row_of(id_) for id_ in touched - belonging if id_ in self._key_of)
        coming = belonging - self._key_of.keys()
        if self._order.needs_areas:
            self._areas.measure_few(coming)
        blocks = runs(going)
        if len(blocks) + len(coming) > MANY_BLOCKS:
            self._show_anew()
            return
        if going or coming:
            self.shifting.emit()
            self._remove(blocks)
            self._insert(coming)
            self.shifted.emit()
        for first, last in runs(sorted(self.row_of(id_) for id_ in belonging - coming)):
            self.dataChanged.emit(self.index(first), self.index(last))

    def _remove(self, blocks: Sequence[tuple[int, int]]) -> None:
        for first, last in reversed(blocks):
            self.beginRemoveRows(NO_PARENT, first, last)
            for _, instance_id in self._keys[first : last + 1]:
                del self._key_of[InstanceId(instance_id)]
            del self._keys[first : last + 1]
            self.endRemoveRows()

    def _insert(self, instance_ids: Collection[InstanceId]) -> None:
        coming = [self._entries[instance_id] for instance_id in instance_ids]
        for wanted in sorted(sort_keys(self._order, coming, self._areas.known).values()):
            row = bisect_left(self._keys, wanted)
            self.beginInsertRows(NO_PARENT, row, row)
            self._keys.insert(row, wanted)
            self._key_of[InstanceId(wanted[1])] = wanted
            self.endInsertRows()

    def _read_categories(self) -> None:
        self._categories = {category.id: category for category in self._store.categories()}

    def _show_categories(self) -> None:
        """Show what the categories are called now, all of them where the one shown is gone."""
        if self._category_id is not None and self._category_id not in self._categories:
            self.show_category(None)
        elif self._keys:
            self.dataChanged.emit(self.index(0), self.index(len(self._keys) - 1))

    def _facts(self, entry: ListedInstance) -> list[str]:
        image = self._store.image(entry.image_id)
        facts = [self._categories[entry.category_id].name, image.path]
        return facts if entry.score is None else [*facts, f"score {entry.score:.2f}"]


def _listed(project: Path) -> dict[InstanceId, ListedInstance]:
    """List all instances over a store of its own."""
    with ProjectStore.open(project, read_only=True) as store:
        return {entry.id: entry for entry in listed_instances(store)}
