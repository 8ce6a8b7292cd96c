"""How the draft is painted: its region with moving dashes, its prompts and the wait for an answer."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter

from sam3_annotator.model import BoxPrompt, MaskPrompt, PointPrompt, Prompt
from sam3_annotator.project import Region
from sam3_annotator.ui.canvas import marks
from sam3_annotator.ui.canvas.draft import Draft
from sam3_annotator.ui.canvas.items import WHITE, OutlineStyle, outline_pen, paint_outlined
from sam3_annotator.ui.canvas.outlines import Outlines, level_for_scale
from sam3_annotator.ui.canvas.paths import Outline, outlines_of_rows
from sam3_annotator.ui.canvas.view_transform import ViewTransform

# White below the dashes of the category's colour.
STYLE = OutlineStyle(2.0, 4.5, 0.30, WHITE)
DASHES = [4.0, 3.0]
# Per step of 100 ms: no faster, or the eye is drawn to it for good.
DASH_STEP_PX = 2.0


class DraftItem:
    """The draft and its colour as last set; paints them for any view."""

    def __init__(self) -> None:
        self.draft: Draft | None = None
        self.color = QColor(WHITE)
        self._outlines: tuple[Region, Outlines] | None = None
        self._outline: tuple[int, Outline] | None = None

    def set_draft(self, draft: Draft | None, color: QColor) -> None:
        """Take the draft to paint, or None."""
        self.draft, self.color = draft, QColor(color)
        region = draft.region if draft is not None else None
        if region is None or region.is_empty:
            self._outlines = self._outline = None
        elif self._outlines is None or self._outlines[0] is not region:
            self._outlines, self._outline = (region, Outlines.of([region])), None

    @property
    def is_animated(self) -> bool:
        """Something about it moves."""
        return self.draft is not None and (self._outlines is not None or self.draft.is_waiting)

    def paint_region(
        self, painter: QPainter, device_scale: float, ratio: float, step: int | None, visible: QRectF
    ) -> None:
        """Paint the region; the painter works in image pixels, `visible` is the part of the image in sight.

        `step` counts the animation, None stands still.
        """
        outline = self._outline_at(device_scale)
        if outline is None:
            return
        paint_outlined(painter, outline, self.color, STYLE, ratio, visible)
        dashed = outline_pen(self.color, STYLE.width * ratio)
        dashed.setCapStyle(Qt.PenCapStyle.FlatCap)
        dashed.setDashPattern(DASHES)
        dashed.setDashOffset(-(step or 0) * DASH_STEP_PX / STYLE.width)
        painter.strokePath(outline.fill, dashed)

    def paint_prompts(self, painter: QPainter, view: ViewTransform, step: int | None) -> None:
        """Paint the prompts, numbered in their order; the painter works in canvas pixels."""
        if self.draft is None:
            return
        for prompt in self.draft.prompts:
            if isinstance(prompt, BoxPrompt):
                x0, y0, x1, y1 = view.box_to_canvas((prompt.x0, prompt.y0, prompt.x1, prompt.y1))
                marks.paint_box_prompt(painter, QRectF(x0, y0, x1 - x0, y1 - y0))
        anchors = [_anchor(view, prompt) for prompt in self.draft.prompts]
        if self.draft.is_waiting and anchors and anchors[-1] is not None:
            marks.paint_busy(painter, anchors[-1], step)
        for number, (prompt, at) in enumerate(zip(self.draft.prompts, anchors, strict=True), 1):
            if at is not None:
                is_positive = not isinstance(prompt, PointPrompt) or prompt.positive
                marks.paint_point_prompt(painter, at, number, is_positive=is_positive)

    def _outline_at(self, device_scale: float) -> Outline | None:
        if self._outlines is None:
            return None
        level = level_for_scale(device_scale)
        if self._outline is None or self._outline[0] != level:
            rings = self._outlines[1].at_level(level)
            self._outline = level, next(outlines_of_rows(rings, np.array([0])))
        return self._outline[1]


def _anchor(view: ViewTransform, prompt: Prompt) -> QPointF | None:
    match prompt:
        case PointPrompt():
            return QPointF(*view.to_canvas(prompt.x, prompt.y))
        case BoxPrompt():
            return QPointF(*view.to_canvas(prompt.x0, prompt.y0))
        case MaskPrompt():
            return None
