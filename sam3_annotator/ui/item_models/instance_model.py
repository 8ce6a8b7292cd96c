"""The instances of the current image as a list model, the newest first, that follows the store row by row."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Collection, Sequence
from enum import IntEnum
from itertools import groupby
from typing import Any

from PySide6.QtCore import QAbstractListModel, QModelIndex, QObject, QPersistentModelIndex, Qt

from sam3_annotator.project import Category, CategoryId, ChangeSet, ImageId, Instance, InstanceId, Origin, counted
from sam3_annotator.ui.attribute_words import summary, told_value
from sam3_annotator.ui.item_models.runs import runs
from sam3_annotator.ui.plain_tip import plain_tip
from sam3_annotator.ui.store_bridge import StoreBridge
from sam3_annotator.ui.workspace import Workspace

Index = QModelIndex | QPersistentModelIndex
NO_PARENT = QModelIndex()
MANY_ROWS = 200
"""From here on going through all rows once is quicker than finding them one by one."""


class InstanceRole(IntEnum):
    """What the model tells beyond Qt's own roles."""

    RECORD = Qt.ItemDataRole.UserRole + 1  # Instance
    CATEGORY = Qt.ItemDataRole.UserRole + 2  # Category
    MEASURE = Qt.ItemDataRole.UserRole + 3  # crowd or not, the score, or the area if it has none, in words
    HIDDEN = Qt.ItemDataRole.UserRole + 4  # bool
    ATTRIBUTES = Qt.ItemDataRole.UserRole + 5  # those that hold, in a line; "" without


