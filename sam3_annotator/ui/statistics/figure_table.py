"""A table of figures as a model, and the order in which its rows are shown."""

from __future__ import annotations

from collections.abc import Sequence
from enum import IntEnum
from typing import Any, Final

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, QSortFilterProxyModel, Qt

from sam3_annotator.project import folded
from sam3_annotator.ui.item_models.filter_change import filter_changing
from sam3_annotator.ui.plain_tip import plain_tip
from sam3_annotator.ui.statistics.columns import Column, Look, Value, makings_text
from sam3_annotator.ui.statistics.figures import CategoryFigures, PhraseFigures

Index = QModelIndex | QPersistentModelIndex
Row = CategoryFigures | PhraseFigures
NO_PARENT = QModelIndex()
ASCENDING: Final = "\N{UPWARDS ARROW}"
DESCENDING: Final = "\N{DOWNWARDS ARROW}"


class FigureRole(IntEnum):
    """What the model tells beyond Qt's own roles."""

    ROW = Qt.ItemDataRole.UserRole + 1  # CategoryFigures or PhraseFigures
    COLUMN = Qt.ItemDataRole.UserRole + 2  # Column
    SHARE = Qt.ItemDataRole.UserRole + 3  # of the largest value of the column, 0 to 1, but for the total


class FigureTable(QAbstractTableModel):
    """One row for each category or phrase; rows keep their places while they are about the same things."""

    def __init__(self, columns: Sequence[Column], parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.columns = tuple(columns)
        self._rows: tuple[Row, ...] = ()
        self._largest: dict[int, float] = {}

    @property
    def rows(self) -> tuple[Row, ...]:
        """All rows, in the order they were given."""
        return self._rows

    def show(self, rows: Sequence[Row]) -> None:
        """Show these rows in place of the others."""
        largest = {
            number: max((_amount(row, column) for row in rows if not is_total(row)), default=0.0)
            for number, column in enumerate(self.columns)
            if column.look is Look.BAR
        }
        if [row.subject for row in rows] == [row.subject for row in self._rows]:
            if rows:
                self._rows, self._largest = tuple(rows), largest
                self.dataChanged.emit(self.index(0, 0), self.index(len(rows) - 1, len(self.columns) - 1))
            return
        self.beginResetModel()
        self._rows, self._largest = tuple(rows), largest
        self.endResetModel()

    def rowCount(self, parent: Index = NO_PARENT) -> int:
        """Give the number of rows."""
        return 0 if parent.isValid() else len(self._rows)

    def columnCount(self, parent: Index = NO_PARENT) -> int:
        """Give the number of columns."""
        return 0 if parent.isValid() else len(self.columns)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:  # noqa: ANN401 - Qt's
        """Give the text, the words for screen readers, the tooltip, or a `FigureRole`."""
        if not index.isValid():
            return None
        row, column = self._rows[index.row()], self.columns[index.column()]
        match role:
            case Qt.ItemDataRole.DisplayRole:
                return column.text(row)
            case Qt.ItemDataRole.AccessibleTextRole:
                return f"{row.name}, {column.title}: {_words(row, column)}"
            case Qt.ItemDataRole.ToolTipRole:
                return plain_tip(_words(row, column)) if column.look in (Look.NAME, Look.MAKINGS) else None
            case FigureRole.ROW:
                return row
            case FigureRole.COLUMN:
                return column
            case FigureRole.SHARE:
                largest = self._largest.get(index.column(), 0)
                return _amount(row, column) / largest if largest and not is_total(row) else 0.0
        return None

    def headerData(
        self,
        section: int,
        orientation: Qt.Orientation,
        role: int = Qt.ItemDataRole.DisplayRole,
    ) -> Any:  # noqa: ANN401 - Qt's
        """Give the title of a column, and what it is."""
        if orientation is not Qt.Orientation.Horizontal:
            return None
        column = self.columns[section]
        match role:
            case Qt.ItemDataRole.DisplayRole:
                return column.title
            case Qt.ItemDataRole.ToolTipRole:
                return column.tip or None
            case Qt.ItemDataRole.TextAlignmentRole:
                side = Qt.AlignmentFlag.AlignLeft if column.is_text else Qt.AlignmentFlag.AlignRight
                return side | Qt.AlignmentFlag.AlignVCenter
        return None


class FigureOrder(QSortFilterProxyModel):
    """Sorts by a column: the total stays first, and what has no value goes last, whichever way round.

    A row keeps its place when its figures change, until it is sorted anew.
    """

    def __init__(self, table: FigureTable, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._table = table
        self._wanted = ""
        self.setDynamicSortFilter(False)
        self.setSourceModel(table)

    def find(self, text: str) -> None:
        """Show only the rows that have a text in their names or those of their categories, and the total."""
        with filter_changing(self):
            self._wanted = folded(text.strip())

    def filterAcceptsRow(self, source_row: int, source_parent: Index) -> bool:  # noqa: ARG002 - Qt's
        """Say whether a row has what is wanted."""
        row = self._table.rows[source_row]
        return row.category is None or any(self._wanted in folded(name) for name in (row.name, row.category.name))

    def lessThan(self, left: Index, right: Index) -> bool:
        """Compare two cells of a column."""
        column = self._table.columns[left.column()]
        return self._key(column, left.row()) < self._key(column, right.row())

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:  # noqa: ANN401 - Qt's
        """Give the title of a column, with an arrow on that which sorts, where it moves no number out of line."""
        title = super().headerData(section, orientation, role)
        if role != Qt.ItemDataRole.DisplayRole or section != self.sortColumn():
            return title
        arrow = ASCENDING if self.sortOrder() is Qt.SortOrder.AscendingOrder else DESCENDING
        return f"{title} {arrow}" if self._table.columns[section].is_text else f"{arrow} {title}"

    def rows(self) -> list[Row]:
        """Give the rows as they are shown."""
        return [self.index(row, 0).data(FigureRole.ROW) for row in range(self.rowCount())]

    def _key(self, column: Column, row: int) -> tuple[int, Any, int]:
        figures = self._table.rows[row]
        first = -1 if self.sortOrder() is Qt.SortOrder.AscendingOrder else 1
        place = -first * row  # of those with the same value, the one that comes first stays so
        if is_total(figures):
            return first, 0, place
        value: Value = column.value(figures)
        if value is None:
            return -first, 0, place
        return 0, folded(value) if isinstance(value, str) else value, place


def is_total(row: Row) -> bool:
    """Say whether a row is about all categories together."""
    return row.category is None


def _amount(row: Row, column: Column) -> float:
    value = column.value(row)
    return value if isinstance(value, int | float) else 0.0


def _words(row: Any, column: Column) -> str:  # noqa: ANN401 - a row of either table
    words = makings_text(row) if column.look is Look.MAKINGS else column.text(row)
    return words or "none"
