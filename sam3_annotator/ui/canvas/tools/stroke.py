"""A stroke of the brush, from press to release."""

from __future__ import annotations

import math

from PySide6.QtCore import QRectF
from PySide6.QtGui import QPainter

from sam3_annotator.project import Region, brushed
from sam3_annotator.ui.canvas.scene import CanvasInstance
from sam3_annotator.ui.canvas.stroke_preview import StrokePreview
from sam3_annotator.ui.canvas.tools.base import ToolHost

# The cursor must go so far for another point: a share of the radius, at most some pixels of the canvas.
SPACING_SHARE, MAX_SPACING = 0.05, 2.0
# The way may be simplified by so much of a canvas pixel, which is not seen, in image pixels within these limits.
UNSEEN, MIN_DEVIATION, MAX_DEVIATION = 0.35, 0.25, 2.0
# Of a small brush by no more than this share of its radius.
DEVIATION_SHARE = 0.1


class Stroke:
    """Adds to an instance, takes away from it, or makes a new one where `instance` is None; written by `finish`."""

    def __init__(
        self, host: ToolHost, instance: CanvasInstance | None, way: list[tuple[float, float]], *, adds: bool
    ) -> None:
        self.radius = host.brush.radius_on(host.image_size)
        self.adds = adds
        self._host = host
        self._instance = instance
        self._points = list(way)
        self._end = way[-1]
        color = host.brush.color if instance is None else instance.color
        opacity = host.fill_opacity
        self._preview = StrokePreview(self._before, color, self.radius, adds=adds, fill_opacity=opacity)
        for point in way:
            self._preview.extend(*point)

    @property
    def end(self) -> tuple[float, float]:
        """Where the brush is."""
        return self._end

    @property
    def _before(self) -> Region:
        return Region() if self._instance is None else self._instance.region

    def move(self, x: float, y: float) -> None:
        """Go on to a point in image pixels."""
        self._end = x, y
        if math.dist(self._points[-1], self._end) >= self._spacing:
            self._points.append(self._end)
            self._preview.extend(x, y)

    @property
    def _spacing(self) -> float:
        return min(SPACING_SHARE * self.radius, MAX_SPACING / self._host.view.zoom)

    def finish(self) -> None:
        """Announce what the stroke makes of the instance, if it makes anything of it."""
        before = self._before
        way = [*self._points, self._end]
        deviation = min(max(UNSEEN / self._host.view.zoom, MIN_DEVIATION), MAX_DEVIATION, DEVIATION_SHARE * self.radius)
        region = brushed(before, way, self.radius, self._host.image_size, adds=self.adds, deviation=deviation)
        if self._instance is None:
            self._host.add_region(region, selects=True)
        elif region.is_empty:
            self._host.brush.erased.emit(self._instance.id)
        elif region is not before:
            self._host.finish_edit(self._instance.id, region, "Brush" if self.adds else "Erase")

    def paint(self, painter: QPainter, room: QRectF) -> None:
        """Paint the instance as it would be now."""
        self._preview.paint(painter, self._host.view, room, painter.device().devicePixelRatioF())
