"""The grid of the gallery: fills its width, asks for the crops in view, and stays where it is when rows come and go."""

from __future__ import annotations

from collections.abc import Collection
from math import ceil
from typing import Final

from PySide6.QtCore import (
    QItemSelection,
    QItemSelectionModel,
    QItemSelectionRange,
    QModelIndex,
    QPoint,
    QRect,
    Qt,
    QTimer,
    Signal,
)
from PySide6.QtGui import QKeyEvent, QPaintEvent, QResizeEvent, QWheelEvent
from PySide6.QtWidgets import QAbstractItemView, QWidget

from sam3_annotator.project import InstanceId
from sam3_annotator.ui.gallery.crop_loader import CropLoader
from sam3_annotator.ui.gallery.gallery_delegate import GalleryDelegate, cell_size, crop_rect
from sam3_annotator.ui.gallery.gallery_model import GalleryModel
from sam3_annotator.ui.gallery.grid_view import GridView, Index
from sam3_annotator.ui.item_models.runs import runs
from sam3_annotator.ui.theme import theme

SIDES: Final = (80, 112, 144, 176, 224, 288)
"""What a crop measures about, in device-independent pixels: exactly what has columns fill the width."""
CROP_STEP: Final = 32
"""Crops are made in steps of so many pixels: where the window is made a little wider, those made before do."""
WHEEL_STEP: Final = 120


