"""The moving part of the canvas, painted for every frame: what is hovered or focused, the draft, handles, chips."""

from __future__ import annotations

from dataclasses import replace

from PySide6.QtCore import QRectF
from PySide6.QtGui import QColor, QPainter

from sam3_annotator.project import InstanceId, Region
from sam3_annotator.ui.canvas import chips
from sam3_annotator.ui.canvas.draft_item import DraftItem
from sam3_annotator.ui.canvas.items import (
    DEFAULT_FILL_OPACITY,
    HOVERED,
    SELECTED,
    lighter,
    paint_outlined,
    visible_part,
)
from sam3_annotator.ui.canvas.outlines import NO_VERTICES, Floats, level_for_scale
from sam3_annotator.ui.canvas.paths import Outline, outline_of_region
from sam3_annotator.ui.canvas.polygon_drawing import PolygonDrawing
from sam3_annotator.ui.canvas.polygon_item import PolygonItem
from sam3_annotator.ui.canvas.preview_item import PreviewItem, PreviewKind, UnseenItem
from sam3_annotator.ui.canvas.proposals_item import ProposalsItem
from sam3_annotator.ui.canvas.scene import CanvasInstance, Scene
from sam3_annotator.ui.canvas.tools import Tool
from sam3_annotator.ui.canvas.view_transform import ViewTransform

# With more selected instances than this, chips on them would say nothing any more.
MAX_SELECTED_CHIPS = 12


class Overlay:
    """Paints over the tiles; `hovered` is the instance under the cursor, `step` counts the animation (None: still)."""

    def __init__(self, scene: Scene, polygon: PolygonDrawing) -> None:
        self.draft_item = DraftItem()
        self.polygon_item = PolygonItem(polygon)
        # What lies below a compared outline is filled already.
        self.previews = {kind: PreviewItem() for kind in PreviewKind} | {
            PreviewKind.UNSEEN: UnseenItem(),
            PreviewKind.COMPARED: PreviewItem(0.0),
        }
        self.proposals_item = ProposalsItem(scene.proposals)
        self.hovered: InstanceId | None = None
        self.step: int | None = 0
        self.fill_opacity = DEFAULT_FILL_OPACITY
        self._scene = scene
        self._hovered_outline: tuple[Region, int, Outline] | None = None

    def paint(self, painter: QPainter, view: ViewTransform, room: QRectF, ratio: float, tool: Tool) -> None:
        """Paint a frame; the painter works in canvas pixels, of which `room` is all there are."""
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        hovered = self._visible_hovered()
        scale = view.zoom * ratio
        visible = visible_part(view, room)
        painter.save()
        painter.translate(view.offset_x, view.offset_y)
        painter.scale(view.zoom, view.zoom)
        if hovered is not None and hovered.id not in self._scene.selection:
            color = QColor(hovered.color)
            outline = self._outline_of(hovered.region, level_for_scale(scale))
            paint_outlined(painter, outline, color, replace(HOVERED, line=lighter(color)), ratio, visible)
        self.proposals_item.paint_regions(painter, scale, ratio, visible)
        for item in self.previews.values():
            item.paint(painter, scale, ratio, visible)
        self.draft_item.paint_region(painter, scale, ratio, self.step, visible)
        painter.restore()
        self.proposals_item.paint_exemplars(painter, view, room, self.step)
        chips.paint_chips(painter, self._chips(view, room, hovered))
        if not tool.draws_polygons:  # then it rests
            self.polygon_item.paint(painter, view, room, ratio, NO_VERTICES, has_handles=False)
        tool.paint(painter, room)
        self.draft_item.paint_prompts(painter, view, self.step)

    def paint_polygon(self, painter: QPainter, view: ViewTransform, room: QRectF, ratio: float, hand: Floats) -> None:
        """Paint the polygon being drawn, and the vertices that the hand would add; the painter as above."""
        self.polygon_item.paint(painter, view, room, ratio, hand, has_handles=True)

    def paint_region(
        self, painter: QPainter, view: ViewTransform, room: QRectF, ratio: float, region: Region, color: str
    ) -> None:
        """Paint a region in the hand as a selected instance; the painter works in canvas pixels."""
        painter.save()
        painter.translate(view.offset_x, view.offset_y)
        painter.scale(view.zoom, view.zoom)
        outline = outline_of_region(region, level_for_scale(view.zoom * ratio))
        style = SELECTED.filled(self.fill_opacity)
        paint_outlined(painter, outline, QColor(color), style, ratio, visible_part(view, room))
        painter.restore()

    def _visible_hovered(self) -> CanvasInstance | None:
        if self.hovered is None or self.hovered in self._scene.unseen:
            return None
        return self._scene.get(self.hovered)

    def _outline_of(self, region: Region, level: int) -> Outline:
        known = self._hovered_outline
        if known is None or known[0] is not region or known[1] != level:
            known = self._hovered_outline = region, level, outline_of_region(region, level)
        return known[2]

    def _chips(self, view: ViewTransform, room: QRectF, hovered: CanvasInstance | None) -> list[chips.Chip]:
        scene = self._scene
        tags = self.proposals_item.tags(view, room)
        scores = self.proposals_item.chips(view, room, tags)
        wanted = [hovered] if hovered is not None else []
        if scene.has_selection:
            if len(scene.selection) <= MAX_SELECTED_CHIPS:
                ids = sorted(scene.selection - scene.unseen)
                wanted += [instance for id_ in ids if (instance := scene.get(id_)) is not None]
        else:
            x0, y0 = view.to_image(room.left(), room.top())
            x1, y1 = view.to_image(room.right(), room.bottom())
            largest = scene.largest((x0, y0, x1, y1), chips.MIN_WIDTH / view.zoom, chips.MAX_COUNT + 1)
            wanted += largest if len(largest) + len(scores) <= chips.MAX_COUNT else []
        unique = {instance.id: instance for instance in wanted if instance.id not in scene.lifted}
        faces = [
            (chips.instance_face(instance), view.box_to_canvas(scene.box(instance.id))) for instance in unique.values()
        ]
        return [*scores, *chips.place_chips(faces, room, [*tags, *(chip.rect for chip in scores)])]
