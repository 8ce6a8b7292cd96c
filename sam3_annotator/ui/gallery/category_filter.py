"""The column of categories in the gallery, with their counts: which one is shown, and the keys that give them."""

from __future__ import annotations

from enum import IntEnum
from typing import Any

from PySide6.QtCore import QAbstractListModel, QModelIndex, QObject, QPersistentModelIndex, QSize, Qt
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QStyledItemDelegate, QStyleOptionViewItem

from sam3_annotator.project import Category
from sam3_annotator.ui.gallery.gallery_model import GalleryModel
from sam3_annotator.ui.item_delegates.category_delegate import badge_rect, badge_width, name_rect, swatch_rect
from sam3_annotator.ui.item_delegates.painting import (
    BADGE_SIZE,
    paint_badge,
    paint_ground,
    paint_swatch,
    paint_text,
    text_width,
)
from sam3_annotator.ui.keyboard.key_map import KeyMap
from sam3_annotator.ui.plain_tip import plain_tip
from sam3_annotator.ui.sizes import scaled
from sam3_annotator.ui.theme import ROW_HEIGHT, SPACE_S

Index = QModelIndex | QPersistentModelIndex
NO_PARENT = QModelIndex()


class FilterRole(IntEnum):
    """What the model tells beyond Qt's own roles."""

    CATEGORY = Qt.ItemDataRole.UserRole + 1  # Category, None for all
    COUNT = Qt.ItemDataRole.UserRole + 2  # instances, int
    KEY = Qt.ItemDataRole.UserRole + 3  # the key that gives it to what is selected, in words; empty where there is none


class CategoryFilterModel(QAbstractListModel):
    """A row for all categories together, then one for each, by position."""

    def __init__(self, gallery: GalleryModel, keys: KeyMap, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._gallery = gallery
        self._keys = keys
        self._rows: tuple[Category | None, ...] = (None, *gallery.categories)
        gallery.counts_changed.connect(self._follow)
        keys.changed.connect(self._follow)

    def rowCount(self, parent: Index = NO_PARENT) -> int:
        """Give the number of categories and one."""
        return 0 if parent.isValid() else len(self._rows)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:  # noqa: ANN401 - Qt's
        """Give the name, the words for screen readers, the tooltip, or a `FilterRole`."""
        if not index.isValid():
            return None
        category = self._rows[index.row()]
        name = "All categories" if category is None else category.name
        count = self._gallery.count(None if category is None else category.id)
        key = self._keys.category_text(index.row() - 1) if category is not None else ""
        match role:
            case Qt.ItemDataRole.DisplayRole:
                return name
            case Qt.ItemDataRole.AccessibleTextRole:
                return f"{name}, {count} instances"
            case Qt.ItemDataRole.ToolTipRole:
                return plain_tip(f"{name}\nPress {key} to give it to what is selected" if key else name)
            case FilterRole.CATEGORY:
                return category
            case FilterRole.COUNT:
                return count
            case FilterRole.KEY:
                return key
        return None

    def category_at(self, row: int) -> Category | None:
        """Give the category of a row, None for the first."""
        return self._rows[row]

    def shown_row(self) -> int:
        """Give the row of what the gallery shows."""
        shown = self._gallery.category_id
        return next((row for row, each in enumerate(self._rows) if each is not None and each.id == shown), 0)

    def badge_room(self) -> int:
        """Give the width that the badges of all rows need."""
        keys = (self._keys.category_text(row) for row in range(len(self._rows) - 1))
        return max((badge_width(key) for key in keys if key), default=BADGE_SIZE)

    def _follow(self) -> None:
        rows = (None, *self._gallery.categories)
        if len(rows) != len(self._rows):
            self.beginResetModel()
            self._rows = rows
            self.endResetModel()
        self._rows = rows
        self.dataChanged.emit(self.index(0), self.index(len(rows) - 1))


class CategoryFilterDelegate(QStyledItemDelegate):
    """Paints key, colour, name and number of instances, as the list of categories in the main window does."""

    def __init__(self, model: CategoryFilterModel, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._filter = model

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:  # noqa: ARG002 - Qt's
        """All rows have the same height."""
        return QSize(scaled(BADGE_SIZE) * 6, scaled(ROW_HEIGHT))

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        """Paint one row."""
        category: Category | None = index.data(FilterRole.CATEGORY)
        key: str = index.data(FilterRole.KEY)
        painter.save()
        paint_ground(painter, option)
        width = self._filter.badge_room()
        name = name_rect(option.rect, width)
        if category is None:
            name.setLeft(badge_rect(option.rect, width).left())
        else:
            paint_swatch(painter, swatch_rect(option.rect, width), category.color)
        if key:
            paint_badge(painter, badge_rect(option.rect, width), key)
        count = f"{index.data(FilterRole.COUNT):,}"
        paint_text(painter, name, count, font="number", role="text_dim", is_right=True)
        name.setRight(name.right() - text_width(count, "number") - SPACE_S)
        paint_text(painter, name, index.data(), font="strong" if category is None else "body")
        painter.restore()
