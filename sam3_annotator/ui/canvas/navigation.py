"""What wheel, touchpad, panning hand and keys do to the view and to drags, and how a box comes into sight."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QInputDevice, QKeyEvent, QKeySequence, QNativeGestureEvent, QWheelEvent

from sam3_annotator.ui.canvas.hit_test import BoxXyxy
from sam3_annotator.ui.canvas.view_transform import Size, ViewTransform, fitted_box

# Zoom of one notch of a wheel (120 units of Qt) and of one pixel of a touchpad.
NOTCH_ZOOM = 1.2
TOUCHPAD_ZOOM = 1.01
# Canvas pixels that one notch scrolls.
NOTCH_SCROLL = 80.0
ARROW_SCROLL = 64.0
# Between the edge of the canvas and a box that is brought into sight; a chip has room there.
REVEAL_MARGIN = 48.0
_ARROWS = {
    Qt.Key.Key_Left: (ARROW_SCROLL, 0.0),
    Qt.Key.Key_Right: (-ARROW_SCROLL, 0.0),
    Qt.Key.Key_Up: (0.0, ARROW_SCROLL),
    Qt.Key.Key_Down: (0.0, -ARROW_SCROLL),
}


def wheel_turned(view: ViewTransform, event: QWheelEvent, ratio: float, *, wheel_zooms: bool) -> ViewTransform:
    """Zoom at the cursor or scroll.

    A wheel zooms (or, without `wheel_zooms`, scrolls up and down), with Shift or tilted it scrolls sideways; two
    fingers on a touchpad pan; Ctrl always zooms. `ratio` is device pixels per canvas pixel.
    """
    angle, pixels = event.angleDelta(), event.pixelDelta()
    is_touchpad = _is_touchpad(event)
    at = event.position()
    if event.modifiers() & Qt.KeyboardModifier.ControlModifier:
        factor = TOUCHPAD_ZOOM ** pixels.y() if is_touchpad and pixels.y() else _notch_factor(angle.y() or angle.x())
        return view.zoomed(view.zoom * factor, at.x(), at.y())
    if is_touchpad:
        delta = QPointF(pixels) if not pixels.isNull() else QPointF(angle) * NOTCH_SCROLL / 120
        return view.panned(_whole(delta.x(), ratio), _whole(delta.y(), ratio))
    # Some systems turn Shift+wheel into a sideways wheel, others do not.
    turn = (angle.y() or angle.x()) / 120
    if event.modifiers() & Qt.KeyboardModifier.ShiftModifier or abs(angle.x()) > abs(angle.y()):
        return view.panned(_whole((angle.x() / 120 or turn) * NOTCH_SCROLL, ratio), 0.0)
    if wheel_zooms:
        return view.zoomed(view.zoom * NOTCH_ZOOM**turn, at.x(), at.y())
    return view.panned(0.0, _whole(turn * NOTCH_SCROLL, ratio))


def pinched(view: ViewTransform, event: QNativeGestureEvent, at: QPointF) -> ViewTransform:
    """Zoom by a pinch on a touchpad around `at`, a point of the canvas; other gestures change nothing."""
    if event.gestureType() is not Qt.NativeGestureType.ZoomNativeGesture:
        return view
    return view.zoomed(view.zoom * max(1 + event.value(), 0.1), at.x(), at.y())


def arrow_pressed(view: ViewTransform, key: int) -> ViewTransform | None:
    """Scroll by an arrow key; None for other keys."""
    way = _ARROWS.get(Qt.Key(key)) if key in list(_ARROWS) else None
    return None if way is None else view.panned(*way)


def ends_drag(event: QKeyEvent) -> bool:
    """Say whether a key means that what the button is held for is not to be done: Esc, or undo."""
    return event.key() == Qt.Key.Key_Escape or event.matches(QKeySequence.StandardKey.Undo)


def revealed(view: ViewTransform, box_xyxy: BoxXyxy, canvas: Size, ratio: float) -> ViewTransform:
    """Bring a box of the image into sight with the smallest move; zoom out if it is larger than the canvas.

    What is wholly in sight stays where it is. `ratio` is device pixels per canvas pixel.
    """
    x0, y0, x1, y1 = view.box_to_canvas(box_xyxy)
    if x0 >= 0 and y0 >= 0 and x1 <= canvas[0] and y1 <= canvas[1]:
        return view
    if x1 - x0 > canvas[0] or y1 - y0 > canvas[1]:
        return fitted_box(box_xyxy, canvas, margin=REVEAL_MARGIN, max_zoom=view.zoom)
    return view.panned(
        _whole(_way_in(x0, x1, canvas[0]), ratio),
        _whole(_way_in(y0, y1, canvas[1]), ratio),
    )


def _way_in(low: float, high: float, length: float) -> float:
    """How far `low..high` must move to lie in `0..length`, away from its ends where it was beyond one."""
    margin = min(REVEAL_MARGIN, (length - (high - low)) / 2)
    if low < 0:
        return margin - low
    return length - margin - high if high > length else 0.0


@dataclass(frozen=True, slots=True)
class Pan:
    """The hand holds the image by a button since `start`, a point of the canvas, when the view was `view`."""

    button: Qt.MouseButton
    start: QPointF
    view: ViewTransform

    def moved(self, to: QPointF, ratio: float) -> ViewTransform:
        """Move along, by whole device pixels: painted tiles can be copied then."""
        way = to - self.start
        return self.view.panned(_whole(way.x(), ratio), _whole(way.y(), ratio))


def _is_touchpad(event: QWheelEvent) -> bool:
    if event.device() is not None and event.device().type() is QInputDevice.DeviceType.TouchPad:
        return True
    return not event.pixelDelta().isNull() and event.phase() is not Qt.ScrollPhase.NoScrollPhase


def _notch_factor(angle: float) -> float:
    return float(NOTCH_ZOOM ** (angle / 120))


def _whole(length: float, ratio: float) -> float:
    return round(length * ratio) / ratio
