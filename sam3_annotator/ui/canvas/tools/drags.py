"""What the select tool can be in the middle of: moving a vertex, moving an instance, drawing a band."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QPainter

from sam3_annotator.project import InstanceId, Region, insert_vertex, move_vertex
from sam3_annotator.ui.canvas.hit_test import EdgeHit, VertexHit
from sam3_annotator.ui.canvas.marks import paint_band, paint_hovered_handle
from sam3_annotator.ui.canvas.scene import CanvasInstance
from sam3_annotator.ui.canvas.shifting import kept_shift
from sam3_annotator.ui.canvas.tools.base import ToolEvent, ToolHost, clamped


class Drag(Protocol):
    """A drag from press to release."""

    def move(self, event: ToolEvent) -> None:
        """Follow the cursor."""
        ...

    def finish(self) -> None:
        """Take effect."""
        ...

    def paint(self, painter: QPainter) -> None:
        """Paint what would be the effect now, in canvas pixels."""
        ...


@dataclass(slots=True)
class VertexDrag:
    """A vertex of `region` follows the cursor; with `is_new` it has just been added."""

    host: ToolHost
    instance: CanvasInstance
    region: Region
    vertex: VertexHit
    is_new: bool = False
    has_moved: bool = False

    def move(self, event: ToolEvent) -> None:
        """Put the vertex under the cursor, within the image."""
        vertex = self.vertex
        x, y = clamped(event.x, event.y, self.host.image_size)
        indices = vertex.polygon_index, vertex.ring_index, vertex.vertex_index
        self.region = move_vertex(self.region, *indices, x, y)
        self.vertex = VertexHit(*indices, x, y)
        self.has_moved = True

    def finish(self) -> None:
        """Announce the region; a vertex that was neither added nor moved changes nothing."""
        if self.is_new or self.has_moved:
            label = "Add vertex" if self.is_new else "Move vertex"
            self.host.finish_edit(self.instance.id, self.region, label)

    def paint(self, painter: QPainter) -> None:
        """Paint the region and the handle in the hand."""
        self.host.paint_region(painter, self.region, self.instance.color)
        paint_hovered_handle(painter, QPointF(*self.host.view.to_canvas(self.vertex.x, self.vertex.y)))


def new_vertex_drag(host: ToolHost, instance: CanvasInstance, edge: EdgeHit) -> VertexDrag:
    """Add a vertex on an edge and take it in the hand."""
    region = insert_vertex(instance.region, edge.polygon_index, edge.ring_index, edge.after_index, edge.x, edge.y)
    vertex = VertexHit(edge.polygon_index, edge.ring_index, edge.after_index + 1, edge.x, edge.y)
    return VertexDrag(host, instance, region, vertex, is_new=True)


class MoveDrag:
    """An instance follows the cursor by whole pixels, so that its mask stays what it is, and within the image."""

    def __init__(self, host: ToolHost, instance: CanvasInstance, x: float, y: float) -> None:
        self._host, self._instance = host, instance
        self._start = x, y
        self._shift = 0, 0
        self.region = instance.region

    def move(self, event: ToolEvent) -> None:
        """Move by the way of the cursor; what lies in the image stays in it."""
        way = event.x - self._start[0], event.y - self._start[1]
        self._shift = kept_shift(way, self._instance.region.box_xyxy, self._host.image_size)
        self.region = self._instance.region.translated(*self._shift)

    def finish(self) -> None:
        """Announce the region, if it has moved at all."""
        if self._shift != (0, 0):
            self._host.finish_edit(self._instance.id, self.region, "Move instance")

    def paint(self, painter: QPainter) -> None:
        """Paint the region where it is now."""
        self._host.paint_region(painter, self.region, self._instance.color)


class BandDrag:
    """A band from corner to corner; what lies wholly in it is selected, besides `kept`."""

    def __init__(self, host: ToolHost, event: ToolEvent, kept: frozenset[InstanceId]) -> None:
        self._host, self._kept = host, kept
        self._start = self._end = event.x, event.y

    def move(self, event: ToolEvent) -> None:
        """Draw the band to the cursor."""
        self._end = event.x, event.y

    def finish(self) -> None:
        """Select."""
        (x0, y0), (x1, y1) = self._start, self._end
        inside = self._host.scene.inside((min(x0, x1), min(y0, y1), max(x0, x1), max(y0, y1)))
        self._host.request_selection(self._kept.union(inside))

    def paint(self, painter: QPainter) -> None:
        """Paint the band."""
        start, end = (QPointF(*self._host.view.to_canvas(*corner)) for corner in (self._start, self._end))
        paint_band(painter, QRectF(start, end).normalized())
