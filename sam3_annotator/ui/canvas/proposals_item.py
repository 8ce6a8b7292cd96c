"""How proposals are painted: dotted, since they are not there yet; the focused one solid; exemplars as boxes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter

from sam3_annotator.model import Exemplar
from sam3_annotator.ui.canvas import marks
from sam3_annotator.ui.canvas.chips import MAX_COUNT, MIN_WIDTH, Chip, ChipFace, place_chips
from sam3_annotator.ui.canvas.hit_test import BoxXyxy
from sam3_annotator.ui.canvas.items import OutlineStyle, lighter, outline_pen, paint_fill, paint_outlined
from sam3_annotator.ui.canvas.outlines import level_for_scale
from sam3_annotator.ui.canvas.paths import Outline, outline_of_region, outlines_of_rows
from sam3_annotator.ui.canvas.proposals import Proposal
from sam3_annotator.ui.canvas.shown_proposals import ShownProposals
from sam3_annotator.ui.canvas.tiles import TileJob
from sam3_annotator.ui.canvas.view_transform import ViewTransform

DOT_SIZE, HALO_WIDTH = 2.0, 3.5
# Darker than that of other outlines: between the dots it is all there is.
DARK_HALO = QColor(0, 0, 0, 170)
# In dot sizes: the dot and the gap.
DOTS = [1.0, 1.2]
HOVERED_FILL_OPACITY = 0.2
FOCUSED = OutlineStyle(2.5, 5.0, 0.3)
CORNER_SHARE = 0.15
# Cost of a row on a slow machine, for the choice between painting at once and on the worker.
ROW_MS = 0.7


def plan_proposals(shown: ShownProposals, box_xyxy: BoxXyxy, device_scale: float, ratio: float) -> TileJob:
    """Plan the painting of the outlines of open proposals, as far as they are in a box of the image."""
    rows = shown.rows_in(box_xyxy)
    if not len(rows):
        return TileJob(0.0, None)
    outlines, level = shown.outlines, level_for_scale(device_scale)
    colors = [QColor(shown.color_of_row(row)) for row in rows.tolist()]
    visible = QRectF(QPointF(*box_xyxy[:2]), QPointF(*box_xyxy[2:]))

    def paint(painter: QPainter) -> None:
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        for outline, color in zip(outlines_of_rows(outlines.at_level(level), rows), colors, strict=True):
            _paint_dotted(painter, outline, color, ratio, visible)

    return TileJob(len(rows) * ROW_MS, paint)


def _paint_dotted(painter: QPainter, outline: Outline, color: QColor, ratio: float, visible: QRectF) -> None:
    halo, dots = outline_pen(DARK_HALO, HALO_WIDTH * ratio), outline_pen(color, DOT_SIZE * ratio)
    dots.setCapStyle(Qt.PenCapStyle.FlatCap)  # round ones take twice as long
    dots.setDashPattern(DOTS)
    pieces = [piece for piece in outline.strokes if piece.controlPointRect().intersects(visible)]
    for pen in (halo, dots):
        for piece in pieces:
            painter.strokePath(piece, pen)


class ProposalsItem:
    """Paints what changes from frame to frame: the hovered and the focused proposal, chips and exemplars."""

    def __init__(self, shown: ShownProposals) -> None:
        self._shown = shown
        self._outlines: dict[int, tuple[Proposal, int, Outline]] = {}

    @property
    def is_animated(self) -> bool:
        """Something about it moves."""
        proposals = self._shown.proposals
        return proposals is not None and proposals.is_waiting and bool(proposals.concept.exemplars)

    def paint_regions(self, painter: QPainter, device_scale: float, ratio: float, visible: QRectF) -> None:
        """Paint the hovered and the focused one; the painter works in image pixels, `visible` is what is in sight."""
        level = level_for_scale(device_scale)
        focused, hovered = self._shown.focused, self._shown.hovered
        self._outlines = {
            id(proposal): self._outline(proposal, level) for proposal in (focused, hovered) if proposal is not None
        }
        if hovered is not None:
            outline, color = self._outlines[id(hovered)][2], QColor(self._shown.color_of(hovered))
            paint_fill(painter, outline.fill, color, HOVERED_FILL_OPACITY)
            _paint_dotted(painter, outline, lighter(color), ratio, visible)
        if focused is not None:
            color = QColor(self._shown.color_of(focused))
            style = replace(FOCUSED, line=lighter(color))
            paint_outlined(painter, self._outlines[id(focused)][2], color, style, ratio, visible)

    def _outline(self, proposal: Proposal, level: int) -> tuple[Proposal, int, Outline]:
        known = self._outlines.get(id(proposal))
        if known is None or known[1] != level:
            known = proposal, level, outline_of_region(proposal.region, level)
        return known

    def chips(self, view: ViewTransform, room: QRectF, occupied: Sequence[QRectF]) -> list[Chip]:
        """Place the scores of those in sight; of the focused and the hovered one only where they are too many.

        The others' chips cover neither what is `occupied` nor another proposal: whose score it is must be clear.
        """
        shown = self._shown
        in_sight = (*view.to_image(room.left(), room.top()), *view.to_image(room.right(), room.bottom()))
        wide = shown.wide_in(in_sight, MIN_WIDTH / view.zoom)
        marked = shown.focused, shown.hovered
        first = [self._score(view, *each) for each in wide if each[0] in marked]
        placed = place_chips(first, room, occupied)
        others = [self._score(view, *each) for each in wide if each[0] not in marked] if len(wide) <= MAX_COUNT else []
        if not others:
            return placed
        cores = [_core(view.box_to_canvas(box)) for _, box in shown.wide_in(in_sight, 0.0)]
        return [*placed, *place_chips(others, room, [*occupied, *(chip.rect for chip in placed), *cores])]

    def _score(self, view: ViewTransform, proposal: Proposal, box_xyxy: BoxXyxy) -> tuple[ChipFace, BoxXyxy]:
        face = ChipFace(f"{proposal.score:.2f}", is_focused=proposal is self._shown.focused)
        return face, view.box_to_canvas(box_xyxy)

    def tags(self, view: ViewTransform, room: QRectF) -> list[QRectF]:
        """Say where the tags of exemplars are, in canvas pixels."""
        return [marks.exemplar_tag(_on_canvas(view, exemplar), room) for exemplar in self._exemplars()]

    def paint_exemplars(self, painter: QPainter, view: ViewTransform, room: QRectF, step: int | None) -> None:
        """Paint exemplars, and on the last one that an answer is awaited; the painter works in canvas pixels."""
        exemplars = self._exemplars()
        for exemplar in exemplars:
            marks.paint_exemplar(painter, _on_canvas(view, exemplar), room, is_positive=exemplar.positive)
        if self.is_animated:
            marks.paint_busy(painter, _on_canvas(view, exemplars[-1]).center(), step)

    def _exemplars(self) -> tuple[Exemplar, ...]:
        return self._shown.proposals.concept.exemplars if self._shown.proposals is not None else ()


def _on_canvas(view: ViewTransform, exemplar: Exemplar) -> QRectF:
    x0, y0, x1, y1 = view.box_to_canvas((exemplar.x0, exemplar.y0, exemplar.x1, exemplar.y1))
    return QRectF(x0, y0, x1 - x0, y1 - y0)


def _core(box_xyxy: BoxXyxy) -> QRectF:
    """Leave out the corners of a box, where most objects are not."""
    x0, y0, x1, y1 = box_xyxy
    inset_x, inset_y = CORNER_SHARE * (x1 - x0), CORNER_SHARE * (y1 - y0)
    return QRectF(x0 + inset_x, y0 + inset_y, x1 - x0 - 2 * inset_x, y1 - y0 - 2 * inset_y)
