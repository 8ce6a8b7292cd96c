"""A view of rows as equally large cells in lines: places are reckoned, not laid out, whatever the number of rows.

Qt's list view asks for every row, each time anything changes: a third of a second with 100,000 of them.
"""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import (
    QItemSelection,
    QItemSelectionModel,
    QModelIndex,
    QPersistentModelIndex,
    QPoint,
    QRect,
    QSize,
    Qt,
)
from PySide6.QtGui import QCursor, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen, QRegion, QResizeEvent
from PySide6.QtWidgets import QAbstractItemView, QFrame, QStyle, QStyleOptionViewItem, QWidget

from sam3_annotator.ui.theme import theme

Index = QModelIndex | QPersistentModelIndex
NO_PARENT = QModelIndex()
_Hint = QAbstractItemView.ScrollHint
_Action = QAbstractItemView.CursorAction
BAND_OPACITY: Final = 0.2


class GridView(QAbstractItemView):
    """Cells stand from left to right, then from top to bottom; several can be selected, also with a rubber band."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._cell = QSize(64, 64)
        self._band = QRect()  # in the coordinates of the content
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setMouseTracking(True)
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOn)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        # Whoever paints all of it himself is scrolled by copying what is there, and paints only what comes into view.
        self.viewport().setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)

    # --- where things are --------------------------------------------------------------------

    @property
    def cell(self) -> QSize:
        """The size of every cell, in device-independent pixels."""
        return self._cell

    def set_cell(self, size: QSize) -> None:
        """Have cells of another size."""
        self._cell = size
        self.doItemsLayout()

    def columns(self) -> int:
        """Give the number of cells in a line."""
        return max(self.viewport().width() // self._cell.width(), 1)

    def row_count(self) -> int:
        """Give the number of cells."""
        return self.model().rowCount() if self.model() is not None else 0

    def rows_in_view(self) -> range:
        """Give the rows of which something can be seen."""
        return self._rows_in_lines(self.viewport().rect())

    def visualRect(self, index: Index) -> QRect:
        """Give the place of a cell in the viewport, also where it cannot be seen."""
        if not index.isValid():
            return QRect()
        line, column = divmod(index.row(), self.columns())
        corner = QPoint(column * self._cell.width(), line * self._cell.height() - self.verticalOffset())
        return QRect(corner, self._cell)

    def indexAt(self, place: QPoint) -> QModelIndex:
        """Give the cell at a place of the viewport, which may be out of sight."""
        column, line = place.x() // self._cell.width(), (place.y() + self.verticalOffset()) // self._cell.height()
        row = line * self.columns() + column
        is_cell = 0 <= column < self.columns() and 0 <= row < self.row_count()
        return self.model().index(row, 0) if is_cell else QModelIndex()

    def horizontalOffset(self) -> int:
        """Nothing lies beside the viewport."""
        return 0

    def verticalOffset(self) -> int:
        """Give how much of the content lies above the viewport."""
        return self.verticalScrollBar().value()

    def isIndexHidden(self, index: Index) -> bool:  # noqa: ARG002 - Qt's
        """No cell is hidden."""
        return False

    def scrollTo(self, index: Index, hint: QAbstractItemView.ScrollHint = _Hint.EnsureVisible) -> None:
        """Bring a cell into view."""
        self.executeDelayedItemsLayout()
        place, height, bar = self.visualRect(index), self.viewport().height(), self.verticalScrollBar()
        to_top, to_bottom = place.top(), place.bottom() + 1 - height
        if not index.isValid():
            return
        if hint == _Hint.PositionAtCenter:
            bar.setValue(bar.value() + (to_top + to_bottom) // 2)
        elif hint == _Hint.PositionAtTop or to_top < 0:
            bar.setValue(bar.value() + to_top)
        elif hint == _Hint.PositionAtBottom or to_bottom > 0:
            bar.setValue(bar.value() + min(to_bottom, to_top))

    def updateGeometries(self) -> None:
        """Have the scroll bar reach from the first line to the last."""
        super().updateGeometries()
        lines, height = -(-self.row_count() // self.columns()), self.viewport().height()
        bar = self.verticalScrollBar()
        bar.setRange(0, max(lines * self._cell.height() - height, 0))
        bar.setPageStep(height)
        bar.setSingleStep(self._cell.height() // 3)

    # --- what keys and mouse do --------------------------------------------------------------

    def moveCursor(self, action: QAbstractItemView.CursorAction, modifiers: Qt.KeyboardModifier) -> QModelIndex:  # noqa: ARG002
        """Give the cell that a key leads to."""
        count, columns = self.row_count(), self.columns()
        if not count:
            return QModelIndex()
        page = max(self.viewport().height() // self._cell.height(), 1) * columns
        steps = {
            _Action.MoveLeft: -1,
            _Action.MovePrevious: -1,
            _Action.MoveRight: 1,
            _Action.MoveNext: 1,
            _Action.MoveUp: -columns,
            _Action.MoveDown: columns,
            _Action.MovePageUp: -page,
            _Action.MovePageDown: page,
            _Action.MoveHome: -count,
            _Action.MoveEnd: count,
        }
        current = self.currentIndex().row()
        row = current + steps[action] if current >= 0 else 0
        is_beyond = row < 0 or row >= count
        if is_beyond and action in (_Action.MoveUp, _Action.MoveDown):  # from the last line but one, to the last cell
            is_last_line = current // columns == (count - 1) // columns
            row = current if action == _Action.MoveUp or is_last_line else count - 1
        return self.model().index(min(max(row, 0), count - 1), 0)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Have an arrow that leads on take the current cell first, where nothing is selected: none is passed over."""
        leads_on = event.key() in (Qt.Key.Key_Right, Qt.Key.Key_Down)
        current, selection = self.currentIndex(), self.selectionModel()
        is_ctrl = event.modifiers() & Qt.KeyboardModifier.ControlModifier
        if leads_on and current.isValid() and not selection.hasSelection() and not is_ctrl:
            selection.setCurrentIndex(current, QItemSelectionModel.SelectionFlag.ClearAndSelect)
            self.scrollTo(current)
        else:
            super().keyPressEvent(event)

    def setSelection(self, rect: QRect, command: QItemSelectionModel.SelectionFlag) -> None:
        """Select what the rubber band touches, or the rows from one corner to the other."""
        selection = QItemSelection()
        if self.state() == QAbstractItemView.State.DragSelectingState:
            self._show_band(rect)
            for row in self._rows_in_lines(rect)[:: self.columns()]:
                first = row + max(rect.left() // self._cell.width(), 0)
                last = row + min(rect.right() // self._cell.width(), self.columns() - 1)
                self._add(selection, first, last)
        else:
            rows = [self.indexAt(corner).row() for corner in (rect.topLeft(), rect.bottomRight())]
            if min(rows) >= 0:
                self._add(selection, min(rows), max(rows))
        self.selectionModel().select(selection, command)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Take the rubber band away."""
        super().mouseReleaseEvent(event)
        if not self._band.isNull():
            self._band = QRect()
            self.viewport().update()

    def _show_band(self, rect: QRect) -> None:
        self._band = rect.translated(0, self.verticalOffset())
        self.viewport().update()

    def _add(self, selection: QItemSelection, first: int, last: int) -> None:
        last = min(last, self.row_count() - 1)
        if first <= last:
            selection.select(self.model().index(first, 0), self.model().index(last, 0))

    def _rows_in_lines(self, rect: QRect) -> range:
        """Give all rows of the lines that reach into a rectangle of the viewport."""
        top, height, count = self.verticalOffset(), self._cell.height(), self.row_count()
        first = max((rect.top() + top) // height, 0) * self.columns()
        end = ((rect.bottom() + top) // height + 1) * self.columns()
        return range(min(first, count), max(min(end, count), min(first, count)))

    # --- what is painted ---------------------------------------------------------------------

    def visualRegionForSelection(self, selection: QItemSelection) -> QRegion:
        """Give what is to be painted anew when this is selected, as far as it is in view."""
        seen = self.rows_in_view()
        region = QRegion()
        for number in range(selection.count()):
            chosen = selection.at(number)
            for row in range(max(chosen.top(), seen.start), min(chosen.bottom() + 1, seen.stop)):
                region += QRegion(self.visualRect(self.model().index(row, 0)))
        return region

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the cells that are to be seen."""
        painter = QPainter(self.viewport())
        painter.fillRect(event.rect(), theme().color("panel"))
        usual = QStyleOptionViewItem()
        self.initViewItemOption(usual)
        hovered = self._hovered_row()
        for row in self._rows_in_lines(event.rect()):
            index = self.model().index(row, 0)
            option = QStyleOptionViewItem(usual)
            option.rect = self.visualRect(index)
            if not option.rect.intersects(event.rect()):
                continue
            if self.selectionModel().isSelected(index):
                option.state |= QStyle.StateFlag.State_Selected
            if row == hovered:
                option.state |= QStyle.StateFlag.State_MouseOver
            if not (self.hasFocus() and index == self.currentIndex()):
                option.state &= ~QStyle.StateFlag.State_HasFocus
            self.itemDelegate().paint(painter, option, index)
        if not self._band.isNull():
            painter.setPen(QPen(theme().color("accent"), 1))
            painter.setBrush(theme().color("accent", BAND_OPACITY))
            painter.drawRect(self._band.translated(0, -self.verticalOffset()))
        painter.end()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Have other lines."""
        super().resizeEvent(event)
        self.doItemsLayout()

    def scrollContentsBy(self, dx: int, dy: int) -> None:
        """Copy what stays in view."""
        self.viewport().scroll(dx, dy)

    def rowsInserted(self, parent: Index, start: int, end: int) -> None:
        """Make room."""
        super().rowsInserted(parent, start, end)
        self.scheduleDelayedItemsLayout()

    def rowsAboutToBeRemoved(self, parent: Index, start: int, end: int) -> None:
        """Close the gap; the keyboard goes on with what comes after it, as the eye does."""
        if start <= self.currentIndex().row() <= end and end + 1 < self.row_count():
            after = self.model().index(end + 1, 0)
            self.selectionModel().setCurrentIndex(after, QItemSelectionModel.SelectionFlag.NoUpdate)
        super().rowsAboutToBeRemoved(parent, start, end)
        self.scheduleDelayedItemsLayout()

    def _hovered_row(self) -> int:
        if not self.viewport().underMouse():
            return -1
        return self.indexAt(self.viewport().mapFromGlobal(QCursor.pos())).row()
