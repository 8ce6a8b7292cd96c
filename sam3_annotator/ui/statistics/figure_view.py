"""The view of a table of figures: sorted by a click on a column, chosen by row."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QEvent, QModelIndex, QPoint, Qt, Signal
from PySide6.QtGui import QContextMenuEvent, QKeyEvent, QMouseEvent, QResizeEvent
from PySide6.QtWidgets import QAbstractItemView, QFrame, QHeaderView, QTableView, QWidget

from sam3_annotator.project import CategoryId
from sam3_annotator.ui.item_delegates.painting import text_width
from sam3_annotator.ui.sizes import bind_sizes, scaled
from sam3_annotator.ui.statistics.columns import Look
from sam3_annotator.ui.statistics.figure_delegate import WIDEST_NUMBER, FigureDelegate
from sam3_annotator.ui.statistics.figure_table import FigureOrder, FigureRole, FigureTable
from sam3_annotator.ui.theme import ROW_HEIGHT, SPACE_S, SPACE_XL, theme

NAME_WIDTH: Final = 160
BAR_WIDTH: Final = 40
MAKINGS_WIDTH: Final = 88
ROUNDING: Final = 2
"""Widths of texts are whole numbers; what is cut off for half a pixel is not worth it."""
NO_SUBJECT: Final = object()
_ENTER_KEYS: Final = frozenset({Qt.Key.Key_Return, Qt.Key.Key_Enter})


class FigureView(QTableView):
    """Columns are as wide as what they hold; the name and the bar share what is left over."""

    category_wanted = Signal(object)  # CategoryId, or None for all: Enter, or a double click
    menu_wanted = Signal(object, QPoint)  # CategoryId or None, where on the screen

    def __init__(self, table: FigureTable, name: str, sorted_by: int, parent: QWidget | None = None) -> None:
        """Take the table and the column that it is sorted by at first."""
        super().__init__(parent)
        self.setAccessibleName(name)
        self.table = table
        self.order = FigureOrder(table, self)
        self.setModel(self.order)
        self._delegate = FigureDelegate(self)
        self.setItemDelegate(self._delegate)
        self._set_up()
        self.sort(sorted_by)
        self._place: tuple[object, int] = (
            NO_SUBJECT,
            0,
        )  # of what is chosen, and how far is scrolled, while rows come and go
        table.modelAboutToBeReset.connect(self._remember)
        table.modelReset.connect(self._fit)
        table.modelReset.connect(self._restore)
        table.dataChanged.connect(self._fit)

    def sort(self, column: int) -> None:
        """Sort by a column: words from A on, numbers from the largest; the other way round where they are already."""
        first = Qt.SortOrder.AscendingOrder if self.table.columns[column].is_text else Qt.SortOrder.DescendingOrder
        is_sorted = self.order.sortColumn() == column and self.order.sortOrder() == first
        other = Qt.SortOrder(1 - first.value)
        order = other if is_sorted else first
        self.order.sort(column, order)
        self.order.headerDataChanged.emit(Qt.Orientation.Horizontal, 0, len(self.table.columns) - 1)
        self._fit()

    def category_id(self, index: QModelIndex) -> CategoryId | None:
        """Give the category of a row, None for all."""
        category = index.data(FigureRole.ROW).category
        return None if category is None else category.id

    def keyboardSearch(self, search: str) -> None:
        """Do nothing: a letter is an action's key, not the start of a row's name."""

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Ask for the category of the row on Enter."""
        if event.key() in _ENTER_KEYS and self.currentIndex().isValid():
            self.category_wanted.emit(self.category_id(self.currentIndex()))
        else:
            super().keyPressEvent(event)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        """Ask for the menu of the row that is clicked, or of the current one where a key asks."""
        is_click = event.reason() is QContextMenuEvent.Reason.Mouse
        index = self.indexAt(event.pos()) if is_click else self.currentIndex()
        if index.isValid():
            place = event.pos() if is_click else self.visualRect(index).center()
            self.menu_wanted.emit(self.category_id(index), self.viewport().mapToGlobal(place))

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Show which row is pointed at."""
        super().mouseMoveEvent(event)
        self._point_at(self.rowAt(event.position().toPoint().y()))

    def leaveEvent(self, event: QEvent) -> None:
        """Point at no row."""
        super().leaveEvent(event)
        self._point_at(-1)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Share the room."""
        super().resizeEvent(event)
        self._fit()

    def _set_up(self) -> None:
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setShowGrid(False)
        self.setWordWrap(False)
        self.setTabKeyNavigation(False)
        self.setMouseTracking(True)
        self.setCornerButtonEnabled(False)
        self.verticalHeader().hide()
        self.verticalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        rows = self.verticalHeader()
        bind_sizes(rows, lambda: rows.setDefaultSectionSize(scaled(ROW_HEIGHT)))
        header = self.horizontalHeader()
        header.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        header.setHighlightSections(False)
        header.setSectionsClickable(True)
        header.setMinimumSectionSize(SPACE_XL)
        header.sectionClicked.connect(self.sort)
        self.doubleClicked.connect(lambda index: self.category_wanted.emit(self.category_id(index)))
        theme().theme_changed.connect(self._fit)

    def _point_at(self, row: int) -> None:
        if row != self._delegate.pointed_row:
            self._delegate.pointed_row = row
            self.viewport().update()

    def _remember(self) -> None:
        index = self.currentIndex()
        subject = index.data(FigureRole.ROW).subject if index.isValid() else NO_SUBJECT
        self._place = subject, self.verticalScrollBar().value()

    def _restore(self) -> None:
        """Choose again what was chosen, where it was, if it is still there."""
        subject, scrolled = self._place
        for number, row in enumerate(self.order.rows() if subject is not NO_SUBJECT else ()):
            if row.subject == subject:
                self.setCurrentIndex(self.order.index(number, 0))
        self.updateGeometries()
        self.verticalScrollBar().setValue(scrolled)

    def _fit(self) -> None:
        """Make the columns as wide as they have to be, and share what is left over."""
        header, columns = self.horizontalHeader(), self.table.columns
        shown = [number for number in range(len(columns)) if not self.isColumnHidden(number)]
        widths = {number: self._least_width(number) for number in shown}
        sharing = [number for number in shown if columns[number].look in (Look.NAME, Look.BAR)]
        spare = max(self.viewport().width() - sum(widths.values()), 0)
        for number in shown:
            more = spare // len(sharing) if number in sharing else 0
            header.resizeSection(number, widths[number] + more)

    def _least_width(self, number: int) -> int:
        column = self.table.columns[number]
        title = text_width(str(self.order.headerData(number, Qt.Orientation.Horizontal)))
        match column.look:
            case Look.NAME:
                widest = scaled(NAME_WIDTH)
            case Look.WORDS:
                widest = scaled(NAME_WIDTH) - SPACE_XL
            case Look.MAKINGS:
                widest = scaled(MAKINGS_WIDTH)
            case Look.BAR:
                widest = text_width(WIDEST_NUMBER, "number") + SPACE_S + scaled(BAR_WIDTH)
            case Look.NUMBER:
                # The total is among the first: nothing is wider than it, but for a mean or a share.
                widest = max((text_width(column.text(row), "number_strong") for row in self.table.rows[:50]), default=0)
        return max(title, widest) + 2 * scaled(SPACE_S) + ROUNDING