class GalleryView(GridView):
    """What is selected stays so, also when rows are put in another order."""

    selection_moved = Signal()  # other rows are selected, or as many others
    show_wanted = Signal(object)  # InstanceId, by a double click
    side_wanted = Signal(int)  # +1: the next larger crops, -1: the next smaller ones, by the wheel

    def __init__(self, model: GalleryModel, loader: CropLoader, side: int, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._gallery = model
        self._loader = loader
        self._side = side
        self._wheel = 0
        self._anchor: tuple[list[InstanceId], int] | None = None  # rows in view, the top of the first
        self._selected: list[InstanceId] = []  # while rows are put in another order
        self._current: InstanceId | None = None
        self._asking = QTimer(self, singleShot=True, interval=0)
        self._asking.timeout.connect(self._ask)
        self.setAccessibleName("Instances")
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.setModel(model)
        self.setItemDelegate(GalleryDelegate(loader, self))
        self.selectionModel().selectionChanged.connect(self.selection_moved)
        self.doubleClicked.connect(lambda index: self.show_wanted.emit(model.id_at(index.row())))
        model.shifting.connect(self._remember)
        model.shifted.connect(self._restore)
        model.modelAboutToBeReset.connect(self._remember_selection)
        model.modelReset.connect(self._restore_selection)
        loader.ready.connect(self._repaint)
        theme().theme_changed.connect(self._fit_cells)
        self._fit_cells()

    # --- what is shown -----------------------------------------------------------------------

    @property
    def side(self) -> int:
        """What a crop measures about, in device-independent pixels."""
        return self._side

    def set_side(self, side: int) -> None:
        """Show larger or smaller crops; what is in the middle stays in view."""
        if side == self._side:
            return
        rows = self.rows_in_view()
        middle = self._gallery.index(rows[len(rows) // 2]) if rows else QModelIndex()
        self._side = side
        self._fit_cells()
        self.scrollTo(middle, QAbstractItemView.ScrollHint.PositionAtCenter)

    # --- what is selected --------------------------------------------------------------------

    def selected_ids(self) -> list[InstanceId]:
        """Give the selected instances, in the order of their rows."""
        rows = sorted(row for each in self._selected_ranges() for row in range(each.top(), each.bottom() + 1))
        return [self._gallery.id_at(row) for row in rows]

    def selected_count(self) -> int:
        """Give the number of selected instances."""
        return sum(each.height() for each in self._selected_ranges())

    def current_id(self) -> InstanceId | None:
        """Give the instance that the keys are about: the current one if it is selected, else the first selected."""
        current = self.currentIndex()
        if current.isValid() and self.selectionModel().isSelected(current):
            return self._gallery.id_at(current.row())
        return next(iter(self.selected_ids()), None)

    def select_ids(self, instance_ids: Collection[InstanceId]) -> None:
        """Select those of the instances that are shown, and no others."""
        selection = QItemSelection()
        for first, last in runs(sorted(row for id_ in instance_ids if (row := self._gallery.row_of(id_)) >= 0)):
            selection.append(QItemSelectionRange(self._gallery.index(first), self._gallery.index(last)))
        self.selectionModel().select(selection, QItemSelectionModel.SelectionFlag.ClearAndSelect)

    def _selected_ranges(self) -> list[QItemSelectionRange]:
        selection = self.selectionModel().selection()  # of everything, this is one range
        return [selection.at(number) for number in range(selection.count())]

    # --- when rows come and go ---------------------------------------------------------------

    def _remember(self) -> None:
        rows = self.rows_in_view()
        self._anchor = None
        if rows and self.isVisible() and self.verticalOffset():  # at the top, what comes there is to be seen
            top = self.visualRect(self._gallery.index(rows[0])).top()
            self._anchor = [self._gallery.id_at(row) for row in rows], top

    def _restore(self) -> None:
        """Have the first of what was in view, if it is still there, where it was."""
        if self._anchor is None:
            return
        self.executeDelayedItemsLayout()
        ids, top = self._anchor
        row = next((row for id_ in ids if (row := self._gallery.row_of(id_)) >= 0), -1)
        if row >= 0:
            moved = self.visualRect(self._gallery.index(row)).top() - top
            self.verticalScrollBar().setValue(self.verticalScrollBar().value() + moved)

    def _remember_selection(self) -> None:
        self._selected = self.selected_ids()
        self._current = self.current_id()

    def _restore_selection(self) -> None:
        self.select_ids(self._selected)
        row = -1 if self._current is None else self._gallery.row_of(self._current)
        if row >= 0:
            self.selectionModel().setCurrentIndex(self._gallery.index(row), QItemSelectionModel.SelectionFlag.NoUpdate)
        if self._selected:
            self.selection_moved.emit()
        self._selected = []

    # --- crops -------------------------------------------------------------------------------

    def _ask(self) -> None:
        in_view = [self._gallery.entry_at(row) for row in self.rows_in_view()] if self.isVisible() else []
        shown = crop_rect(QRect(QPoint(), self.cell)).width() * self.devicePixelRatioF()
        self._loader.want(in_view, ceil(shown / CROP_STEP) * CROP_STEP)

    def _repaint(self, instance_ids: frozenset[InstanceId]) -> None:
        for row in self.rows_in_view():
            if self._gallery.id_at(row) in instance_ids:
                self.update(self._gallery.index(row))

    def currentChanged(self, current: Index, previous: Index) -> None:
        """Have screen readers say what is current."""
        super().currentChanged(current, previous)
        self.setAccessibleDescription(current.data(Qt.ItemDataRole.AccessibleTextRole) or "")

    # --- Qt's events -------------------------------------------------------------------------

    def paintEvent(self, event: QPaintEvent) -> None:
        """Ask for the crops of what is painted, once all of it is."""
        super().paintEvent(event)
        self._asking.start()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Spread the columns over the new width."""
        self._fit_cells()
        super().resizeEvent(event)

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Ask for larger or smaller crops with Ctrl, else scroll."""
        if not event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            super().wheelEvent(event)
            return
        self._wheel += event.angleDelta().y()
        if steps := int(self._wheel / WHEEL_STEP):
            self._wheel -= steps * WHEEL_STEP
            self.side_wanted.emit(steps)
        event.accept()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Leave the keys that Qt would take for the start of a name to the window."""
        if event.text().isprintable() and event.text() and event.key() != Qt.Key.Key_Space:
            event.ignore()
        else:
            super().keyPressEvent(event)

    def _fit_cells(self) -> None:
        """Have columns fill the width, as many as come next to the size that is wanted."""
        width, wanted = self.viewport().width(), cell_size(self._side).width()
        columns = max(round(width / wanted), 1)
        size = cell_size(self._side + width // columns - wanted)
        if size != self.cell:
            self.set_cell(size)
