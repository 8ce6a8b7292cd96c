"""The unmoving part of the canvas, kept in tiles: the image, the instances, the selected ones and the proposals."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from PySide6.QtCore import QRect
from PySide6.QtGui import QImage, QPainter

from sam3_annotator.ui.canvas.hit_test import BoxXyxy
from sam3_annotator.ui.canvas.items import DEFAULT_FILL_OPACITY, SAVED, SELECTED, OutlineStyle, plan_batch, small_side
from sam3_annotator.ui.canvas.lit_tiles import LitTiles
from sam3_annotator.ui.canvas.proposals_item import plan_proposals
from sam3_annotator.ui.canvas.pyramid import CRISP_ZOOM, ImagePyramid
from sam3_annotator.ui.canvas.scene import Scene
from sam3_annotator.ui.canvas.shown_light import ShownLight
from sam3_annotator.ui.canvas.tile_worker import TileWorker
from sam3_annotator.ui.canvas.tiles import Frame, TileJob, TileLayer
from sam3_annotator.ui.theme import theme

# What painting tiles may add to one frame: little while the hand moves the view, else what is hardly felt.
MOVING_IMAGE_MS, MOVING_INSTANCES_MS, MOVING_PROPOSALS_MS = 2.0, 6.0, 2.0
STILL_IMAGE_MS, STILL_INSTANCES_MS, STILL_PROPOSALS_MS = 60.0, 24.0, 12.0
SMOOTH_IMAGE_MS_PER_PIXEL = 12e-6
# Images up to this many pixels are halved at once, larger ones on the worker.
PREPARED_AT_ONCE = 2_000_000
# How much instances step back behind selected ones.
DIMMED = 0.55


class Layers:
    """Paints image, instances and proposals for a frame; `on_news` is called when better tiles have arrived."""

    def __init__(self, scene: Scene, on_news: Callable[[], None]) -> None:
        self.worker = TileWorker()
        self.pyramid: ImagePyramid | None = None
        self._prepared: ImagePyramid | None = None
        self.fill_opacity = DEFAULT_FILL_OPACITY
        self._scene = scene
        self._on_news = on_news
        self._image = TileLayer(self._plan_image, self.worker, self._announce, keeps_previous=False)
        self._instances = TileLayer(self._plan_instances, self.worker, self._announce)
        self._selected = TileLayer(self._plan_selected, self.worker, self._announce)
        self._proposals = TileLayer(self._plan_proposals, self.worker, self._announce, patches=True)
        self._ground: tuple[Frame, QImage] | None = None
        self.light = ShownLight()
        self.light.changed.connect(self._announce)
        self._lit = LitTiles()

    @property
    def is_settled(self) -> bool:
        """Everything is shown as well as it can be."""
        if self._prepared is not self.pyramid:
            return False
        return all(layer.is_settled for layer in (self._image, self._instances, self._selected, self._proposals))

    def _announce(self) -> None:
        self._ground = None
        self._on_news()

    def show(self, pyramid: ImagePyramid | None) -> None:
        """Show another image or none."""
        self.pyramid = pyramid
        self.light.look_at(None if pyramid is None else pyramid.pixels)
        self._image.clear()
        self._lit.clear()
        self._proposals.clear()
        self.clear_instances()
        if pyramid is not None and pyramid.width * pyramid.height <= PREPARED_AT_ONCE:
            pyramid.prepare()
        if pyramid is None or pyramid.is_prepared:
            self._prepared = pyramid
        else:
            self.worker.submit(pyramid.prepare, lambda _: self._refine(pyramid))

    def _refine(self, pyramid: ImagePyramid) -> None:
        if pyramid is self.pyramid:
            self._prepared = pyramid
            self._image.invalidate()
            self._announce()

    def clear_instances(self) -> None:
        """Forget all painted instances: they are others now."""
        self._ground = None
        self._instances.clear()
        self._selected.clear()

    def repaint_instances(self, boxes: Iterable[BoxXyxy] | None = None) -> None:
        """Paint instances anew in these boxes, by default everywhere."""
        self._ground = None
        boxes = None if boxes is None else list(boxes)
        self._instances.invalidate(boxes)
        self._selected.invalidate(boxes)

    def repaint_selected(self, boxes: Iterable[BoxXyxy]) -> None:
        """Paint what is selected anew in these boxes."""
        self._ground = None
        self._selected.invalidate(boxes)

    def repaint_proposals(self, boxes: Sequence[BoxXyxy]) -> None:
        """Paint proposals anew in these boxes."""
        if boxes:
            self._ground = None
            self._proposals.invalidate(boxes)

    def forget_colors(self) -> None:
        """Take note that the theme has changed."""
        self._ground = None

    def paint(self, painter: QPainter, frame: Frame, *, is_moving: bool) -> None:
        """Paint a frame, its ground included; the painter works in device pixels.

        While the view stands still, all of it is kept as one image. A frame in which only the draft or the hovered
        instance changes only copies that image here.
        """
        if self.pyramid is None:
            return
        if is_moving:
            self._ground = None
            self._paint_layers(painter, frame, self.pyramid, is_moving=True)
            return
        if self._ground is None or self._ground[0] != frame:
            image = QImage(frame.size.size(), QImage.Format.Format_RGB32)
            on_image = QPainter(image)
            self._paint_layers(on_image, frame, self.pyramid, is_moving=False)
            on_image.end()
            self._ground = frame, image
        painter.drawImage(0, 0, self._ground[1])

    def _paint_layers(self, painter: QPainter, frame: Frame, pyramid: ImagePyramid, *, is_moving: bool) -> None:
        painter.fillRect(frame.size, theme().color("canvas"))
        self._paint_image(painter, frame, pyramid, is_moving=is_moving)
        budget = MOVING_INSTANCES_MS if is_moving else STILL_INSTANCES_MS
        extent = self._scene.extent
        self._instances.refresh(frame, extent, budget, is_moving=is_moving)
        painter.setOpacity(DIMMED if self._scene.has_selection else 1.0)
        self._instances.paint(painter, frame)
        painter.setOpacity(1.0)
        if self._scene.has_selection:
            self._selected.refresh(frame, extent, budget, is_moving=is_moving)
            self._selected.paint(painter, frame)
        else:
            self._selected.clear()
        self._paint_proposals(painter, frame, is_moving=is_moving)

    def _paint_proposals(self, painter: QPainter, frame: Frame, *, is_moving: bool) -> None:
        proposals = self._scene.proposals
        if not proposals.open:
            self._proposals.clear()
            return
        budget = MOVING_PROPOSALS_MS if is_moving else STILL_PROPOSALS_MS
        self._proposals.refresh(frame, proposals.extent, budget, is_moving=is_moving)
        self._proposals.paint(painter, frame)

    def _paint_image(self, painter: QPainter, frame: Frame, pyramid: ImagePyramid, *, is_moving: bool) -> None:
        content = (0.0, 0.0, float(pyramid.width), float(pyramid.height))
        if frame.grid.scale >= CRISP_ZOOM * frame.pixel_ratio:
            self._paint_crisp(painter, frame, pyramid, frame.size)
            return
        missing = QRect()
        budget = MOVING_IMAGE_MS if is_moving else STILL_IMAGE_MS
        for key in self._image.refresh(frame, content, budget, is_moving=is_moving):
            missing |= frame.rect_of(key) & frame.size
        if not missing.isEmpty():
            self._paint_crisp(painter, frame, pyramid, missing)
        self._paint_tiles(painter, frame)

    def _paint_tiles(self, painter: QPainter, frame: Frame) -> None:
        table = self.light.table
        if table is None:
            self._lit.clear()
            self._image.paint(painter, frame)
            return
        shown = self._image.shown(frame)
        plain = [(tile, frame.size.translated(-place) & tile.rect()) for place, tile in shown]
        for (place, _), tile in zip(shown, self._lit.of(plain, table), strict=True):
            painter.drawImage(place, tile)

    def _paint_crisp(self, painter: QPainter, frame: Frame, pyramid: ImagePyramid, rect: QRect) -> None:
        """Paint without smoothing, which is ten times faster: large pixels, or a preview."""
        painter.save()
        painter.setClipRect(rect)
        painter.translate(frame.origin.x() + frame.grid.phase_x, frame.origin.y() + frame.grid.phase_y)
        painter.scale(frame.grid.scale, frame.grid.scale)
        pyramid.paint(painter, frame.box_of(rect), frame.grid.scale, is_smooth=False, table=self.light.table)
        painter.restore()

    def _plan_image(self, box_xyxy: BoxXyxy, frame: Frame) -> TileJob:
        pyramid, scale = self.pyramid, frame.grid.scale
        assert pyramid is not None
        width = min(box_xyxy[2], pyramid.width) - max(box_xyxy[0], 0)
        height = min(box_xyxy[3], pyramid.height) - max(box_xyxy[1], 0)
        cost = max(width * scale, 0) * max(height * scale, 0) * SMOOTH_IMAGE_MS_PER_PIXEL

        def paint(painter: QPainter) -> None:
            pyramid.paint(painter, box_xyxy, scale, is_smooth=True)

        return TileJob(cost, paint)

    def _plan_instances(self, box_xyxy: BoxXyxy, frame: Frame) -> TileJob:
        return self._plan_rows(box_xyxy, frame, SAVED, only_selected=False)

    def _plan_selected(self, box_xyxy: BoxXyxy, frame: Frame) -> TileJob:
        return self._plan_rows(box_xyxy, frame, SELECTED, only_selected=True)

    def _plan_proposals(self, box_xyxy: BoxXyxy, frame: Frame) -> TileJob:
        return plan_proposals(self._scene.proposals, box_xyxy, frame.grid.scale, frame.pixel_ratio)

    def _plan_rows(self, box_xyxy: BoxXyxy, frame: Frame, style: OutlineStyle, *, only_selected: bool) -> TileJob:
        pyramid, scale = self.pyramid, frame.grid.scale
        assert pyramid is not None
        ratio = frame.pixel_ratio
        batch = self._scene.batch(box_xyxy, only_selected=only_selected)
        if not len(batch.rows):
            return TileJob(0.0, None)
        count = len(self._scene.selection) if only_selected else len(self._scene)
        small = small_side(count, pyramid.width * pyramid.height * (scale / ratio) ** 2)
        return plan_batch(batch, box_xyxy, scale, style.filled(self.fill_opacity), ratio, small)
