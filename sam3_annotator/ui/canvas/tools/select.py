"""Selects instances and changes them by hand: moves them, and moves, adds and deletes their vertices."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QPainter

from sam3_annotator.project import InstanceId, delete_vertex
from sam3_annotator.ui.canvas.hit_test import EdgeHit, VertexHit, edge_at, vertex_at
from sam3_annotator.ui.canvas.marks import paint_ghost_handle, paint_handles, paint_hovered_handle
from sam3_annotator.ui.canvas.scene import CanvasInstance
from sam3_annotator.ui.canvas.tools.base import (
    DRAG_THRESHOLD,
    OUTLINE_DISTANCE,
    PICK_DISTANCE,
    Tool,
    ToolEvent,
    ToolHost,
)
from sam3_annotator.ui.canvas.tools.drags import BandDrag, Drag, MoveDrag, VertexDrag, new_vertex_drag

# An edge is taken from nearer than a vertex: most of the outline must stay free for moving the instance.
EDGE_DISTANCE = 5.0
_ADDING = Qt.KeyboardModifier.ShiftModifier | Qt.KeyboardModifier.ControlModifier


class SelectTool(Tool):
    """A click takes the smallest instance under the cursor, a further click the one below it, and around again.

    The vertices of a single selected instance are its handles. A proposal is taken where no instance is.
    """

    name = "select"

    def __init__(self, host: ToolHost) -> None:
        super().__init__(host)
        self._hit: VertexHit | EdgeHit | None = None
        self._pressed: ToolEvent | None = None
        self._was_selected: InstanceId | None = None
        self._drag: Drag | None = None
        self._is_deleting = False  # a vertex has just been, and the cursor has not moved since

    @property
    def is_busy(self) -> bool:
        """A button is down or a drag under way."""
        return self._pressed is not None or self._drag is not None

    def hover(self, event: ToolEvent) -> None:
        """Highlight what a press would take."""
        self._is_deleting = False
        self._hit = self._hit_at(event)
        stack = [] if self._hit else self._stack_at(event)
        proposal = None if self._hit or stack else self._proposal_at(event)
        self.host.set_hovered(stack[0] if stack else None)
        self.host.set_hovered_proposal(proposal)
        if self._hit is not None or proposal is not None:
            self.host.set_tool_cursor(Qt.CursorShape.PointingHandCursor)
        elif self._movable_in(stack) is not None:
            self.host.set_tool_cursor(Qt.CursorShape.SizeAllCursor)
        else:
            self.host.set_tool_cursor(self.cursor)
        self.host.refresh()

    def leave(self) -> None:
        """Highlight nothing."""
        self._is_deleting = False
        self._hit = None
        self.host.set_hovered(None)
        self.host.set_hovered_proposal(None)
        self.host.refresh()

    def reset(self) -> None:
        """Forget the hovered vertex: it may not be there any more."""
        self._hit = None

    def press(self, event: ToolEvent) -> None:
        """Take a vertex, or select at once; whether it becomes a drag is seen later."""
        if event.button is not Qt.MouseButton.LeftButton:
            return
        self.hover(event)
        instance = self.host.scene.only_selected
        if instance is not None and self._hit is not None:
            self._press_outline(event, instance, self._hit)
        else:
            self._press_instances(event)

    def _press_outline(self, event: ToolEvent, instance: CanvasInstance, hit: VertexHit | EdgeHit) -> None:
        if isinstance(hit, EdgeHit):
            self._begin(new_vertex_drag(self.host, instance, hit), instance)
        elif event.has(Qt.KeyboardModifier.AltModifier):
            self.delete_hovered_vertex()
        else:
            self._pressed = event

    def _press_instances(self, event: ToolEvent) -> None:
        self._pressed = event
        stack = self._stack_at(event)
        selection = self.host.scene.selection
        self._was_selected = next((id_ for id_ in stack if id_ in selection), None)
        if event.modifiers & _ADDING:
            if stack:
                self.host.request_selection(selection ^ {stack[0]})
                self._pressed = None
        elif self._was_selected is None:
            self.host.request_selection(stack[:1])

    def drag(self, event: ToolEvent) -> None:
        """Begin a drag once the cursor has gone far enough, then follow it."""
        if self._pressed is not None and self._has_gone_far(event):
            self._begin_drag(self._pressed)
        if self._drag is not None:
            self._drag.move(event)
            self.host.refresh()

    def _has_gone_far(self, event: ToolEvent) -> bool:
        assert self._pressed is not None
        return (event.at - self._pressed.at).manhattanLength() >= DRAG_THRESHOLD

    def _begin_drag(self, pressed: ToolEvent) -> None:
        instance = self.host.scene.only_selected
        if instance is not None and isinstance(self._hit, VertexHit):
            self._begin(VertexDrag(self.host, instance, instance.region, self._hit), instance)
        elif instance is not None and instance.id == self._was_selected:
            self._begin(MoveDrag(self.host, instance, pressed.x, pressed.y), instance)
        else:
            kept = self.host.scene.selection if pressed.modifiers & _ADDING else frozenset[InstanceId]()
            self._begin(BandDrag(self.host, pressed, kept))

    def _begin(self, drag: Drag, lifted: CanvasInstance | None = None) -> None:
        self._pressed, self._drag, self._hit = None, drag, None
        self.host.set_hovered(None)
        self.host.set_hovered_proposal(None)
        self.host.lift([lifted.id] if lifted is not None else [])

    def release(self, event: ToolEvent) -> None:
        """Let a drag take effect, or a click take the next of the stack; the right button asks for a menu."""
        if event.button is Qt.MouseButton.RightButton:
            self._ask_for_menu(event)
            return
        drag, pressed = self._drag, self._pressed
        self.cancel()
        if drag is not None:
            drag.finish()
        elif pressed is not None:
            self._finish_click(pressed)

    def _finish_click(self, pressed: ToolEvent) -> None:
        was_selected, self._was_selected = self._was_selected, None
        if pressed.modifiers & _ADDING:
            return
        stack = self._stack_at(pressed)
        proposal = None if stack or self._hit else self._proposal_at(pressed)
        if proposal is not None:
            self.host.click_proposal(proposal)
        elif was_selected in stack:
            following = stack[(stack.index(was_selected) + 1) % len(stack)]
            self.host.request_selection([following])

    def _ask_for_menu(self, event: ToolEvent) -> None:
        if self.is_busy:
            return
        stack = self._stack_at(event)
        selected = next((id_ for id_ in stack if id_ in self.host.scene.selection), None)
        target = selected if selected is not None else next(iter(stack), None)
        if target is not None and selected is None:
            self.host.request_selection([target])
        self.host.request_menu(target, event.globally)

    def cancel(self) -> None:
        """End a drag without effect."""
        self._drag = self._pressed = None
        self.host.lift([])
        self.host.refresh()

    def delete_hovered_vertex(self) -> bool:
        """Delete the vertex under the cursor; refused for the last triangle, as nothing would be left.

        The key pressed once more before the cursor has moved still means a vertex, though there is none any more.
        """
        instance = self.host.scene.only_selected
        if self.is_busy or instance is None or not isinstance(self._hit, VertexHit):
            return self._is_deleting
        hit = self._hit
        region = delete_vertex(instance.region, hit.polygon_index, hit.ring_index, hit.vertex_index)
        if not region.is_empty:
            self._hit = None
            self._is_deleting = True
            self.host.finish_edit(instance.id, region, "Delete vertex")
        return True

    def paint(self, painter: QPainter, room: QRectF) -> None:
        """Paint the drag, or the handles of the selected instance."""
        if self._drag is not None:
            self._drag.paint(painter)
            return
        instance = self.host.scene.only_selected
        if instance is None:
            return
        view = self.host.view
        offset = view.offset_x, view.offset_y
        rings = [ring * view.zoom + offset for polygon in instance.region.polygons for ring in polygon.rings]
        paint_handles(painter, rings, room)
        if self._hit is not None:
            at = QPointF(*view.to_canvas(self._hit.x, self._hit.y))
            (paint_hovered_handle if isinstance(self._hit, VertexHit) else paint_ghost_handle)(painter, at)

    def _hit_at(self, event: ToolEvent) -> VertexHit | EdgeHit | None:
        instance = self.host.scene.only_selected
        if instance is None or event.modifiers & _ADDING:
            return None
        zoom = self.host.view.zoom
        vertex = vertex_at(instance.region, event.x, event.y, PICK_DISTANCE / zoom)
        if vertex is not None or event.has(Qt.KeyboardModifier.AltModifier):
            return vertex
        return edge_at(instance.region, event.x, event.y, EDGE_DISTANCE / zoom)

    def _stack_at(self, event: ToolEvent) -> list[InstanceId]:
        return self.host.scene.stack_at(event.x, event.y, OUTLINE_DISTANCE / self.host.view.zoom)

    def _movable_in(self, stack: list[InstanceId]) -> InstanceId | None:
        instance = self.host.scene.only_selected
        return instance.id if instance is not None and instance.id in stack else None
