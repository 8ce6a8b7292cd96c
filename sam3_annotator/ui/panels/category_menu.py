"""A menu of categories that can be hundreds: they scroll, and a word finds them."""

from __future__ import annotations

from collections.abc import Iterable
from enum import IntEnum
from typing import Final

from PySide6.QtCore import (
    QEvent,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    QRect,
    QRectF,
    QSize,
    QSortFilterProxyModel,
    Qt,
    Signal,
)
from PySide6.QtGui import QKeyEvent, QPainter, QStandardItem, QStandardItemModel
from PySide6.QtWidgets import (
    QApplication,
    QMenu,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QVBoxLayout,
    QWidget,
    QWidgetAction,
)

from sam3_annotator.project import Category, CategoryId, counted, folded
from sam3_annotator.ui.item_delegates.painting import SWATCH_SIZE, centred, paint_swatch, paint_text, text_width
from sam3_annotator.ui.panels.quiet_list import QuietListView
from sam3_annotator.ui.plain_tip import plain_tip
from sam3_annotator.ui.sizes import scaled
from sam3_annotator.ui.text_field import TextField
from sam3_annotator.ui.theme import CONTROL_HEIGHT, RADIUS_SMALL, SPACE_M, SPACE_S, SPACE_XS, theme

Index = QModelIndex | QPersistentModelIndex

# Half a row says that there are more; so few that all are shown need no field.
MOST_ROWS_SHOWN: Final = 12.5
WIDTHS: Final = (200, 320)
_LIST_KEYS: Final = frozenset({Qt.Key.Key_Up, Qt.Key.Key_Down, Qt.Key.Key_PageUp, Qt.Key.Key_PageDown})
_ENTER_KEYS: Final = frozenset({Qt.Key.Key_Return, Qt.Key.Key_Enter})


class _Role(IntEnum):
    CATEGORY = Qt.ItemDataRole.UserRole + 1  # Category
    COUNT = Qt.ItemDataRole.UserRole + 2  # int
    FOLDED = Qt.ItemDataRole.UserRole + 3  # the name as it is looked for


