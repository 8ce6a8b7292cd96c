"""A drag around an example of what is looked for, or of what is not, becomes an exemplar."""

from __future__ import annotations

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QPainter

from sam3_annotator.model import Exemplar
from sam3_annotator.ui.canvas.hit_test import BoxXyxy
from sam3_annotator.ui.canvas.marks import paint_exemplar
from sam3_annotator.ui.canvas.tools.base import ToolEvent
from sam3_annotator.ui.canvas.tools.box_drag import BoxDragTool


class ExemplarTool(BoxDragTool):
    """Drag with left for a positive exemplar, with right or Shift+left for a negative one; click on a proposal."""

    name = "exemplar"
    buttons = (Qt.MouseButton.LeftButton, Qt.MouseButton.RightButton)

    _is_positive = True

    def press(self, event: ToolEvent) -> None:
        """Begin a box, and note which kind of exemplar it will be."""
        super().press(event)
        if self._pressed is event:
            is_left = event.button is Qt.MouseButton.LeftButton
            self._is_positive = is_left and not event.has(Qt.KeyboardModifier.ShiftModifier)

    def hover(self, event: ToolEvent) -> None:
        """Fill the proposal that a click would take, else let the guides follow the cursor."""
        proposal = self._proposal_at(event)
        self.host.set_hovered_proposal(proposal)
        super().hover(event)
        if proposal is not None:
            self._cursor_at = None
        self.host.set_tool_cursor(self.cursor if proposal is None else Qt.CursorShape.PointingHandCursor)

    def drag(self, event: ToolEvent) -> None:
        """Draw the box to the cursor; no proposal is meant then."""
        self.host.set_hovered_proposal(None)
        self.host.set_tool_cursor(self.cursor)
        super().drag(event)

    def leave(self) -> None:
        """Take the guides away, and fill no proposal."""
        self.host.set_hovered_proposal(None)
        super().leave()

    def _finish_box(self, box_xyxy: BoxXyxy) -> None:
        self.host.add_exemplar(Exemplar(*box_xyxy, self._is_positive))

    def _finish_click(self, pressed: ToolEvent) -> None:
        proposal = self._proposal_at(pressed)
        if proposal is not None and self._is_positive:
            self.host.click_proposal(proposal)

    def _paint_box(self, painter: QPainter, box: QRectF, room: QRectF) -> None:
        paint_exemplar(painter, box, room, is_positive=self._is_positive, is_growing=True)
