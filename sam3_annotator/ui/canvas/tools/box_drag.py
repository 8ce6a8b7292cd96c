"""What tools have in common whose hand drags a box: the drag, its guides, and the click that it may turn out to be."""

from __future__ import annotations

from typing import ClassVar

from PySide6.QtCore import QLineF, QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen

from sam3_annotator.ui.canvas.hit_test import BoxXyxy
from sam3_annotator.ui.canvas.tools.base import Tool, ToolEvent, clamped

# A smaller box on the canvas, in device-independent pixels, was meant as a click.
MIN_SIDE = 4.0


class BoxDragTool(Tool):
    """Drag from corner to corner; the box ends at the image's border.

    A subclass says which `buttons` begin a box, takes it by `_finish_box`, and paints it by `_paint_box`.
    """

    cursor = Qt.CursorShape.CrossCursor
    buttons: ClassVar[tuple[Qt.MouseButton, ...]] = (Qt.MouseButton.LeftButton,)

    _pressed: ToolEvent | None = None
    _start: tuple[float, float] = (0.0, 0.0)
    _end: tuple[float, float] = (0.0, 0.0)
    _cursor_at: QPointF | None = None

    def _finish_box(self, box_xyxy: BoxXyxy) -> None:
        """Take a box in image pixels."""
        raise NotImplementedError

    def _finish_click(self, pressed: ToolEvent) -> None:
        """Take a press that became no box."""

    def _paint_box(self, painter: QPainter, box: QRectF, room: QRectF) -> None:
        """Paint the box that is being drawn, in canvas pixels, of which `room` is all there are."""
        raise NotImplementedError

    @property
    def is_busy(self) -> bool:
        """A box is being drawn."""
        return self._pressed is not None

    def press(self, event: ToolEvent) -> None:
        """Begin a box; another button than the one that holds one changes nothing."""
        if event.button in self.buttons and (self._pressed is None or self._pressed.button is event.button):
            self._pressed = event
            self._start = self._end = clamped(event.x, event.y, self.host.image_size)
            self.host.refresh()

    def drag(self, event: ToolEvent) -> None:
        """Draw the box to the cursor."""
        self._cursor_at = event.at
        self._end = clamped(event.x, event.y, self.host.image_size)
        self.host.refresh()

    def release(self, event: ToolEvent) -> None:
        """Take the box, unless it is too small to be one."""
        pressed = self._pressed
        if pressed is None or event.button is not pressed.button:
            return
        self.drag(event)
        box = self._box_xyxy()
        self.cancel()
        zoom = self.host.view.zoom
        sides = (box[2] - box[0]) * zoom, (box[3] - box[1]) * zoom
        if min(sides) >= MIN_SIDE:
            self._finish_box(box)
        elif max(sides) < MIN_SIDE:
            self._finish_click(pressed)

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
        self._pressed = None
        self.host.refresh()

    def paint(self, painter: QPainter, room: QRectF) -> None:
        """Paint the box as it would be now, or lines through the cursor that help to find the corner."""
        if self._pressed is not None:
            x0, y0, x1, y1 = self.host.view.box_to_canvas(self._box_xyxy())
            self._paint_box(painter, QRectF(x0, y0, x1 - x0, y1 - y0), room)
        elif self._cursor_at is not None:
            _paint_guides(painter, self._cursor_at, room)

    def _box_xyxy(self) -> BoxXyxy:
        (x0, y0), (x1, y1) = self._start, self._end
        return min(x0, x1), min(y0, y1), max(x0, x1), max(y0, y1)


def _paint_guides(painter: QPainter, at: QPointF, room: QRectF) -> None:
    lines = [
        QLineF(room.left(), at.y(), room.right(), at.y()),
        QLineF(at.x(), room.top(), at.x(), room.bottom()),
    ]
    for color, width in ((QColor(0, 0, 0, 70), 2.0), (QColor(255, 255, 255, 150), 1.0)):
        painter.setPen(QPen(color, width))
        painter.drawLines(lines)