class CategoryMenu(QMenu):
    """Lists categories, each with a number; a click or Enter chooses one and closes all menus that are open."""

    chosen = Signal(object)  # CategoryId

    def __init__(
        self,
        title: str,
        counts: Iterable[tuple[Category, int]],
        current: CategoryId | None = None,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(title, parent)
        rows = QStandardItemModel(self)
        for category, count in counts:
            rows.appendRow(_item(category, count))
        self._shown = QSortFilterProxyModel(self)
        self._shown.setFilterRole(_Role.FOLDED)
        self._shown.setSourceModel(rows)
        self._field = TextField()
        self._field.setPlaceholderText("Find a category")
        self._field.setAccessibleName("Find a category")
        self._field.textChanged.connect(self._find)
        self._list = self._make_list(current)
        self._first: QWidget = self._field
        if rows.rowCount() <= MOST_ROWS_SHOWN:
            self._field.hide()
            self._first = self._list
        for widget in (self._field, self._list):
            widget.installEventFilter(self)
        self.addAction(self._make_entry())
        self.aboutToShow.connect(self._begin)
        self.setEnabled(rows.rowCount() > 0)

    @property
    def field(self) -> TextField:
        """The field that finds a category; hidden where all are seen at once."""
        return self._field

    @property
    def view(self) -> QuietListView:
        """The list."""
        return self._list

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Take the keys of a menu, wherever the keyboard is; what is typed stays with the field."""
        if event.type() != QEvent.Type.KeyPress or not isinstance(event, QKeyEvent):
            return super().eventFilter(watched, event)
        key = event.key()
        if key in _ENTER_KEYS:
            self._choose(self._list.currentIndex())
        elif key == Qt.Key.Key_Left and not self._field.text():
            self.hide()
        elif key in _LIST_KEYS and watched is self._field:
            QApplication.sendEvent(self._list, event)
        else:
            return super().eventFilter(watched, event)
        return True

    def _make_entry(self) -> QWidgetAction:
        content = QWidget()
        column = QVBoxLayout(content)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(SPACE_XS)
        column.addWidget(self._field)
        column.addWidget(self._list)
        content.setFocusProxy(self._first)
        entry = QWidgetAction(self)
        entry.setDefaultWidget(content)
        return entry

    def _make_list(self, current: CategoryId | None) -> QuietListView:
        view = QuietListView("Categories")
        view.setModel(self._shown)
        view.setItemDelegate(_MenuRowDelegate(current, view))
        view.setProperty("surface", "menu")
        indexes = [self._shown.index(row, 0) for row in range(self._shown.rowCount())]
        categories = [index.data(_Role.CATEGORY) for index in indexes]
        least, most = map(scaled, WIDTHS)
        beside = scaled(SWATCH_SIZE) + 2 * (SPACE_M + SPACE_S) + view.verticalScrollBar().sizeHint().width()
        longest = max((text_width(f"{each.name}0,000,000") for each in categories), default=0)
        view.setFixedWidth(max(least, min(most, longest + beside)))
        view.setFixedHeight(round(min(len(indexes), MOST_ROWS_SHOWN) * scaled(CONTROL_HEIGHT)))
        view.entered.connect(view.setCurrentIndex)  # one row is lit, as in any menu, by mouse or keys
        view.clicked.connect(self._choose)
        for index, category in zip(indexes, categories, strict=True):
            if category.id == current:
                view.setCurrentIndex(index)
        return view

    def _begin(self) -> None:
        self._first.setFocus(Qt.FocusReason.PopupFocusReason)
        if not self._list.currentIndex().isValid():
            self._list.setCurrentIndex(self._shown.index(0, 0))
        self._list.scrollTo(self._list.currentIndex(), QuietListView.ScrollHint.PositionAtCenter)

    def _find(self, text: str) -> None:
        self._shown.setFilterFixedString(folded(text.strip()))
        self._list.setCurrentIndex(self._shown.index(0, 0))

    def _choose(self, index: QModelIndex) -> None:
        if index.isValid():
            outermost: QMenu = self
            while isinstance(parent := outermost.parentWidget(), QMenu):
                outermost = parent
            self.chosen.emit(index.data(_Role.CATEGORY).id)
            outermost.close()


class _MenuRowDelegate(QStyledItemDelegate):
    """Paints colour, name and number the way the other entries of a menu look; the chosen one's name is stronger."""

    def __init__(self, chosen: CategoryId | None, parent: QObject) -> None:
        super().__init__(parent)
        self._chosen = chosen

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:  # noqa: ARG002 - Qt's
        """All rows have the same height, and are as wide as the list."""
        return QSize(0, scaled(CONTROL_HEIGHT))

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        """Paint one row."""
        category: Category = index.data(_Role.CATEGORY)
        is_lit = bool(option.state & QStyle.StateFlag.State_Selected)
        painter.save()
        if is_lit:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(theme().color("accent_fill"))
            painter.drawRoundedRect(QRectF(option.rect), RADIUS_SMALL, RADIUS_SMALL)
        swatch = centred(scaled(SWATCH_SIZE), option.rect, option.rect.left() + SPACE_M)
        paint_swatch(painter, swatch, category.color)
        count = f"{index.data(_Role.COUNT):,}"
        room = QRect(option.rect.adjusted(0, 0, -SPACE_M, 0))
        room.setLeft(swatch.right() + 1 + SPACE_S)
        role = "on_accent" if is_lit else "text"
        paint_text(painter, room, count, font="number", role=role if is_lit else "text_dim", is_right=True)
        room.setRight(room.right() - text_width(count, "number") - SPACE_S)
        paint_text(painter, room, category.name, font="strong" if category.id == self._chosen else "body", role=role)
        painter.restore()


def _item(category: Category, count: int) -> QStandardItem:
    item = QStandardItem(category.name)
    item.setToolTip(plain_tip(category.name))
    item.setData(f"{category.name}, {counted(count, 'image')}", Qt.ItemDataRole.AccessibleTextRole)
    item.setData(category, _Role.CATEGORY)
    item.setData(count, _Role.COUNT)
    item.setData(folded(category.name), _Role.FOLDED)
    return item
