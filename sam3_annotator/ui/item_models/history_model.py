"""The states of the project that can be gone to, as a list model, the newest first."""

from __future__ import annotations

from enum import IntEnum
from typing import Any, Final

from PySide6.QtCore import QAbstractListModel, QModelIndex, QObject, QPersistentModelIndex, Qt

from sam3_annotator.project import ChangeKind, ChangeSet, KnownError, ListedStep, ProjectStore, StepCounts, counted
from sam3_annotator.ui.plain_tip import plain_tip

Index = QModelIndex | QPersistentModelIndex
NO_PARENT = QModelIndex()
FIRST_STATE: Final = "Before all of these steps"
# Steps read at once: what a tall list shows, and some more.
_PAGE: Final = 64
# Rows that a view gets at once, beyond the state that the project is in. It lays all of them out after each step, which
# with thousands takes longer than the step.
_ROWS_AT_ONCE: Final = 256


class HistoryRole(IntEnum):
    """What the model tells beyond Qt's own roles."""

    IMAGE = Qt.ItemDataRole.UserRole + 1  # str, the path of the image the step was on; "" without one
    IS_NOW = Qt.ItemDataRole.UserRole + 2  # bool
    IS_UNDONE = Qt.ItemDataRole.UserRole + 3  # bool


class HistoryModel(QAbstractListModel):
    """One row per step, for the state after it: what is undone on top, the step done last, those before it.

    The last row stands for the state before all steps. Older rows come where a view goes on to them, and what steps did
    is read page by page.
    """

    def __init__(self, store: ProjectStore, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._store = store
        self._counts = StepCounts(0, 0)
        self._row_count = 0
        self._read: dict[int, ListedStep] = {}  # by row

    def rowCount(self, parent: Index = NO_PARENT) -> int:
        """Give the number of states so far; none where there are no steps."""
        return 0 if parent.isValid() else self._row_count

    def canFetchMore(self, parent: Index) -> bool:
        """Say whether there are older states."""
        return not parent.isValid() and self._row_count < self._state_count

    def fetchMore(self, parent: Index) -> None:
        """Add rows for older states."""
        if self.canFetchMore(parent):
            row_count = min(self._row_count + _ROWS_AT_ONCE, self._state_count)
            self.beginInsertRows(NO_PARENT, self._row_count, row_count - 1)
            self._row_count = row_count
            self.endInsertRows()

    @property
    def now_row(self) -> int:
        """The row of the state that the project is in."""
        return self._counts.redoable

    def steps_to(self, row: int) -> int:
        """Say how many steps have to be redone to come to the state of a row; negative: undone."""
        return self.now_row - row

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:  # noqa: ANN401 - Qt's
        """Give what the step did, the tooltip, the words for screen readers, or a `HistoryRole`."""
        if not index.isValid():
            return None
        row = index.row()
        match role:
            case Qt.ItemDataRole.DisplayRole:
                return self._step(row).label
            case Qt.ItemDataRole.ToolTipRole:
                return plain_tip("\n".join(filter(None, (self._step(row).label, self._image(row), self._way(row)))))
            case Qt.ItemDataRole.AccessibleTextRole:
                return ", ".join(filter(None, (self._step(row).label, self._image(row), self._condition(row))))
            case HistoryRole.IMAGE:
                return self._image(row)
            case HistoryRole.IS_NOW:
                return row == self.now_row
            case HistoryRole.IS_UNDONE:
                return row < self.now_row
        return None

    def read_anew(self, least_rows: int = 0) -> None:
        """Forget what was read, as after another program's or an unknown change; gives `least_rows` where there are."""
        self.beginResetModel()
        self._counts = self._store.step_counts()
        self._row_count = min(max(self.now_row + _ROWS_AT_ONCE, least_rows), self._state_count)
        self._read.clear()
        self.endResetModel()

    def follow(self, changes: ChangeSet) -> None:
        """Bring the rows in line with what was changed."""
        if changes.kind is ChangeKind.FACTS:
            return
        counts = self._store.step_counts()
        if changes.kind in (ChangeKind.UNDO, ChangeKind.REDO) and sum(counts) == sum(self._counts):
            # The steps are the same as before, and in the same order: only now is elsewhere.
            rows = sorted((self.now_row, counts.redoable))
            self._counts = counts
            if self.now_row + _PAGE > self._row_count:
                self.fetchMore(NO_PARENT)
            self.dataChanged.emit(*(self.index(row) for row in rows))
        else:
            # Who looks for a state stays there while other work goes on.
            self.read_anew(self._row_count if changes.kind is ChangeKind.BACKGROUND else 0)

    @property
    def _state_count(self) -> int:
        steps = sum(self._counts)
        return steps + 1 if steps else 0

    def _condition(self, row: int) -> str:
        if row == self.now_row:
            return "now"
        return "undone" if row < self.now_row else ""

    def _way(self, row: int) -> str:
        steps = self.steps_to(row)
        if not steps:
            return "The project is in this state"
        return f"Click to {'redo' if steps > 0 else 'undo'} {counted(abs(steps), 'step')}"

    def _image(self, row: int) -> str:
        image_id = self._step(row).image_id
        if image_id is None:
            return ""
        try:
            return self._store.image(image_id).path
        except KeyError:  # it is not in the project now
            return ""

    def _step(self, row: int) -> ListedStep:
        if row == sum(self._counts):
            return ListedStep(FIRST_STATE, None)
        if row not in self._read:
            start = row - row % _PAGE
            self._read.update(enumerate(self._page(start, min(start + _PAGE, sum(self._counts))), start))
        return self._read[row]

    def _page(self, start: int, stop: int) -> list[ListedStep]:
        now = self.now_row
        try:
            undone = self._store.redoable_steps(now - min(stop, now), now - min(start, now))
            return undone[::-1] + self._store.undoable_steps(max(start, now) - now, max(stop, now) - now)
        except KnownError:  # who goes there is told why not
            return [ListedStep("A step that cannot be read", None)] * (stop - start)
