"""The open proposals of the shown image as a list model, best first, that follows a review row by row."""

from __future__ import annotations

from collections.abc import Sequence
from enum import IntEnum
from typing import Any

from PySide6.QtCore import QAbstractListModel, QModelIndex, QObject, QPersistentModelIndex, Qt

from sam3_annotator.project import Region
from sam3_annotator.ui.canvas.hit_test import BoxXyxy
from sam3_annotator.ui.canvas.proposals import Proposal
from sam3_annotator.ui.item_models.runs import runs
from sam3_annotator.ui.plain_tip import plain_tip

Index = QModelIndex | QPersistentModelIndex
NO_PARENT = QModelIndex()


class ProposalRole(IntEnum):
    """What the model tells beyond Qt's own roles."""

    PROPOSAL = Qt.ItemDataRole.UserRole + 1  # Proposal
    SIZE = Qt.ItemDataRole.UserRole + 2  # width and height of its region, in words; with a category, its score before


class ProposalModel(QAbstractListModel):
    """One row per open proposal, in the order they are given.

    A proposal is told from others by being the very object: one found again at another threshold is not made anew.
    """

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._proposals: list[Proposal] = []

    def rowCount(self, parent: Index = NO_PARENT) -> int:
        """Give the number of open proposals."""
        return 0 if parent.isValid() else len(self._proposals)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:  # noqa: ANN401 - Qt's
        """Give the category of its own or else the score, the tooltip, what is to be read out, or a `ProposalRole`."""
        if not index.isValid():
            return None
        proposal = self._proposals[index.row()]
        match role:
            case Qt.ItemDataRole.DisplayRole:
                return _score_words(proposal) if proposal.copy_of is None else proposal.copy_of.category_name
            case Qt.ItemDataRole.ToolTipRole:
                return plain_tip(_tooltip(proposal))
            case Qt.ItemDataRole.AccessibleTextRole:
                width, height = _size(proposal.region)
                name = [] if proposal.copy_of is None else [proposal.copy_of.category_name]
                return ", ".join([*name, _score_words(proposal), f"{width} by {height} pixels"])
            case ProposalRole.PROPOSAL:
                return proposal
            case ProposalRole.SIZE:
                score = "" if proposal.copy_of is None else f"{_score_words(proposal)}, "
                return score + _size_words(proposal.region)
        return None

    def proposal_at(self, row: int) -> Proposal:
        """Give the proposal of a row."""
        return self._proposals[row]

    def row_of(self, box_xyxy: BoxXyxy) -> int:
        """Give the row of the proposal with this box, -1 if it is not open."""
        return next((row for row, each in enumerate(self._proposals) if each.box_xyxy == box_xyxy), -1)

    def show(self, proposals: Sequence[Proposal]) -> None:
        """Have these rows; those that stay keep their selection and place, and only what differs is announced."""
        wanted = {id(proposal) for proposal in proposals}
        self._remove([row for row, each in enumerate(self._proposals) if id(each) not in wanted])
        stayed = [id(proposal) for proposal in self._proposals]
        known = frozenset(stayed)
        if [id(proposal) for proposal in proposals if id(proposal) in known] != stayed:
            self.beginResetModel()
            self._proposals = list(proposals)
            self.endResetModel()
            return
        new = [row for row, proposal in enumerate(proposals) if id(proposal) not in known]
        for first, last in runs(new):  # from the top, so that each row is already where it belongs
            self.beginInsertRows(NO_PARENT, first, last)
            self._proposals[first:first] = proposals[first : last + 1]
            self.endInsertRows()

    def _remove(self, rows: Sequence[int]) -> None:
        for first, last in reversed(runs(rows)):
            self.beginRemoveRows(NO_PARENT, first, last)
            del self._proposals[first : last + 1]
            self.endRemoveRows()


def _score_words(proposal: Proposal) -> str:
    return f"{proposal.score:.2f}"


def _size(region: Region) -> tuple[int, int]:
    x0, y0, x1, y1 = region.box_xyxy
    return round(x1 - x0), round(y1 - y0)


def _size_words(region: Region) -> str:
    width, height = _size(region)
    return f"{width} × {height} px"  # noqa: RUF001 - the sign meant


def _tooltip(proposal: Proposal) -> str:
    lines = [
        f"score {_score_words(proposal)}",
        f"{_size_words(proposal.region)}, {proposal.region.area:,.0f} px²",
    ]
    if proposal.model:
        lines.append(f"found with {proposal.model}")
    if proposal.copy_of is not None:
        lines.insert(0, proposal.copy_of.category_name)
    return "\n".join(lines)
