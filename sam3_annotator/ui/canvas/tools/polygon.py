"""Clicks and freehand drags become the vertices of a polygon."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import numpy as np
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QPainter

from sam3_annotator.project import simplify_line
from sam3_annotator.ui.canvas.marks import paint_handles, paint_hovered_handle, paint_snap
from sam3_annotator.ui.canvas.outlines import NO_VERTICES, Floats
from sam3_annotator.ui.canvas.polygon_drawing import MIN_VERTICES
from sam3_annotator.ui.canvas.snapping import snapped_way, turned
from sam3_annotator.ui.canvas.tools.base import PICK_DISTANCE, Tool, ToolEvent, ToolHost, clamped

# Device-independent pixels: a drag that ends nearer was a click of an unsteady hand.
FREEHAND_THRESHOLD = 8.0
# What a freehand line may lose, and how far apart vertices are that are told apart, on the screen.
DEVIATION, SAME_PLACE = 1.0, 1.0


@dataclass(frozen=True, slots=True, eq=False)
class Aim:
    """What a click would do: add the vertices `way` `(N, 2)`, and close the ring."""

    way: Floats
    closes: bool = False
    snaps: bool = False


class PolygonTool(Tool):
    """A click adds a vertex, a drag all along the way of the hand; the right button takes the last of either back.

    A click on the first vertex or a double click closes the ring. With Ctrl held a vertex snaps to what is there, and
    follows a ring from vertex to vertex; with Shift held edges run in steps of 45 degrees. The polygon itself belongs
    to the canvas: it outlives the tool, and goes on when the tool is taken again.
    """

    name = "polygon"
    cursor = Qt.CursorShape.CrossCursor
    draws_polygons = True

    def __init__(self, host: ToolHost) -> None:
        super().__init__(host)
        self._cursor: ToolEvent | None = None
        self._aim: Aim | None = None
        self._pressed: tuple[ToolEvent, Aim] | None = None
        self._trail: list[tuple[float, float]] = []
        self._reach = 0.0  # how far the hand has been from where it pressed, on the screen
        self._closes = False
        self._zoom = 0.0  # the largest of the drag: as fine as that is what the hand has seen

    @property
    def is_busy(self) -> bool:
        """The left button is down."""
        return self._pressed is not None

    def press(self, event: ToolEvent) -> None:
        """Begin what becomes a click or a freehand drag; close at a double click, whose first has added its vertex."""
        if event.button is Qt.MouseButton.RightButton and not self.is_busy:
            self.host.polygon.step_back()
        if event.button is not Qt.MouseButton.LeftButton or self.is_busy:
            return
        if event.is_double:
            self.host.close_polygon()
            return
        self.hover(event)
        assert self._aim is not None
        self._pressed = event, self._aim
        self._trail = [clamped(event.x, event.y, self.host.image_size)]
        self._reach, self._zoom = 0.0, self.host.view.zoom

    def drag(self, event: ToolEvent) -> None:
        """Note the way of the hand."""
        if self._pressed is None:
            return
        self._cursor = event
        self._trail.append(clamped(event.x, event.y, self.host.image_size))
        self._reach = max(self._reach, _distance(event.at, self._pressed[0].at))
        self._zoom = max(self._zoom, self.host.view.zoom)
        self._show_closing(self._is_freehand and self._ends_at_first(event))
        self.host.refresh()

    @property
    def _is_freehand(self) -> bool:
        return self._pressed is not None and not self._pressed[1].closes and self._reach >= FREEHAND_THRESHOLD

    def _ends_at_first(self, event: ToolEvent) -> bool:
        """Tell whether the hand, having been elsewhere, is back at the first vertex."""
        assert self._pressed is not None
        begun = [self._pressed[1].way, np.array(self._trail)]
        first = np.concatenate([self.host.polygon.vertices[:1], *begun])[0]
        way = np.hypot(*(begun[1] - first).T) * self.host.view.zoom
        return bool(way.max() > PICK_DISTANCE >= _distance(event.at, self._on_canvas(first)))

    def release(self, event: ToolEvent) -> None:
        """Add what the click or the drag gives, and close the ring if it ends at its first vertex."""
        if self._pressed is None or event.button is not Qt.MouseButton.LeftButton:
            return
        self.drag(event)
        polygon, aim = self.host.polygon, self._pressed[1]
        closes, vertices = aim.closes, aim.way
        if self._is_freehand:
            trail = simplify_line(np.concatenate((aim.way[-1:], self._trail[1:])), DEVIATION / self._zoom)
            vertices = np.concatenate((aim.way[:-1], trail))
            closes = self._ends_at_first(event) and polygon.vertex_count + len(vertices) > MIN_VERTICES
        self.cancel()
        if closes:  # what is added ends at the first vertex, which is there
            self._add(vertices[:-1])
            self.host.close_polygon()
        else:
            self._add(vertices)
        self.hover(event)

    def _add(self, vertices: Floats) -> None:
        polygon = self.host.polygon
        if not polygon.is_open:
            # The keys are about the polygon now: nothing else is to look as if they were about it.
            self.host.request_selection(())
        elif len(vertices) == 1 and np.hypot(*(polygon.vertices[-1] - vertices[0])) * self._zoom < SAME_PLACE:
            return
        polygon.add(vertices)

    def hover(self, event: ToolEvent) -> None:
        """Show what a click would do."""
        self._cursor = event
        self._aim = self._aim_at(event)
        self._show_closing(self._aim.closes)
        self.host.refresh()

    def leave(self) -> None:
        """Show what is drawn, and no more."""
        self._cursor = self._aim = None
        self._show_closing(False)
        self.host.refresh()

    def cancel(self) -> None:
        """End a click or a freehand drag without effect; what was drawn before stays."""
        self._pressed = None
        self._trail = []
        self._show_closing(False)
        self.host.refresh()

    def reset(self) -> None:
        """Aim anew, since view, polygon or instances are others; nothing snaps before the cursor moves again."""
        if self._cursor is not None and not self.is_busy:
            x, y = self.host.view.to_image(self._cursor.at.x(), self._cursor.at.y())
            self._cursor = replace(self._cursor, x=x, y=y, modifiers=Qt.KeyboardModifier.NoModifier)
            self._aim = self._aim_at(self._cursor)
            self._show_closing(self._aim.closes)

    def _aim_at(self, event: ToolEvent) -> Aim:
        polygon, size = self.host.polygon, self.host.image_size
        x, y = clamped(event.x, event.y, size)
        last = polygon.vertices[-1] if polygon.is_open else None
        closes = polygon.can_close and _distance(event.at, self._on_canvas(polygon.vertices[0])) <= PICK_DISTANCE
        if closes:
            x, y = polygon.vertices[0].tolist()
        if event.has(Qt.KeyboardModifier.ControlModifier):
            reach = 0.0 if closes else PICK_DISTANCE / self.host.view.zoom
            way = snapped_way(self.host.scene, size, x, y, reach, last)
            if way is not None:
                return Aim(way, closes, snaps=True)
        elif event.has(Qt.KeyboardModifier.ShiftModifier) and last is not None and not closes:
            x, y = turned(last, x, y, size)
        return Aim(np.array([(x, y)]), closes)

    def _on_canvas(self, vertex: Floats) -> QPointF:
        return QPointF(*self.host.view.to_canvas(*vertex.tolist()))

    def _show_closing(self, closes: bool) -> None:
        self.host.set_tool_cursor(Qt.CursorShape.PointingHandCursor if closes else self.cursor)
        self._closes = closes

    @property
    def _hand(self) -> Floats:
        """The vertices that the hand would add, as the button is now."""
        if self._pressed is None:
            return self._aim.way if self._aim is not None and self.host.polygon.is_open else NO_VERTICES
        way = self._pressed[1].way
        return np.concatenate((way, self._trail[1:])) if self._is_freehand else way

    def paint(self, painter: QPainter, room: QRectF) -> None:
        """Paint the polygon, what the hand would add, and where it would snap or close."""
        vertices, hand = self.host.polygon.vertices, self._hand
        self.host.paint_polygon(painter, hand, room)
        first = next(iter((*vertices[:1], *hand[:1])), None)
        if first is not None and self._pressed is not None and not len(vertices):
            paint_handles(painter, [np.array([self._on_canvas(first).toTuple()])], room)
        if first is not None and self._closes:
            paint_hovered_handle(painter, self._on_canvas(first))
        if self._aim is not None and self._aim.snaps and len(self._aim.way):
            paint_snap(painter, self._on_canvas(self._aim.way[-1]))


def _distance(a: QPointF, b: QPointF) -> float:
    """Give the way from one point of the canvas to another."""
    return math.hypot(a.x() - b.x(), a.y() - b.y())
