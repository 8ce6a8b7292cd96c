"""Paints an instance, and erases from it, with a round brush."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QPainter

from sam3_annotator.ui.canvas.marks import paint_brush
from sam3_annotator.ui.canvas.tools.base import Tool, ToolEvent, ToolHost
from sam3_annotator.ui.canvas.tools.stroke import Stroke

_BUTTONS = (Qt.MouseButton.LeftButton, Qt.MouseButton.RightButton)
_ERASING = Qt.KeyboardModifier.AltModifier | Qt.KeyboardModifier.ControlModifier


class BrushTool(Tool):
    """Left adds to the selected instance, or makes a new one; right, or Alt or Ctrl with left, takes away.

    With Shift, a straight stroke comes from the end of the one before.
    """

    name = "brush"
    cursor = Qt.CursorShape.CrossCursor

    def __init__(self, host: ToolHost) -> None:
        super().__init__(host)
        self._stroke: Stroke | None = None
        self._button = Qt.MouseButton.NoButton
        self._cursor_at: QPointF | None = None
        self._would_add = True
        self._last_end: tuple[float, float] | None = None

    @property
    def is_busy(self) -> bool:
        """A stroke is under way."""
        return self._stroke is not None

    def hover(self, event: ToolEvent) -> None:
        """Let the brush follow the cursor, and end a stroke whose button came up unseen."""
        self._finish()
        self._would_add = not event.modifiers & _ERASING
        self._follow(event)

    def leave(self) -> None:
        """Take the brush off the canvas."""
        self._cursor_at = None
        self.host.refresh()

    def reset(self) -> None:
        """Show whether the brush can paint what is selected now."""
        self._show_cursor()

    def press(self, event: ToolEvent) -> None:
        """Begin a stroke, or say why there can be none; another button during one changes nothing."""
        if event.button not in _BUTTONS or (self._stroke is not None and event.button is not self._button):
            return
        self._finish()
        adds = event.button is Qt.MouseButton.LeftButton and not event.modifiers & _ERASING
        self._would_add = adds
        if refusal := self._refusal(adds):
            self.host.brush.refused.emit(refusal)
        else:
            way = [(event.x, event.y)]
            if event.has(Qt.KeyboardModifier.ShiftModifier) and self._last_end is not None:
                way.insert(0, self._last_end)
            instance = self.host.scene.only_selected
            self._stroke, self._button = Stroke(self.host, instance, way, adds=adds), event.button
            self.host.lift([] if instance is None else [instance.id])
        self._follow(event)

    def drag(self, event: ToolEvent) -> None:
        """Go on with the stroke; its button may have come up unseen while another one is down."""
        if not event.buttons & self._button:
            self._finish()
        elif self._stroke is not None:
            self._stroke.move(event.x, event.y)
        self._follow(event)

    def release(self, event: ToolEvent) -> None:
        """Let the stroke take effect."""
        if self._stroke is not None and event.button is self._button:
            self._stroke.move(event.x, event.y)
            self._finish()
            self._follow(event)

    def cancel(self) -> None:
        """Drop the stroke; the next one has none before it."""
        self._last_end = self._cursor_at = None
        self._end_stroke()
        self.host.set_tool_cursor(self.cursor)

    def paint(self, painter: QPainter, room: QRectF) -> None:
        """Paint the stroke, and the brush as large as it is."""
        if self._stroke is not None:
            self._stroke.paint(painter, room)
        at = self._cursor_at
        if at is not None and (self._stroke is not None or not self._refusal(self._would_add)):
            brush = self.host.brush
            radius = brush.radius_on(self.host.image_size) if self._stroke is None else self._stroke.radius
            adds = self._would_add if self._stroke is None else self._stroke.adds
            paint_brush(painter, at, radius * self.host.view.zoom, adds=adds)

    def _finish(self) -> None:
        stroke = self._stroke
        self._end_stroke()
        if stroke is not None:
            self._last_end = stroke.end
            stroke.finish()

    def _end_stroke(self) -> None:
        if self._stroke is not None:
            self._stroke, self._button = None, Qt.MouseButton.NoButton
            self.host.lift([])
            self.host.refresh()

    def _follow(self, event: ToolEvent) -> None:
        self._cursor_at = event.at
        self._show_cursor()
        self.host.refresh()

    def _show_cursor(self) -> None:
        """Show the brush in place of a cursor; the forbidding one where it cannot paint."""
        if self._cursor_at is None:
            return
        is_refused = self._stroke is None and bool(self._refusal(self._would_add))
        shape = Qt.CursorShape.ForbiddenCursor if is_refused else Qt.CursorShape.BlankCursor
        self.host.set_tool_cursor(shape)

    def _refusal(self, adds: bool) -> str:
        """Say why there can be no stroke; "" if there can."""
        scene = self.host.scene
        if self.host.has_draft:
            return "Accept the draft with Enter, or drop it with Esc, then paint."
        count = len(scene.selection)
        if count > 1:
            return f"Select one instance to paint: {count} are selected."
        if count == 1 and scene.only_selected is None:
            return "The selected instance is hidden. Show it, then paint."
        return "" if adds or count else "Select the instance to erase from first."
