"""A drag around the object becomes a box prompt."""

from __future__ import annotations

from PySide6.QtCore import QLineF, QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen

from sam3_annotator.model import BoxPrompt
from sam3_annotator.ui.canvas.marks import paint_box_prompt
from sam3_annotator.ui.canvas.tools.base import Tool, ToolEvent, clamped

# A smaller box on the canvas, in device-independent pixels, was meant as a click.
MIN_SIDE = 4.0


class BoxTool(Tool):
    """Drag from corner to corner; the box ends at the image's border."""

    name = "box"
    cursor = Qt.CursorShape.CrossCursor

    _start: tuple[float, float] | None = None
    _end: tuple[float, float] = (0.0, 0.0)
    _cursor_at: QPointF | None = None

    @property
    def is_busy(self) -> bool:
        """A box is being drawn."""
        return self._start is not None

    def press(self, event: ToolEvent) -> None:
        """Begin a box with the left button."""
        if event.button is Qt.MouseButton.LeftButton:
            self._start = self._end = clamped(event.x, event.y, self.host.image_size)
            self.host.refresh()

    def drag(self, event: ToolEvent) -> None:
        """Draw the box to the cursor."""
        self._cursor_at = event.at
        if self._start is not None:
            self._end = clamped(event.x, event.y, self.host.image_size)
        self.host.refresh()

    def release(self, event: ToolEvent) -> None:
        """Give the prompt, unless the box is too small to be one."""
        if self._start is None or event.button is not Qt.MouseButton.LeftButton:
            return
        self.drag(event)
        box = self._box_xyxy()
        self.cancel()
        side = min(box[2] - box[0], box[3] - box[1])
        if side * self.host.view.zoom >= MIN_SIDE:
            self.host.add_prompt(BoxPrompt(*box))

    def hover(self, event: ToolEvent) -> None:
        """Let the guides follow the cursor."""
        self._cursor_at = event.at
        self.host.refresh()

    def leave(self) -> None:
        """Take the guides away."""
        self._cursor_at = None
        self.host.refresh()

    def cancel(self) -> None:
        """Drop the box."""
        self._start = None
        self.host.refresh()

    def paint(self, painter: QPainter, room: QRectF) -> None:
        """Paint the box as it would be now, or lines through the cursor that help to find the corner."""
        if self._start is not None:
            x0, y0, x1, y1 = self.host.view.box_to_canvas(self._box_xyxy())
            paint_box_prompt(painter, QRectF(x0, y0, x1 - x0, y1 - y0), is_growing=True)
        elif self._cursor_at is not None:
            at = self._cursor_at
            lines = [
                QLineF(room.left(), at.y(), room.right(), at.y()),
                QLineF(at.x(), room.top(), at.x(), room.bottom()),
            ]
            for color, width in ((QColor(0, 0, 0, 70), 2.0), (QColor(255, 255, 255, 150), 1.0)):
                painter.setPen(QPen(color, width))
                painter.drawLines(lines)

    def _box_xyxy(self) -> tuple[float, float, float, float]:
        assert self._start is not None
        (x0, y0), (x1, y1) = self._start, self._end
        return min(x0, x1), min(y0, y1), max(x0, x1), max(y0, y1)
