"""A drag around the object becomes a box prompt."""

from __future__ import annotations

from PySide6.QtCore import QRectF
from PySide6.QtGui import QPainter

from sam3_annotator.model import BoxPrompt
from sam3_annotator.ui.canvas.hit_test import BoxXyxy
from sam3_annotator.ui.canvas.marks import paint_box_prompt
from sam3_annotator.ui.canvas.tools.box_drag import BoxDragTool


class BoxTool(BoxDragTool):
    """Drag a box around the object with the left button."""

    name = "box"

    def _finish_box(self, box_xyxy: BoxXyxy) -> None:
        self.host.add_prompt(BoxPrompt(*box_xyxy))

    def _paint_box(self, painter: QPainter, box: QRectF, room: QRectF) -> None:
        del room
        paint_box_prompt(painter, box, is_growing=True)