class InstanceModel(QAbstractListModel):
    """One row per instance of the workspace's image, in descending order of ids: what lies on top comes first."""

    def __init__(self, bridge: StoreBridge, workspace: Workspace, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._store = bridge.store
        self._workspace = workspace
        self._hidden = workspace.hidden
        self._instances: list[Instance] = []
        self._areas: dict[InstanceId, float] = {}
        self._categories: dict[CategoryId, Category] = {}
        self._read_all(workspace.image_id)
        bridge.changed.connect(self._follow)
        workspace.image_changed.connect(self._show_image)
        workspace.hidden_changed.connect(self._follow_hidden)

    def rowCount(self, parent: Index = NO_PARENT) -> int:
        """Give the number of instances on the current image."""
        return 0 if parent.isValid() else len(self._instances)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:  # noqa: ANN401 - Qt's
        """Give the category name, the tooltip, the words for screen readers, or an `InstanceRole`."""
        if not index.isValid():
            return None
        instance = self._instances[index.row()]
        category = self._categories[instance.category_id]
        match role:
            case Qt.ItemDataRole.DisplayRole:
                return category.name
            case Qt.ItemDataRole.ToolTipRole:
                return plain_tip(self._tooltip(instance))
            case Qt.ItemDataRole.AccessibleTextRole:
                hidden = ", hidden" if instance.id in self._hidden else ""
                told = f", {words}" if (words := summary(instance.attributes)) else ""
                return f"{category.name}, {self._measure(instance)}{told}{hidden}"
            case InstanceRole.RECORD:
                return instance
            case InstanceRole.CATEGORY:
                return category
            case InstanceRole.MEASURE:
                return self._measure(instance)
            case InstanceRole.HIDDEN:
                return instance.id in self._hidden
            case InstanceRole.ATTRIBUTES:
                return summary(instance.attributes)
        return None

    def instance_at(self, row: int) -> Instance:
        """Give the instance of a row."""
        return self._instances[row]

    def row_of(self, instance_id: InstanceId) -> int:
        """Give the row of an instance, -1 if it is not on the current image."""
        row = self._insertion_row(instance_id)
        return row if row < len(self._instances) and self._instances[row].id == instance_id else -1

    def rows_of(self, instance_ids: Collection[InstanceId]) -> list[int]:
        """Give the rows of those of the instances that are on the current image, ascending."""
        if len(instance_ids) > MANY_ROWS:
            wanted = frozenset(instance_ids)
            return [row for row, instance in enumerate(self._instances) if instance.id in wanted]
        return sorted(row for instance_id in instance_ids if (row := self.row_of(instance_id)) >= 0)

    def ids(self) -> tuple[InstanceId, ...]:
        """Give all instances of the current image in the shown order."""
        return tuple(instance.id for instance in self._instances)

    def _insertion_row(self, instance_id: InstanceId) -> int:
        return bisect_left(self._instances, -instance_id, key=lambda instance: -instance.id)

    def _area(self, instance: Instance) -> float:
        # Computed for the rows that are looked at, not for thousands that are not.
        if instance.id not in self._areas:
            self._areas[instance.id] = instance.region.area
        return self._areas[instance.id]

    def _measure(self, instance: Instance) -> str:
        measure = area_words(self._area(instance)) if instance.score is None else f"{instance.score:.2f}"
        return f"crowd · {measure}" if instance.is_crowd else measure

    def _tooltip(self, instance: Instance) -> str:
        parts = len(instance.region.polygons)
        holes = sum(len(polygon.holes) for polygon in instance.region.polygons)
        lines = [
            f"{self._categories[instance.category_id].name} · instance {instance.id}",
            f"{self._area(instance):,.0f} px², {instance.region.vertex_count} vertices",
        ]
        if parts > 1 or holes:
            lines.append(f"{counted(parts, 'part')}, {counted(holes, 'hole')}")
        if instance.score is not None:
            lines.append(f"score {instance.score:.2f}")
        if instance.provenance.model:
            edits = instance.provenance.edit_count
            edited = f", edited {counted(edits, 'time')}" if edits else ""
            verb = "made" if instance.provenance.origin is Origin.MODEL else "corrected"
            lines.append(f"{verb} with {instance.provenance.model}{edited}")
        lines += [f"{name}: {told_value(value)}" for name, value in instance.attributes.items()]
        return "\n".join(lines)

    def _read_all(self, image_id: ImageId | None) -> None:
        self._categories = {category.id: category for category in self._store.categories()}
        self._areas.clear()
        self._instances = [] if image_id is None else list(reversed(self._store.instances(image_id)))

    def _show_image(self, image_id: ImageId | None) -> None:
        self.beginResetModel()
        self._read_all(image_id)
        self.endResetModel()

    def _follow_hidden(self, hidden: frozenset[InstanceId]) -> None:
        changed, self._hidden = self._hidden ^ hidden, hidden
        self._announce(self.rows_of(changed))

    def _follow(self, changes: ChangeSet) -> None:
        image_id = self._workspace.image_id
        if image_id is None:
            return
        if touched_categories := changes.touched("categories"):
            self._categories.update((category.id, category) for category in self._store.categories())
            self._announce(
                [row for row, instance in enumerate(self._instances) if instance.category_id in touched_categories]
            )
        touched = {InstanceId(id_) for id_ in changes.instances_on(image_id)}
        if touched:
            present = {instance.id: instance for instance in self._store.instances_among(image_id, touched)}
            for instance_id in touched:
                self._areas.pop(instance_id, None)
            self._remove(self.rows_of(touched - present.keys()))
            known = self.rows_of(present.keys())
            new = present.keys() - {self._instances[row].id for row in known}
            for row in known:
                self._instances[row] = present[self._instances[row].id]
            self._announce(known)
            self._insert([present[instance_id] for instance_id in new])

    def _remove(self, rows: Sequence[int]) -> None:
        for first, last in reversed(runs(rows)):
            self.beginRemoveRows(NO_PARENT, first, last)
            del self._instances[first : last + 1]
            self.endRemoveRows()

    def _insert(self, instances: Collection[Instance]) -> None:
        """Insert in blocks that stay together: all that a step brings usually comes above what is there."""
        descending = sorted(instances, key=lambda instance: -instance.id)
        blocks = groupby(descending, key=lambda instance: self._insertion_row(instance.id))
        for row, block in reversed([(row, list(block)) for row, block in blocks]):
            self.beginInsertRows(NO_PARENT, row, row + len(block) - 1)
            self._instances[row:row] = block
            self.endInsertRows()

    def _announce(self, rows: Sequence[int]) -> None:
        for first, last in runs(rows):
            self.dataChanged.emit(self.index(first), self.index(last))


def area_words(area: float) -> str:
    """Say an area given in square pixels with at most four digits: `850 px²`, `12.3k px²`, `4.1M px²`."""
    if area < 1000:
        return f"{area:.0f} px²"
    if area < 999_500:
        return f"{area / 1000:.{0 if area >= 99_950 else 1}f}k px²"
    return f"{area / 1_000_000:.1f}M px²"
