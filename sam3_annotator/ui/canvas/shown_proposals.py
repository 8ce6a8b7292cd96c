"""Which proposals are on the canvas, and where; without Qt."""

from __future__ import annotations

import numpy as np

from sam3_annotator.ui.canvas import hit_test
from sam3_annotator.ui.canvas.hit_test import BoxXyxy
from sam3_annotator.ui.canvas.outlines import Bools, Ints, Outlines
from sam3_annotator.ui.canvas.proposals import Proposal, Proposals


class ShownProposals:
    """The proposals as last shown, their outlines, and the one under the cursor.

    `color` is `#rrggbb`, for those without a category of their own; `open` are those to be seen, best first; `focused`
    is the one that the keys are about. A row of `outlines` is one of the answer.
    """

    def __init__(self) -> None:
        self.proposals: Proposals | None = None
        self.color = ""
        self.open: tuple[Proposal, ...] = ()
        self.focused: Proposal | None = None
        self.hovered: Proposal | None = None
        self._answer: tuple[Proposal, ...] = ()
        self.outlines = Outlines.of(())
        self._is_open: Bools = np.zeros(0, dtype=bool)

    def show(self, proposals: Proposals | None, color: str) -> list[BoxXyxy]:
        """Take others, or None; returns the boxes in the image whose outlines need painting."""
        before = self._open_boxes()
        self.proposals, self.open = proposals, proposals.open if proposals is not None else ()
        self.focused = proposals.focused if proposals is not None else None
        answer = proposals.answer if proposals is not None else ()
        if answer is not self._answer:
            self._answer, self.outlines = answer, Outlines.of([proposal.region for proposal in answer])
        open_ids = {id(proposal) for proposal in self.open}
        self._is_open = np.array([id(proposal) in open_ids for proposal in answer], dtype=bool)
        now = self._open_boxes()
        if self.hovered is not None:
            self.turn_to(self.hovered.box_xyxy)
        either = before | now
        differing = before.keys() ^ now.keys() if color == self.color else either.keys()
        self.color = color
        return [either[key] for key in differing]

    def _open_boxes(self) -> dict[int, BoxXyxy]:
        """Give the boxes of the regions of open ones, by the identity of these."""
        rows = np.flatnonzero(self._is_open)
        boxes = self.outlines.boxes_xyxy[rows].tolist()
        return {
            id(self._answer[row]): (x0, y0, x1, y1) for row, (x0, y0, x1, y1) in zip(rows.tolist(), boxes, strict=True)
        }

    def color_of(self, proposal: Proposal) -> str:
        """Give the colour, `#rrggbb`, of the category that a proposal would get."""
        return self.color if proposal.copy_of is None else proposal.copy_of.category_color

    def color_of_row(self, row: int) -> str:
        """Give the colour of one of the answer."""
        return self.color_of(self._answer[row])

    @property
    def extent(self) -> BoxXyxy:
        """The box in the image around everything that was answered."""
        return hit_test.box_around(self.outlines.boxes_xyxy)

    def turn_to(self, box_xyxy: BoxXyxy | None) -> bool:
        """Take the open one with this box to be under the cursor, or none; False if it was already."""
        before = self.hovered
        self.hovered = next((proposal for proposal in self.open if proposal.box_xyxy == box_xyxy), None)
        return self.hovered is not before

    def at(self, x: float, y: float, distance: float) -> Proposal | None:
        """Find the smallest open one under a point, else one whose outline is within `distance` image pixels."""
        rows = hit_test.rows_at(self.outlines, self._is_open, x, y, distance)
        return self._answer[rows[0]] if rows else None

    def rows_in(self, box_xyxy: BoxXyxy) -> Ints:
        """Give the rows of open ones whose boxes touch this one, the best last: it is painted over the others."""
        return np.flatnonzero(self._is_open & self.outlines.rows_in_box(box_xyxy))[::-1]

    def wide_in(self, box_xyxy: BoxXyxy, min_width: float) -> list[tuple[Proposal, BoxXyxy]]:
        """Give the open ones that touch a box and are so wide or wider, best first, with the boxes of their regions."""
        rows = self.rows_in(box_xyxy)[::-1]
        boxes = self.outlines.boxes_xyxy[rows]
        is_wide = boxes[:, 2] - boxes[:, 0] >= min_width
        return [
            (self._answer[row], (x0, y0, x1, y1))
            for row, (x0, y0, x1, y1) in zip(rows[is_wide].tolist(), boxes[is_wide].tolist(), strict=True)
        ]
