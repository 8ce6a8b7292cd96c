"""Has the model look at what is in view alone: small things in large images are large in a window of their own."""

from __future__ import annotations

import math
from collections.abc import Callable

from PySide6.QtCore import QObject, QPointF, Signal, Slot

from sam3_annotator.model import Window
from sam3_annotator.project import Polygon, Region, rectangle
from sam3_annotator.ui.assistance.assist import Assist
from sam3_annotator.ui.assistance.finder import Finder
from sam3_annotator.ui.canvas.marks import ACCENT
from sam3_annotator.ui.canvas.preview_item import PreviewKind
from sam3_annotator.ui.canvas.view import CanvasView
from sam3_annotator.ui.images.image_display import ImageDisplay

INSET = 6.0
"""Canvas pixels between the window and the border of the view, so that its frame is seen."""

LEAST_SIDE = 32
"""Image pixels that a window has along each side, as far as the image has them."""

WHOLE_IN_VIEW = "The model sees all that is in view. Zoom in on a part of the image for it to look closer."
BACK = "The model looks at the whole image again."


class CloserLook(QObject):
    """The window through which the model sees the shown image: set by what is in view, gone with the image.

    A draft and a concept that lie in the window are asked again; those that reach beyond it are asked of the whole.
    """

    changed = Signal(object)  # Window | None
    notice = Signal(str)

    def __init__(
        self, canvas: CanvasView, assist: Assist, finder: Finder, display: ImageDisplay, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._canvas = canvas
        self._assist = assist
        self._finder = finder
        self.window: Window | None = None
        display.left.connect(self._forget)

    def slots(self) -> dict[str, Callable[[], object]]:
        """Say what the verb calls."""
        return {"look_closer": self.toggle}

    def toggle(self) -> None:
        """Have the model look at what is in view; if it does already, at the whole image."""
        if self._assist.image is None:
            return  # it is still being read
        before, in_view = self.window, self._find_in_view()
        window = None if in_view == before else in_view
        if before is None and window is None:
            self.notice.emit(WHOLE_IN_VIEW)
            return
        self._look_through(window)

    def look_at_whole(self) -> None:
        """Have the model look at the whole image again."""
        if self.window is not None:
            self._look_through(None)

    def _look_through(self, window: Window | None) -> None:
        self._show(window)
        self._assist.look_through(window)
        self._finder.look_through(window)
        if window is None:
            self.notice.emit(BACK)
        else:
            height, width = window.size
            self.notice.emit(f"The model looks at this part alone, {width:,} by {height:,} pixels.")

    def _find_in_view(self) -> Window | None:
        """Give the part of the image that is in view; None if that is all of it."""
        width, height = self._canvas.image_size
        room = self._canvas.viewport().rect()
        corners = [QPointF(0, 0), QPointF(room.width(), room.height())]
        left_top, right_bottom = (self._canvas.image_from_viewport(corner) for corner in corners)
        inset = INSET / self._canvas.zoom
        columns = _side(left_top.x(), right_bottom.x(), inset, width)
        rows = _side(left_top.y(), right_bottom.y(), inset, height)
        if columns == (0, width) and rows == (0, height):
            return None
        return Window(columns[0], rows[0], columns[1], rows[1])

    def _show(self, window: Window | None) -> None:
        self.window = window
        unseen = None if window is None else _around(window, self._canvas.image_size)
        self._canvas.set_preview(unseen, ACCENT, PreviewKind.UNSEEN)
        self.changed.emit(window)

    @Slot()
    def _forget(self) -> None:
        """Let the next image be looked at as a whole."""
        if self.window is not None:
            self._show(None)


def _around(window: Window, image_size: tuple[int, int]) -> Region:
    """Give the image of this width and height with the window as a hole."""
    corners = [(window.x0, window.y0), (window.x1, window.y0), (window.x1, window.y1), (window.x0, window.y1)]
    return Region((Polygon(rectangle(0, 0, *image_size).polygons[0].outer, [corners]),))


def _side(low: float, high: float, inset: float, length: int) -> tuple[int, int]:
    """Give where a window begins and ends along an image's side of `length`, of which `low` to `high` are in view."""
    start = 0 if low <= 0 else math.floor(low + inset)
    end = length if high >= length else math.ceil(high - inset)
    if end - start < LEAST_SIDE:
        start = max(0, min((start + end - LEAST_SIDE) // 2, length - LEAST_SIDE))
        end = min(length, start + LEAST_SIDE)
    return start, end
