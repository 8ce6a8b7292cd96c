"""The categories of the project as a list model that follows the store row by row."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from enum import IntEnum
from typing import Any

from PySide6.QtCore import QAbstractListModel, QMimeData, QModelIndex, QObject, QPersistentModelIndex, Qt, Signal

from sam3_annotator.project import (
    Category,
    CategoryId,
    ChangeSet,
    ImageId,
    ImageState,
    KnownError,
    category_counts,
    category_counts_on,
    counted,
)
from sam3_annotator.ui.keyboard.key_map import KeyMap
from sam3_annotator.ui.plain_tip import plain_tip
from sam3_annotator.ui.store_bridge import StoreBridge
from sam3_annotator.ui.verbs import operations

Index = QModelIndex | QPersistentModelIndex
NO_PARENT = QModelIndex()
MIME_TYPE = "application/x-sam3-annotator-category"


class CategoryRole(IntEnum):
    """What the model tells beyond Qt's own roles."""

    RECORD = Qt.ItemDataRole.UserRole + 1  # Category
    COUNT = Qt.ItemDataRole.UserRole + 2  # instances in the dataset, int: those on images left out are no part of it
    KEY = Qt.ItemDataRole.UserRole + 3  # the key that chooses it, in words; empty where there is none


class CategoryModel(QAbstractListModel):
    """One row per category, by position; names can be edited and rows dragged, each as one undo step."""

    problem = Signal(str)  # a sentence saying why a change was refused

    def __init__(self, bridge: StoreBridge, keys: KeyMap, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._keys = keys
        self._store = bridge.store
        self._categories: list[Category] = list(self._store.categories())
        self._counts = Counter(category_counts(self._store))
        self._left_out = {
            image.id: Counter(category_counts_on(self._store, image.id))
            for image in self._store.images()
            if image.state is ImageState.LEFT_OUT
        }
        for counts in self._left_out.values():
            self._counts.subtract(counts)
        bridge.changed.connect(self._follow)

    def rowCount(self, parent: Index = NO_PARENT) -> int:
        """Give the number of categories."""
        return 0 if parent.isValid() else len(self._categories)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:  # noqa: ANN401 - Qt's
        """Give the name, the tooltip, the words for screen readers, or a `CategoryRole`."""
        if not index.isValid():
            return None
        category = self._categories[index.row()]
        match role:
            case Qt.ItemDataRole.DisplayRole | Qt.ItemDataRole.EditRole:
                return category.name
            case Qt.ItemDataRole.ToolTipRole:
                return plain_tip(self._tooltip(index.row()))
            case Qt.ItemDataRole.AccessibleTextRole:
                return f"{category.name}, {self._counts[category.id]} instances"
            case CategoryRole.RECORD:
                return category
            case CategoryRole.COUNT:
                return self._counts[category.id]
            case CategoryRole.KEY:
                return self._keys.category_text(index.row())
        return None

    def setData(self, index: Index, value: object, role: int = Qt.ItemDataRole.EditRole) -> bool:
        """Rename a category; a name that is refused is told with `problem`."""
        if not index.isValid() or role != Qt.ItemDataRole.EditRole:
            return False
        try:
            operations.rename_category(self._store, self._categories[index.row()].id, str(value))
        except KnownError as error:
            self.problem.emit(str(error))
            return False
        return True

    def flags(self, index: Index) -> Qt.ItemFlag:
        """Rows can be chosen, renamed and dragged between other rows."""
        if not index.isValid():
            return Qt.ItemFlag.ItemIsDropEnabled
        flags = Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable
        if not self._store.is_read_only:
            flags |= Qt.ItemFlag.ItemIsEditable | Qt.ItemFlag.ItemIsDragEnabled
        return flags

    def supportedDropActions(self) -> Qt.DropAction:
        """Rows are moved, never copied."""
        return Qt.DropAction.MoveAction

    def mimeTypes(self) -> list[str]:
        """Name what a dragged row is; nothing else in the program takes it."""
        return [MIME_TYPE]

    def mimeData(self, indexes: Sequence[QModelIndex]) -> QMimeData:
        """Pack the dragged category's id."""
        mime = QMimeData()
        mime.setData(MIME_TYPE, str(self._categories[indexes[0].row()].id).encode())
        return mime

    def dropMimeData(
        self,
        data: QMimeData,
        action: Qt.DropAction,  # noqa: ARG002 - Qt's
        row: int,
        column: int,  # noqa: ARG002 - Qt's
        parent: Index,  # noqa: ARG002 - Qt's
    ) -> bool:
        """Move the dragged category before `row` (-1: to the end)."""
        if not data.hasFormat(MIME_TYPE):
            return False
        category_id = CategoryId(int(bytes(data.data(MIME_TYPE).data())))
        source = self.row_of(category_id)
        target = len(self._categories) if row < 0 else row
        try:
            # Taking the row out moves those behind it up by one.
            operations.move_category(self._store, category_id, target - (source < target))
        except KnownError as error:
            self.problem.emit(str(error))
        return False  # a true result makes the view remove the source row, which has moved already

    def category_at(self, row: int) -> Category:
        """Give the category of a row."""
        return self._categories[row]

    def row_of(self, category_id: CategoryId | None) -> int:
        """Give the row of a category, -1 if it has none."""
        return next((row for row, category in enumerate(self._categories) if category.id == category_id), -1)

    def _tooltip(self, row: int) -> str:
        key = self._keys.category_text(row)
        category = self._categories[row]
        apart = sum(counts[category.id] for counts in self._left_out.values())
        rest = f", and {apart:,} on images left out" if apart else ""
        way = f"\nPress {key} to choose it" if key else ""
        return f"{category.name}\n{counted(self._counts[category.id], 'instance')} in the project{rest}{way}"

    def _follow(self, changes: ChangeSet) -> None:
        recounted = self._recount(changes)
        touched = changes.touched("categories")
        if touched:
            self._take(self._store.categories())
        for row, category in enumerate(self._categories):
            if category.id in touched or category.id in recounted:
                self.dataChanged.emit(self.index(row), self.index(row))

    def _recount(self, changes: ChangeSet) -> set[CategoryId]:
        """Follow the instances that came, went or changed category, and the images that are left out or no more.

        Returns the categories concerned.
        """
        concerned = set()
        for (image_id, category_id), step in changes.count_steps.items():
            self._left_out.get(ImageId(image_id), self._counts)[CategoryId(category_id)] += step
            concerned.add(CategoryId(category_id))
        for change in changes.changes if changes.touched("images") else ():
            if change.table == "images":
                is_left_out = change.after is not None and change.after["state"] == ImageState.LEFT_OUT
                concerned |= self._move(ImageId(change.row_id), is_left_out=is_left_out)
        return concerned

    def _move(self, image_id: ImageId, *, is_left_out: bool) -> set[CategoryId]:
        """Count the instances on an image with those left out, or with those in use; returns their categories."""
        if is_left_out == (image_id in self._left_out):
            return set()
        if is_left_out:
            moved = self._left_out[image_id] = Counter(category_counts_on(self._store, image_id))
            self._counts.subtract(moved)
        else:
            moved = self._left_out.pop(image_id)
            self._counts.update(moved)
        return set(moved)

    def _take(self, wanted: Sequence[Category]) -> None:
        """Turn the rows into `wanted` by removals, insertions and moves, so that views keep their place."""
        wanted_ids = {category.id for category in wanted}
        for row in reversed(range(len(self._categories))):
            if self._categories[row].id not in wanted_ids:
                self.beginRemoveRows(NO_PARENT, row, row)
                del self._categories[row]
                self.endRemoveRows()
        for row, category in enumerate(wanted):
            source = self.row_of(category.id)
            if source < 0:
                self.beginInsertRows(NO_PARENT, row, row)
                self._categories.insert(row, category)
                self.endInsertRows()
            elif source != row:
                self.beginMoveRows(NO_PARENT, source, source, NO_PARENT, row)
                self._categories.insert(row, self._categories.pop(source))
                self.endMoveRows()
            self._categories[row] = category
