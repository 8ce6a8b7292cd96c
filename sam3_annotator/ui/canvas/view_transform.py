"""Where image points are on the canvas: a scale and an offset, without Qt."""

from __future__ import annotations

from dataclasses import dataclass

from sam3_annotator.ui.canvas.hit_test import BoxXyxy

MIN_ZOOM = 0.01
MAX_ZOOM = 64.0
FIT_MARGIN = 24.0
# Around a box that is closed in on, as a share of the canvas.
BOX_MARGIN = 0.15
# So much of the image stays within the canvas, whatever the panning.
KEPT_IN_VIEW = 80.0
# A strip less of which would be seen across than the first is opened so that the second is, at its beginning.
LEAST_ACROSS, COMFORTABLE_ACROSS = 16.0, 48.0

Size = tuple[float, float]


@dataclass(frozen=True, slots=True)
class ViewTransform:
    """Maps image pixels to device-independent canvas pixels: `canvas = image * zoom + offset`."""

    zoom: float = 1.0
    offset_x: float = 0.0
    offset_y: float = 0.0

    def to_canvas(self, x: float, y: float) -> tuple[float, float]:
        """Map an image point to the canvas."""
        return x * self.zoom + self.offset_x, y * self.zoom + self.offset_y

    def to_image(self, x: float, y: float) -> tuple[float, float]:
        """Map a canvas point to the image; the inverse of `to_canvas`."""
        return (x - self.offset_x) / self.zoom, (y - self.offset_y) / self.zoom

    def box_to_canvas(self, box_xyxy: BoxXyxy) -> BoxXyxy:
        """Map a box in image pixels to the canvas."""
        return (*self.to_canvas(*box_xyxy[:2]), *self.to_canvas(*box_xyxy[2:]))

    def zoomed(self, zoom: float, anchor_x: float, anchor_y: float) -> ViewTransform:
        """Take another zoom, within the limits; the image point under the canvas point `anchor` stays there."""
        zoom = min(max(zoom, MIN_ZOOM), MAX_ZOOM)
        ratio = zoom / self.zoom
        return ViewTransform(
            zoom, anchor_x - (anchor_x - self.offset_x) * ratio, anchor_y - (anchor_y - self.offset_y) * ratio
        )

    def panned(self, dx: float, dy: float) -> ViewTransform:
        """Move the image by canvas pixels."""
        return ViewTransform(self.zoom, self.offset_x + dx, self.offset_y + dy)

    def kept_in_view(self, image: Size, canvas: Size) -> ViewTransform:
        """Move the image back as far as needed for a piece of it to stay on the canvas."""
        return ViewTransform(
            self.zoom,
            _kept(self.offset_x, image[0] * self.zoom, canvas[0]),
            _kept(self.offset_y, image[1] * self.zoom, canvas[1]),
        )

    def resized(self, old_canvas: Size, new_canvas: Size) -> ViewTransform:
        """Keep the image point at the centre of the canvas there."""
        return self.panned((new_canvas[0] - old_canvas[0]) / 2, (new_canvas[1] - old_canvas[1]) / 2)


def _kept(offset: float, length: float, room: float) -> float:
    margin = min(KEPT_IN_VIEW, length, room / 2)
    return min(max(offset, margin - length), room - margin)


def fitted(image: Size, canvas: Size, covered: float = 0.0) -> ViewTransform:
    """Show the whole image, centred, with a margin around it; a tiny one is enlarged as far as any can be.

    Something floats over the uppermost `covered` pixels of the canvas, which the image keeps clear of.
    """
    lost = max(covered - FIT_MARGIN, 0.0)
    view = fitted_box((0.0, 0.0, *image), (canvas[0], canvas[1] - lost), margin=FIT_MARGIN)
    # In the middle of all the canvas where that is clear, too.
    return view.panned(0.0, min(max(lost / 2, lost + FIT_MARGIN - view.offset_y), lost))


def opened(image: Size, canvas: Size) -> ViewTransform | None:
    """Show the beginning of a strip, whole across, that would be but a line as a whole; None for all other images."""
    across = min(image)
    if across * fitted(image, canvas).zoom >= LEAST_ACROSS:
        return None
    side = 0 if across == image[0] else 1
    zoom = min(max(1.0, COMFORTABLE_ACROSS / across), (canvas[side] - 2 * FIT_MARGIN) / across, MAX_ZOOM)
    middle = canvas[side] / 2 - across / 2 * zoom
    return ViewTransform(zoom, middle, FIT_MARGIN) if side == 0 else ViewTransform(zoom, FIT_MARGIN, middle)


def fitted_box(box_xyxy: BoxXyxy, canvas: Size, *, margin: float, max_zoom: float = MAX_ZOOM) -> ViewTransform:
    """Show a box of the image, centred, as large as the canvas less its margins allows."""
    x0, y0, x1, y1 = box_xyxy
    width, height = max(x1 - x0, 1e-6), max(y1 - y0, 1e-6)
    room_x, room_y = max(canvas[0] - 2 * margin, 1.0), max(canvas[1] - 2 * margin, 1.0)
    zoom = min(max(min(room_x / width, room_y / height), MIN_ZOOM), max_zoom, MAX_ZOOM)
    return ViewTransform(zoom, canvas[0] / 2 - (x0 + x1) / 2 * zoom, canvas[1] / 2 - (y0 + y1) / 2 * zoom)


def closed_in(box_xyxy: BoxXyxy, image: Size, canvas: Size, max_zoom: float, covered: float = 0.0) -> ViewTransform:
    """Show a box of the image with some room around it; one that leaves none in the whole image, with that."""
    whole = fitted(image, canvas, covered)
    view = fitted_box(box_xyxy, canvas, margin=BOX_MARGIN * min(canvas), max_zoom=max(max_zoom, whole.zoom))
    return view if view.zoom >= whole.zoom else whole
