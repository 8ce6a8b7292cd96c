"""The list view of instances: its eyes, its keys that delete, and its selection kept equal to the workspace's."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from PySide6.QtCore import QItemSelection, QItemSelectionModel, QItemSelectionRange, QPoint, QRect, QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent, QMouseEvent, QResizeEvent
from PySide6.QtWidgets import QAbstractItemView, QWidget

from sam3_annotator.project import InstanceId
from sam3_annotator.ui.item_delegates.instance_delegate import ROW_HEIGHT, InstanceDelegate, eye_rect
from sam3_annotator.ui.item_models.instance_model import InstanceModel
from sam3_annotator.ui.item_models.runs import runs
from sam3_annotator.ui.keyboard.key_map import KeyMap
from sam3_annotator.ui.keyboard.keys import key_of
from sam3_annotator.ui.panels.quiet_list import QuietListView
from sam3_annotator.ui.workspace import Workspace

LEAST_ROWS: Final = 2


class InstanceView(QuietListView):
    """What is selected here is selected in the workspace, and the other way round."""

    eye_clicked = Signal(object)  # InstanceId
    delete_pressed = Signal()

    def __init__(self, model: InstanceModel, workspace: Workspace, keys: KeyMap, parent: QWidget | None = None) -> None:
        super().__init__("Instances", parent)
        self._keys = keys
        self._instances = model
        self._workspace = workspace
        self._is_applying = False
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.setModel(model)
        self.setItemDelegate(InstanceDelegate(self))
        self.selectionModel().selectionChanged.connect(self._tell_workspace)
        workspace.selection_changed.connect(self.apply_selection)
        model.rowsInserted.connect(self.apply_selection)
        self.apply_selection()

    def sizeHint(self) -> QSize:
        """Ask for some rows only: what is below the list needs room too where there is little."""
        return QSize(super().sizeHint().width(), LEAST_ROWS * ROW_HEIGHT + 2 * self.frameWidth())

    def minimumSizeHint(self) -> QSize:
        """Keep them."""
        return QSize(super().minimumSizeHint().width(), self.sizeHint().height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Keep the current row in view if it was: what comes with a selection takes room from the list."""
        was_in_view = self.visualRect(self.currentIndex()).intersects(QRect(QPoint(), event.oldSize()))
        super().resizeEvent(event)
        if was_in_view:
            self.scrollTo(self.currentIndex())

    def apply_selection(self) -> None:
        """Select the rows of the workspace's selection; rows it names that are not here yet follow when inserted."""
        rows = self._instances.rows_of(self._workspace.selection)
        selection = QItemSelection()
        for first_row, last_row in runs(rows):
            selection.append(QItemSelectionRange(self._instances.index(first_row), self._instances.index(last_row)))
        self._is_applying = True
        self.selectionModel().select(selection, QItemSelectionModel.SelectionFlag.ClearAndSelect)
        if rows and self.currentIndex().row() not in rows:
            first = self._instances.index(rows[0])
            self.selectionModel().setCurrentIndex(first, QItemSelectionModel.SelectionFlag.NoUpdate)
            self.scrollTo(first)
        self._is_applying = False

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Keep a click on an eye from changing the selection."""
        instance_id = self._eye_at(event)
        if instance_id is not None:
            self.eye_clicked.emit(instance_id)
            event.accept()
        else:
            super().mousePressEvent(event)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """Take the second of two quick clicks on an eye as a click."""
        if self._eye_at(event) is not None:
            self.mousePressEvent(event)
        else:
            super().mouseDoubleClickEvent(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Tell about the keys that delete where no action of the window has taken them."""
        if self._keys.holder(key_of(event)) in ("delete", "delete_vertex"):
            self.delete_pressed.emit()
            event.accept()
        else:
            super().keyPressEvent(event)

    def _eye_at(self, event: QMouseEvent) -> InstanceId | None:
        place = event.position().toPoint()
        index = self.indexAt(place)
        if event.button() != Qt.MouseButton.LeftButton or not index.isValid():
            return None
        is_on_eye = eye_rect(self.visualRect(index)).adjusted(-6, -6, 6, 6).contains(place)
        return self._instances.instance_at(index.row()).id if is_on_eye else None

    def _tell_workspace(self) -> None:
        if not self._is_applying:
            self._workspace.select(self._ids(self.selectionModel().selection()))

    def _ids(self, selection: QItemSelection) -> Iterable[InstanceId]:
        parts = (selection.at(number) for number in range(selection.count()))
        rows = (row for part in parts for row in range(part.top(), part.bottom() + 1))
        return [self._instances.instance_at(row).id for row in rows]
