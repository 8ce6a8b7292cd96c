"""What a check has found, as a list model."""

from __future__ import annotations

from collections.abc import Sequence
from enum import IntEnum
from typing import Any

from PySide6.QtCore import QAbstractListModel, QModelIndex, QObject, QPersistentModelIndex, Qt

from sam3_annotator.project import Finding
from sam3_annotator.ui.plain_tip import plain_tip

Index = QModelIndex | QPersistentModelIndex
NO_PARENT = QModelIndex()


class FindingRole(IntEnum):
    """What the model tells beyond Qt's own roles."""

    FINDING = Qt.ItemDataRole.UserRole + 1  # Finding


class FindingModel(QAbstractListModel):
    """One row per finding, in the order they are given."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._findings: tuple[Finding, ...] = ()

    def rowCount(self, parent: Index = NO_PARENT) -> int:
        """Give the number of findings."""
        return 0 if parent.isValid() else len(self._findings)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:  # noqa: ANN401 - Qt's
        """Give the sentence, also as tooltip, the words for screen readers, or a `FindingRole`."""
        if not index.isValid():
            return None
        finding = self._findings[index.row()]
        match role:
            case Qt.ItemDataRole.DisplayRole:
                return finding.sentence
            case Qt.ItemDataRole.ToolTipRole:
                return plain_tip(finding.sentence)
            case Qt.ItemDataRole.AccessibleTextRole:
                return f"{finding.severity}: {finding.sentence}"
            case FindingRole.FINDING:
                return finding
        return None

    @property
    def findings(self) -> tuple[Finding, ...]:
        """The rows."""
        return self._findings

    def finding_at(self, row: int) -> Finding:
        """Give the finding of a row."""
        return self._findings[row]

    def row_of(self, finding: Finding) -> int:
        """Give the row of a finding, -1 if it is none of them."""
        # What both say is compared first: it tells most apart, and quickly.
        alike = (row for row, each in enumerate(self._findings) if each.sentence == finding.sentence)
        return next((row for row in alike if self._findings[row] == finding), -1)

    def show(self, findings: Sequence[Finding]) -> None:
        """Have these rows."""
        if tuple(findings) != self._findings:
            self.beginResetModel()
            self._findings = tuple(findings)
            self.endResetModel()
