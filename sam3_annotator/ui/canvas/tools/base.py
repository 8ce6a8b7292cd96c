"""What a tool is to the canvas, and what the canvas offers a tool."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import ClassVar, Protocol

from PySide6.QtCore import QPoint, QPointF, QRectF, Qt
from PySide6.QtGui import QPainter

from sam3_annotator.model import BoxPrompt, Exemplar, PointPrompt
from sam3_annotator.project import InstanceId, Region
from sam3_annotator.ui.canvas.brush_in_hand import BrushInHand
from sam3_annotator.ui.canvas.hit_test import BoxXyxy
from sam3_annotator.ui.canvas.outlines import Floats
from sam3_annotator.ui.canvas.polygon_drawing import PolygonDrawing
from sam3_annotator.ui.canvas.scene import Scene
from sam3_annotator.ui.canvas.view_transform import ViewTransform

# How near the cursor must be to a vertex or an edge, in device-independent pixels.
PICK_DISTANCE = 8.0
# How far a press may wander, in device-independent pixels, and still be a click.
DRAG_THRESHOLD = 4.0
# The same for the outline of something that is only to be clicked.
OUTLINE_DISTANCE = 3.0


@dataclass(frozen=True, slots=True)
class ToolEvent:
    """A press, move or release: `x`, `y` in image pixels, `at` on the canvas, `globally` on the screen.

    `button` is the one that goes down or up, `buttons` are those that are down then.
    """

    x: float
    y: float
    at: QPointF
    globally: QPoint
    button: Qt.MouseButton = Qt.MouseButton.NoButton
    modifiers: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier
    is_double: bool = False  # the second press of a double click
    buttons: Qt.MouseButton = Qt.MouseButton.NoButton

    def has(self, modifier: Qt.KeyboardModifier) -> bool:
        """Tell whether a modifier is held."""
        return bool(self.modifiers & modifier)


class ToolHost(Protocol):
    """The canvas, as tools know it."""

    @property
    def scene(self) -> Scene:
        """The instances and proposals."""
        ...

    @property
    def view(self) -> ViewTransform:
        """Where the image is on the canvas."""
        ...

    @property
    def image_size(self) -> tuple[int, int]:
        """Width and height of the shown image in pixels."""
        ...

    @property
    def polygon(self) -> PolygonDrawing:
        """The polygon being drawn."""
        ...

    @property
    def brush(self) -> BrushInHand:
        """Size and colour of the brush."""
        ...

    @property
    def has_draft(self) -> bool:
        """A draft is open."""
        ...

    @property
    def fill_opacity(self) -> float:
        """How strongly instances are filled, 0 to 1."""
        ...

    def refresh(self) -> None:
        """Have the canvas painted again."""
        ...

    def set_tool_cursor(self, shape: Qt.CursorShape) -> None:
        """Show another cursor until the tool asks for yet another."""
        ...

    def set_hovered(self, instance_id: InstanceId | None) -> None:
        """Highlight the instance under the cursor."""
        ...

    def set_hovered_proposal(self, box_xyxy: BoxXyxy | None) -> None:
        """Fill the proposal under the cursor."""
        ...

    def lift(self, instance_ids: Iterable[InstanceId]) -> None:
        """Take instances out of the picture while the tool paints them itself; an empty list puts them back."""
        ...

    def add_prompt(self, prompt: PointPrompt | BoxPrompt) -> None:
        """Announce a prompt."""
        ...

    def offer_prompt(self, prompt: PointPrompt | None) -> None:
        """Announce the prompt that a click would give where the cursor is; None where it would give none."""
        ...

    def add_exemplar(self, exemplar: Exemplar) -> None:
        """Announce an exemplar."""
        ...

    def click_proposal(self, box_xyxy: BoxXyxy) -> None:
        """Announce a click on a proposal."""
        ...

    def request_selection(self, instance_ids: Iterable[InstanceId]) -> None:
        """Ask for exactly these to be selected."""
        ...

    def request_menu(self, instance_id: InstanceId | None, at: QPoint) -> None:
        """Ask for the context menu."""
        ...

    def add_region(self, region: Region, *, selects: bool = False) -> None:
        """Announce a region drawn by hand, to become an instance, which `selects` has selected."""
        ...

    def close_polygon(self) -> None:
        """Announce the polygon being drawn as a region, or that nothing can become of it; with 2 vertices, nothing."""
        ...

    def paint_polygon(self, painter: QPainter, hand: Floats, room: QRectF) -> None:
        """Paint the polygon being drawn, and the vertices `(N, 2)` that the hand would add, in canvas pixels."""
        ...

    def finish_edit(self, instance_id: InstanceId, region: Region, label: str) -> None:
        """Announce a region changed by hand, once the hand has let go."""
        ...

    def paint_region(self, painter: QPainter, region: Region, color: str) -> None:
        """Paint a region as a selected instance; the painter works in canvas pixels."""
        ...


class Tool:
    """Turns mouse events into prompts, selections and edits; one class per tool.

    A subclass says its `name` and its `cursor`, and overrides what it needs.
    Between `press` and `release` of a button it may be `is_busy`; `cancel` then ends that without effect.
    """

    name: ClassVar[str]
    cursor: ClassVar[Qt.CursorShape] = Qt.CursorShape.ArrowCursor
    draws_polygons: ClassVar[bool] = False

    def __init__(self, host: ToolHost) -> None:
        self.host = host

    @property
    def is_busy(self) -> bool:
        """A drag is under way."""
        return False

    def press(self, event: ToolEvent) -> None:
        """Take a button going down, left or right."""

    def drag(self, event: ToolEvent) -> None:
        """Take a move with a button down."""

    def release(self, event: ToolEvent) -> None:
        """Take the button coming up."""

    def hover(self, event: ToolEvent) -> None:
        """Take a move without buttons."""

    def leave(self) -> None:
        """Take note that the cursor has left the canvas."""

    def cancel(self) -> None:
        """End a drag without effect; without a drag, do nothing."""

    def reset(self) -> None:
        """Forget what is under the cursor, since instances, selection or view have changed."""

    def delete_hovered_vertex(self) -> bool:
        """Delete the vertex under the cursor, if it can be; False if there is none, so that a key may mean another."""
        return False

    def paint(self, painter: QPainter, room: QRectF) -> None:
        """Paint what the tool shows over the image, in canvas pixels; `room` is the canvas."""

    def _proposal_at(self, event: ToolEvent) -> BoxXyxy | None:
        """Find the proposal that a click would take."""
        proposal = self.host.scene.proposals.at(event.x, event.y, OUTLINE_DISTANCE / self.host.view.zoom)
        return proposal.box_xyxy if proposal is not None else None


def clamped(x: float, y: float, image_size: tuple[int, int]) -> tuple[float, float]:
    """Move a point into the image."""
    width, height = image_size
    return min(max(x, 0.0), float(width)), min(max(y, 0.0), float(height))
