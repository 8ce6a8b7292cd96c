"""Paints a row of the category list: key, colour, name, number of instances; edits the name in place."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from PySide6.QtCore import (
    QAbstractItemModel,
    QEvent,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    QRect,
    QSize,
    Qt,
    Signal,
)
from PySide6.QtGui import QMouseEvent, QPainter
from PySide6.QtWidgets import QStyledItemDelegate, QStyleOptionViewItem, QWidget

from sam3_annotator.project import Category, CategoryId
from sam3_annotator.ui.item_delegates.painting import (
    BADGE_SIZE,
    SWATCH_SIZE,
    centred,
    paint_badge,
    paint_ground,
    paint_swatch,
    paint_text,
    text_width,
)
from sam3_annotator.ui.item_models.category_model import CategoryRole
from sam3_annotator.ui.sizes import scaled
from sam3_annotator.ui.text_field import TextField
from sam3_annotator.ui.theme import ROW_HEIGHT, SPACE_S

Index = QModelIndex | QPersistentModelIndex


class CategoryDelegate(QStyledItemDelegate):
    """The row of the current category is marked; a click on a swatch asks for another colour."""

    color_wanted = Signal(object)  # CategoryId whose swatch was clicked
    clicked = Signal(object)  # CategoryId clicked elsewhere than on its swatch

    def __init__(self, current: Callable[[], CategoryId | None], parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._current = current
        self._keys: tuple[str, ...] = ()

    def make_room(self, keys: Iterable[str]) -> None:
        """Make the badges of all rows wide enough for the longest of these keys."""
        self._keys = tuple(filter(None, keys))

    @property
    def _badge_width(self) -> int:
        return max(map(badge_width, self._keys), default=scaled(BADGE_SIZE))

    def swatch_rect(self, row: QRect) -> QRect:
        """Give the place of the colour in a row."""
        return swatch_rect(row, self._badge_width)

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:  # noqa: ARG002 - Qt's
        """All rows have the same height."""
        return QSize(scaled(BADGE_SIZE) * 6, scaled(ROW_HEIGHT))

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        """Paint one row."""
        category: Category = index.data(CategoryRole.RECORD)
        is_current = category.id == self._current()
        painter.save()
        paint_ground(painter, option, is_chosen=is_current)
        if key := index.data(CategoryRole.KEY):
            paint_badge(painter, badge_rect(option.rect, self._badge_width), key)
        paint_swatch(painter, self.swatch_rect(option.rect), category.color)
        count = f"{index.data(CategoryRole.COUNT):,}"
        name = name_rect(option.rect, self._badge_width)
        paint_text(painter, name, count, font="number", role="text_dim", is_right=True)
        name.setRight(name.right() - text_width(count, "number") - SPACE_S)
        paint_text(painter, name, category.name, font="strong" if is_current else "body")
        painter.restore()

    def createEditor(self, parent: QWidget, option: QStyleOptionViewItem, index: Index) -> QWidget:  # noqa: ARG002
        """Edit the name in a field that keeps Enter and Esc to itself."""
        field = TextField(parent)
        field.setAccessibleName("Category name")
        return field

    def updateEditorGeometry(self, editor: QWidget, option: QStyleOptionViewItem, index: Index) -> None:  # noqa: ARG002
        """Put the field over the name, not over key and colour."""
        editor.setGeometry(name_rect(option.rect, self._badge_width).adjusted(-SPACE_S, 3, 0, -3))

    def editorEvent(
        self,
        event: QEvent,
        model: QAbstractItemModel,  # noqa: ARG002 - Qt's
        option: QStyleOptionViewItem,
        index: Index,
    ) -> bool:
        """Turn a click on the swatch into a wish for another colour."""
        if isinstance(event, QMouseEvent) and event.button() == Qt.MouseButton.LeftButton:
            is_on_swatch = self.swatch_rect(option.rect).adjusted(-3, -3, 3, 3).contains(event.position().toPoint())
            if event.type() == QEvent.Type.MouseButtonRelease:
                told = self.color_wanted if is_on_swatch else self.clicked
                told.emit(index.data(CategoryRole.RECORD).id)
            return is_on_swatch
        return False


def badge_width(key: str) -> int:
    """Give the width that the badge of a key needs."""
    return max(scaled(BADGE_SIZE), text_width(key, "number_caption") + SPACE_S)


def badge_rect(row: QRect, width: int) -> QRect:
    """Give the place of the key in a row."""
    return centred(QSize(width, scaled(BADGE_SIZE)), row, row.left() + 2 * SPACE_S)


def swatch_rect(row: QRect, badge: int) -> QRect:
    """Give the place of the colour in a row, behind a badge that is so wide."""
    return centred(scaled(SWATCH_SIZE), row, badge_rect(row, badge).right() + 1 + SPACE_S + 2)


def name_rect(row: QRect, badge: int) -> QRect:
    """Give the place of name and number in a row."""
    inner = row.adjusted(0, 0, -2 * SPACE_S, 0)
    inner.setLeft(swatch_rect(row, badge).right() + 1 + SPACE_S + 2)
    return inner
