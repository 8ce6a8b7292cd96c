"""The canvas: shows the image and what is on it, and passes the mouse to the current tool."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final

from PySide6.QtCore import QEvent, QPoint, QPointF, QRectF, Qt, Signal, Slot
from PySide6.QtGui import QColor, QContextMenuEvent, QKeyEvent, QMouseEvent, QPainter
from PySide6.QtWidgets import QApplication, QWidget

from sam3_annotator.model import BoxPrompt, Exemplar, PointPrompt
from sam3_annotator.project import InstanceId, Region, clip_region, repair_region
from sam3_annotator.ui.canvas.brush_in_hand import BrushInHand
from sam3_annotator.ui.canvas.draft import Draft
from sam3_annotator.ui.canvas.hit_test import BoxXyxy
from sam3_annotator.ui.canvas.navigation import ends_drag, revealed
from sam3_annotator.ui.canvas.outlines import Floats
from sam3_annotator.ui.canvas.overlay import Overlay
from sam3_annotator.ui.canvas.polygon_drawing import PolygonDrawing
from sam3_annotator.ui.canvas.preview_item import PreviewKind
from sam3_annotator.ui.canvas.proposals import Proposals
from sam3_annotator.ui.canvas.scene import CanvasInstance, Scene
from sam3_annotator.ui.canvas.surface import CanvasSurface
from sam3_annotator.ui.canvas.tools import TOOLS, Tool, ToolEvent
from sam3_annotator.ui.canvas.view_transform import ViewTransform
from sam3_annotator.ui.modifiers import is_bare

NO_AREA: Final = "The polygon encloses no area. Add a vertex beside the line, or drop it with Esc."


class CanvasView(CanvasSurface):
    """The image with its instances, draft and proposals; emits what the user does, changes no data itself."""

    prompt_added = Signal(object)  # PointPrompt | BoxPrompt
    prompt_offered = Signal(object)  # PointPrompt | None: what a click would give now
    exemplar_added = Signal(object)  # Exemplar
    proposal_clicked = Signal(object)  # BoxXyxy, of the proposal
    accept_requested = Signal()
    cancel_requested = Signal()
    region_edited = Signal(object, object, str)  # InstanceId, Region, label of the step
    region_drawn = Signal(object, bool)  # Region of a new instance, whether that is to be selected
    context_menu_requested = Signal(object, object)  # InstanceId | None, QPoint on the screen
    selection_requested = Signal(object)  # frozenset[InstanceId]
    hover_changed = Signal(object)  # InstanceId | None
    tool_changed = Signal(str)
    problem = Signal(str)  # why nothing became of what the hand did

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.polygon = PolygonDrawing(self)
        self.brush = BrushInHand(self)
        self._overlay = Overlay(self._scene, self.polygon)
        self._tool: Tool = TOOLS["select"](self)
        self._tool_cursor = self._tool.cursor
        self._hovered_at: QPointF | None = None
        self._offered: PointPrompt | None = None
        self._settle.timeout.connect(self._hover_again)
        self.polygon.changed.connect(self._follow_polygon)
        self.brush.changed.connect(self.refresh)

    # What is shown

    def set_instances(self, instances: Sequence[CanvasInstance]) -> None:
        """Show exactly these instances."""
        self._tool.cancel()
        self._tool.reset()
        self._scene.set_instances(instances)
        self._layers.clear_instances()
        self._set_hovered_if_gone()
        self.refresh()

    def update_instances(self, changed: Sequence[CanvasInstance], removed: Iterable[InstanceId] = ()) -> None:
        """Add or replace some instances and take others away."""
        gone = set(removed)
        if self._scene.lifted & (gone | self._scene.reshaped(changed)):
            self._tool.cancel()
        self._tool.reset()
        self._layers.repaint_instances(self._scene.update_instances(changed, gone))
        self._set_hovered_if_gone()
        self.refresh()

    def set_selection(self, ids: Iterable[InstanceId]) -> None:
        """Show exactly these as selected."""
        self._layers.repaint_selected(self._scene.select(ids))
        self._tool.reset()
        self.refresh()

    def set_hidden(self, ids: Iterable[InstanceId]) -> None:
        """Hide exactly these."""
        self._layers.repaint_instances(self._scene.hide(ids))
        self._set_hovered_if_gone()
        self.refresh()

    def set_draft(self, draft: Draft | None, color: QColor) -> None:
        """Show a draft in a category's colour, or none; call again after each change.

        It is shown in place of the instance that it corrects.
        """
        corrects = draft.corrects if draft is not None else None
        if boxes := self._scene.correct(() if corrects is None else (corrects.instance.id,)):
            self._layers.repaint_instances(boxes)
            self._set_hovered_if_gone()
        had_draft = self.has_draft
        self._overlay.draft_item.set_draft(draft, color)
        if self.has_draft != had_draft:
            self._hover_again()
        self._set_animated()
        self.refresh()

    def set_preview(self, region: Region | None, color: QColor, kind: PreviewKind = PreviewKind.CLICK) -> None:
        """Show a region lightly in a colour, in place of the one of its kind; None shows none."""
        if self._overlay.previews[kind].set_region(region, color):
            self.refresh()

    def set_polygon_color(self, color: QColor) -> None:
        """Show the polygon being drawn in a category's colour."""
        self._overlay.polygon_item.color = QColor(color)
        self.refresh()

    @Slot()
    def _follow_polygon(self) -> None:
        self._tool.reset()
        self.refresh()

    def set_proposals(self, proposals: Proposals | None, color: QColor) -> None:
        """Show what was found of a concept in a category's colour, or nothing; call again after each change.

        When another of the same answer comes into focus, it also comes into sight.
        """
        shown = self._scene.proposals
        before, hovered = shown.proposals, shown.hovered
        self._layers.repaint_proposals(shown.show(proposals, color.name()))
        if shown.hovered is not hovered:
            self.set_tool_cursor(self._tool.cursor)
        self._set_animated()
        self.refresh()
        if before is not None and proposals is not None and before.found is proposals.found:
            focused = proposals.focused
            if focused is not None and focused is not before.focused:
                self.reveal_box(focused.region.box_xyxy)

    def reveal_box(self, box_xyxy: BoxXyxy) -> None:
        """Bring a box of the image into sight with the smallest move; zoom out only if the canvas cannot hold it."""
        view = revealed(self._view, box_xyxy, self._size(), self._ratio())
        if view != self._view and self._layers.pyramid is not None:
            self._set_view(view)

    def set_fill_opacity(self, opacity: float) -> None:
        """Fill instances with so much of their colour, 0 to 1."""
        self._layers.fill_opacity = self._overlay.fill_opacity = min(max(opacity, 0.0), 1.0)
        self._layers.repaint_instances()
        self.refresh()

    # Tools

    @property
    def tool(self) -> str:
        """The name of the current tool."""
        return self._tool.name

    def set_tool(self, name: str) -> None:
        """Take another tool, a name in `TOOLS`; `KeyError` for others."""
        tool = TOOLS[name]
        if name == self._tool.name:
            return
        self._tool.cancel()
        self._tool.leave()
        self._tool = tool(self)
        self.set_hovered(None)
        self.set_tool_cursor(self._tool.cursor)
        self.refresh()
        self.tool_changed.emit(name)

    def delete_hovered_vertex(self) -> bool:
        """Delete the vertex under the cursor, if it can be; False if there is none."""
        return self._tool.delete_hovered_vertex()

    # What tools ask for

    @property
    def scene(self) -> Scene:
        """The instances on the canvas."""
        return self._scene

    @property
    def is_drawing(self) -> bool:
        """A polygon is being drawn, and its tool is in the hand."""
        return self._tool.draws_polygons and self.polygon.is_open

    @property
    def has_draft(self) -> bool:
        """A draft is open."""
        return self._overlay.draft_item.draft is not None

    @property
    def fill_opacity(self) -> float:
        """How strongly instances are filled, 0 to 1."""
        return self._overlay.fill_opacity

    def set_tool_cursor(self, shape: Qt.CursorShape) -> None:
        """Show another cursor until the tool asks for yet another."""
        self._tool_cursor = shape
        self._show_cursor()

    def set_hovered(self, instance_id: InstanceId | None) -> None:
        """Highlight the instance under the cursor."""
        if instance_id != self._overlay.hovered:
            self._overlay.hovered = instance_id
            self.refresh()
            self.hover_changed.emit(instance_id)

    def set_hovered_proposal(self, box_xyxy: BoxXyxy | None) -> None:
        """Fill the proposal under the cursor."""
        if self._scene.proposals.turn_to(box_xyxy):
            self.refresh()

    def _set_hovered_if_gone(self) -> None:
        hovered = self._overlay.hovered
        if hovered is not None and (self._scene.get(hovered) is None or hovered in self._scene.unseen):
            self.set_hovered(None)

    def lift(self, instance_ids: Iterable[InstanceId]) -> None:
        """Take instances out of the picture while the tool paints them itself; an empty list puts them back."""
        self._layers.repaint_instances(self._scene.lift(instance_ids))

    def add_prompt(self, prompt: PointPrompt | BoxPrompt) -> None:
        """Announce a prompt."""
        self.prompt_added.emit(prompt)

    def offer_prompt(self, prompt: PointPrompt | None) -> None:
        """Announce the prompt that a click would give now, or that it would give none."""
        if prompt != self._offered:
            self._offered = prompt
            self.prompt_offered.emit(prompt)

    def add_exemplar(self, exemplar: Exemplar) -> None:
        """Announce an exemplar."""
        self.exemplar_added.emit(exemplar)

    def click_proposal(self, box_xyxy: BoxXyxy) -> None:
        """Announce a click on a proposal."""
        self.proposal_clicked.emit(box_xyxy)

    def request_selection(self, instance_ids: Iterable[InstanceId]) -> None:
        """Ask for exactly these to be selected."""
        wanted = frozenset(instance_ids)
        if wanted != self._scene.selection:
            self.selection_requested.emit(wanted)

    def request_menu(self, instance_id: InstanceId | None, at: QPoint) -> None:
        """Ask for the context menu."""
        self.context_menu_requested.emit(instance_id, at)

    def add_region(self, region: Region, *, selects: bool = False) -> None:
        """Announce a region drawn by hand, made valid and cut at the image's border; an empty one is not announced."""
        valid = self._made_valid(region)
        if not valid.is_empty:
            self.region_drawn.emit(valid, selects)

    def _made_valid(self, region: Region) -> Region:
        return clip_region(repair_region(region), *self.image_size)

    def close_polygon(self) -> None:
        """Announce the polygon being drawn as a region drawn by hand, or by `problem` that it has no area.

        It stays open until whoever makes an instance of the region takes it off: nothing is lost if that fails.
        """
        if not self.polygon.can_close:
            return
        valid = self._made_valid(self.polygon.region)
        if valid.is_empty:
            self.problem.emit(NO_AREA)
        else:
            self.polygon.closed_as = valid
            self.region_drawn.emit(valid, False)

    def paint_polygon(self, painter: QPainter, hand: Floats, room: QRectF) -> None:
        """Paint the polygon being drawn, and the vertices `(N, 2)` that the hand would add, in canvas pixels."""
        self._overlay.paint_polygon(painter, self._view, room, self._ratio(), hand)

    def finish_edit(self, instance_id: InstanceId, region: Region, label: str) -> None:
        """Announce a region changed by hand, made valid; one without any area left is not announced."""
        valid = repair_region(region)
        if not valid.is_empty:
            self.region_edited.emit(instance_id, valid, label)

    def paint_region(self, painter: QPainter, region: Region, color: str) -> None:
        """Paint a region as a selected instance; the painter works in canvas pixels."""
        room = QRectF(self.viewport().rect())
        self._overlay.paint_region(painter, self._view, room, self._ratio(), region, color)

    # From the surface

    def _paint_over(self, painter: QPainter, room: QRectF) -> None:
        self._overlay.step = self._step
        self._overlay.paint(painter, self._view, room, self._ratio(), self._tool)

    def _is_animated(self) -> bool:
        items = self._overlay.draft_item, self._overlay.proposals_item
        return any(item.is_animated for item in items) or super()._is_animated()

    def _cursor_shape(self) -> Qt.CursorShape:
        return self._tool_cursor

    def _set_view(self, view: ViewTransform, *, is_moving: bool = False) -> None:
        super()._set_view(view, is_moving=is_moving)
        if self._pan is not None:
            self._tool.leave()  # the hand is there in its place
        self._tool.reset()

    def _press(self, event: QMouseEvent) -> None:
        self._hovered_at = None
        self._tool.press(self._tool_event(event))

    def _move(self, event: QMouseEvent) -> None:
        is_hovering = event.buttons() == Qt.MouseButton.NoButton
        self._hovered_at = event.position() if is_hovering else None
        if is_hovering and self._is_space_held:
            self._tool.leave()  # a press would take the image in the hand
        else:
            (self._tool.hover if is_hovering else self._tool.drag)(self._tool_event(event))

    def _release(self, event: QMouseEvent) -> None:
        if self._pan is None or self._tool.is_busy:  # else the tool has not seen the press
            self._tool.release(self._tool_event(event))

    def _leave(self) -> None:
        super()._leave()
        self._hovered_at = None
        self._tool.leave()

    @Slot()
    def _hover_again(self) -> None:
        """Tell the tool what is under the resting cursor once the view has come to rest below it."""
        self._hover_with(QApplication.keyboardModifiers())

    def _hover_with(self, modifiers: Qt.KeyboardModifier) -> None:
        is_free = self._pan is None and not self._is_space_held
        if is_free and self._hovered_at is not None and self._layers.pyramid is not None:
            point = self.image_from_viewport(self._hovered_at)
            screen = self.viewport().mapToGlobal(self._hovered_at).toPoint()
            self._tool.hover(ToolEvent(point.x(), point.y(), self._hovered_at, screen, modifiers=modifiers))

    def _cancel(self) -> None:
        self._tool.cancel()
        self.polygon.put(())
        self._tool.reset()

    def _tool_event(self, event: QMouseEvent) -> ToolEvent:
        point = self.image_from_viewport(event.position())
        screen = event.globalPosition().toPoint()
        at, button, keys = event.position(), event.button(), event.modifiers()
        is_double = event.type() == QEvent.Type.MouseButtonDblClick
        return ToolEvent(point.x(), point.y(), at, screen, button, keys, is_double, event.buttons())

    def _takes_key(self, event: QKeyEvent) -> bool:
        return (self._tool.is_busy and ends_drag(event)) or super()._takes_key(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """End a drag, or say what Enter and Esc, which always mean the same, would do in a window."""
        match event.key():
            case _ if self._tool.is_busy and ends_drag(event):
                self._tool.cancel()
            case Qt.Key.Key_Escape if is_bare(event.modifiers()):
                self.cancel_requested.emit()
            case Qt.Key.Key_Return | Qt.Key.Key_Enter if is_bare(event.modifiers()):
                self.accept_requested.emit()
            case _:
                if event.key() == Qt.Key.Key_Space:
                    self._tool.leave()
                super().keyPressEvent(event)
                self._follow_modifier(event)

    def keyReleaseEvent(self, event: QKeyEvent) -> None:
        """Let go with a key."""
        super().keyReleaseEvent(event)
        self._follow_modifier(event)

    def _follow_modifier(self, event: QKeyEvent) -> None:
        """Let Ctrl, Shift and Alt change at once what the resting cursor means."""
        if event.key() in (Qt.Key.Key_Control, Qt.Key.Key_Shift, Qt.Key.Key_Alt):
            self._hover_with(event.modifiers())

    def focusNextPrevChild(self, next: bool) -> bool:  # noqa: A002 - Qt's
        """Keep the focus while there is an image: where Tab has nothing to offer, letters must not end up in a field.

        It may still be being read. Other keys lead from panel to panel.
        """
        has_image = self._layers.pyramid is not None or self._message is not None
        return has_image or super().focusNextPrevChild(next)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        """Open the menu by key; by mouse, the select tool does."""
        event.accept()
        selected = self._scene.only_selected
        if event.reason() is QContextMenuEvent.Reason.Keyboard and self.tool == "select":
            x0, y0, x1, y1 = selected.region.box_xyxy if selected is not None else (0, 0, *self.image_size)
            middle = self.viewport_from_image(QPointF((x0 + x1) / 2, (y0 + y1) / 2)).toPoint()
            self.request_menu(selected.id if selected is not None else None, self.viewport().mapToGlobal(middle))
