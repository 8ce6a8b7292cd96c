"""The ground of the canvas: the image at any zoom, or a message, and the view's way over it."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QEvent, QPointF, QRectF, Qt, QTimer, Signal, Slot
from PySide6.QtGui import (
    QFocusEvent,
    QKeyEvent,
    QMouseEvent,
    QNativeGestureEvent,
    QPainter,
    QPaintEvent,
    QResizeEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import QAbstractScrollArea, QFrame, QWidget

from sam3_annotator.ui.canvas import navigation
from sam3_annotator.ui.canvas.hit_test import BoxXyxy
from sam3_annotator.ui.canvas.layers import Layers
from sam3_annotator.ui.canvas.marks import paint_focus
from sam3_annotator.ui.canvas.message import Message, message_bottom, paint_message
from sam3_annotator.ui.canvas.pyramid import ImagePyramid
from sam3_annotator.ui.canvas.scene import Scene
from sam3_annotator.ui.canvas.tiles import Frame
from sam3_annotator.ui.canvas.view_transform import ViewTransform, closed_in, fitted, opened
from sam3_annotator.ui.theme import theme

ANIMATION_STEP_MS = 100
# The view counts as moving until it has stood still for so long.
SETTLE_MS = 80
# Loading that is over sooner shows no sign of work: a flash would only disturb.
BUSY_AFTER_MS = 150
MAX_BOX_ZOOM = 8.0
_BY_KEY = (Qt.FocusReason.TabFocusReason, Qt.FocusReason.BacktabFocusReason, Qt.FocusReason.ShortcutFocusReason)


class CanvasSurface(QAbstractScrollArea):
    """Paints image and instances, zooms and pans; a subclass paints over them and takes the other mouse events.

    Not a QGraphicsView: its scroll bars round the view to whole pixels, and it paints items one by one.
    """

    cursor_moved = Signal(object)  # QPointF in image pixels | None
    zoom_changed = Signal(float)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._scene = Scene()
        self._layers = Layers(self._scene, self.refresh)
        self.light = self._layers.light
        self._view = ViewTransform()
        self._is_fitted, self._covered = True, 0.0
        self._cursor_at: QPointF | None = None
        self._message: Message | None = None
        self._pan: navigation.Pan | None = None
        self._is_space_held = False
        self._is_focus_shown = False
        self.wheel_zooms = True  # what the plain wheel does: else it scrolls up and down
        self._step: int | None = 0
        self._settle = QTimer(self, singleShot=True, interval=SETTLE_MS)
        self._settle.timeout.connect(self.refresh)
        self._busy_delay = QTimer(self, singleShot=True, interval=BUSY_AFTER_MS)
        self._busy_delay.timeout.connect(self._show_busy)
        self._animation = QTimer(self, interval=ANIMATION_STEP_MS)
        self._animation.timeout.connect(self._animate)
        self._dress()
        theme().theme_changed.connect(self._follow_theme)
        # The thread must not outlive the canvas it paints for.
        self.destroyed.connect(self._layers.worker.stop)

    @Slot()
    def _follow_theme(self) -> None:
        self._layers.forget_colors()
        self.refresh()

    def _dress(self) -> None:
        self.setFrameShape(QFrame.Shape.NoFrame)
        # The frame of the window's style is for lists; the canvas paints its own focus.
        self.setStyleSheet("border: none")
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAccessibleName("Canvas")
        self.setMinimumSize(160, 120)
        self.viewport().setMouseTracking(True)
        self.viewport().setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)

    # What is shown

    def show_image(self, pixels: NDArray[np.uint8] | ImagePyramid | None, *, keep_view: bool = False) -> None:
        """Show `(H, W, 3)` uint8 RGB pixels, fitted unless `keep_view` after a zoom; None shows an empty canvas.

        Of a strip the beginning is shown. An `ImagePyramid` prepared on another thread comes without delay.
        """
        pyramid = ImagePyramid(pixels) if isinstance(pixels, np.ndarray) else pixels
        self._set_message(None)
        self._cancel()
        self._layers.show(pyramid)
        if pyramid is not None and keep_view and not self._is_fitted:
            self._set_view(self._view)  # the canvas may have another size by now
        elif pyramid is not None:
            self.fit()
            if (start := opened(self.image_size, self._size())) is not None:
                self._set_view(start)
        self.refresh()

    def show_message(self, title: str, text: str, *, icon: str = "", busy: bool = False) -> None:
        """Show a message instead of an image; `icon` is a name in `resources/icons`, `busy` turns a ring."""
        self.show_image(None)
        self._set_message(Message(title, text, icon, busy))

    @property
    def message_bottom(self) -> float:
        """Where the message ends that is shown instead of an image."""
        return message_bottom(self._message, QRectF(self.rect())) if self._message else 0.0

    def _set_message(self, message: Message | None) -> None:
        self._message = message
        self.setAccessibleDescription(message.spoken if message else "")
        if message is not None and message.is_busy:
            self._busy_delay.start()
        else:
            self._busy_delay.stop()
        self._set_animated()
        self.refresh()

    @Slot()
    def _show_busy(self) -> None:
        self._set_animated()
        self.refresh()

    def set_reduced_motion(self, reduces_motion: bool) -> None:
        """Let nothing on the canvas move by itself."""
        self._step = None if reduces_motion else 0
        self._set_animated()
        self.refresh()

    def _is_animated(self) -> bool:
        """Something moves by itself."""
        return self._message is not None and self._message.is_busy and not self._busy_delay.isActive()

    def _set_animated(self) -> None:
        if self._step is None or not self._is_animated():
            self._animation.stop()
        elif not self._animation.isActive():
            self._animation.start()

    @Slot()
    def _animate(self) -> None:
        self._step = 0 if self._step is None else self._step + 1
        if self.isVisible():
            self.refresh()

    @property
    def is_settled(self) -> bool:
        """Everything is painted as sharply as it can be; nothing is under way."""
        return self._layers.is_settled and not self._settle.isActive()

    # View

    @property
    def zoom(self) -> float:
        """Device-independent pixels per image pixel; 1.0 is 100 %."""
        return self._view.zoom

    def fit(self) -> None:
        """Show the whole image; it stays fitted when the canvas is resized, until zoomed or panned."""
        self._set_view(fitted(self.image_size, self._size(), self._covered))
        self._is_fitted = True

    def set_zoom(self, factor: float, anchor: QPointF | None = None) -> None:
        """Zoom to `factor`; what is at `anchor` on the canvas, by default its middle, stays there."""
        at = anchor if anchor is not None else QPointF(self._size()[0] / 2, self._size()[1] / 2)
        self._set_view(self._view.zoomed(factor, at.x(), at.y()))

    def zoom_to(self, box_xyxy: BoxXyxy, max_zoom: float = MAX_BOX_ZOOM) -> None:
        """Show a box of the image with some room around it, no smaller than in the whole image."""
        self._set_view(closed_in(box_xyxy, self.image_size, self._size(), max_zoom, self._covered))

    def viewport_from_image(self, point: QPointF) -> QPointF:
        """Map a point in image pixels to the viewport, where mouse events are."""
        return QPointF(*self._view.to_canvas(point.x(), point.y()))

    def image_from_viewport(self, point: QPointF) -> QPointF:
        """Map a point of the viewport to image pixels; the inverse of `viewport_from_image`."""
        return QPointF(*self._view.to_image(point.x(), point.y()))

    def set_covered(self, height: float) -> None:
        """Have a fitted image keep clear of what floats over so much of the canvas's upper edge."""
        has_changed, self._covered = height != self._covered, height
        if has_changed and self._is_fitted:
            self.fit()

    def _set_view(self, view: ViewTransform, *, is_moving: bool = False) -> None:
        view = view.kept_in_view(self.image_size, self._size())
        has_zoomed = view.zoom != self._view.zoom
        self._view, self._is_fitted = view, self._is_fitted and view == self._view
        if is_moving:
            self._settle.start()
        self.refresh()
        if has_zoomed:
            self.zoom_changed.emit(view.zoom)
        self._tell_cursor()

    def _size(self) -> tuple[float, float]:
        return float(self.viewport().width()), float(self.viewport().height())

    @property
    def view(self) -> ViewTransform:
        """Where the image is on the canvas."""
        return self._view

    @property
    def image_size(self) -> tuple[int, int]:
        """Width and height of the image in pixels, 1 x 1 without one."""
        pyramid = self._layers.pyramid
        return (1, 1) if pyramid is None else (pyramid.width, pyramid.height)

    @Slot()
    def refresh(self) -> None:
        """Have the canvas painted again."""
        self.viewport().update()

    # Painting

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint a frame."""
        painter = QPainter(self.viewport())
        painter.setClipRegion(event.region())
        room = QRectF(self.viewport().rect())
        if self._layers.pyramid is None:
            painter.fillRect(room, theme().color("canvas"))
            self._paint_message(painter, room)
        else:
            frame = Frame.of(self._view, room.width(), room.height(), self._ratio())
            painter.save()
            painter.scale(1 / frame.pixel_ratio, 1 / frame.pixel_ratio)
            self._layers.paint(painter, frame, is_moving=self._settle.isActive())
            painter.restore()
            self._paint_over(painter, room)
        if self._is_focus_shown:
            paint_focus(painter, room)

    def _paint_message(self, painter: QPainter, room: QRectF) -> None:
        message = self._message
        if message is not None and not (message.is_busy and self._busy_delay.isActive()):
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            paint_message(painter, message, room, self._ratio(), self._step)

    def _paint_over(self, painter: QPainter, room: QRectF) -> None:
        """Paint what is not in tiles; the painter works in canvas pixels."""

    def _ratio(self) -> float:
        return self.viewport().devicePixelRatioF()

    # Mouse and keys: those that move the view stay here, the others go on to the subclass

    def _press(self, event: QMouseEvent) -> None:
        """Take a button going down."""

    def _move(self, event: QMouseEvent) -> None:
        """Take the mouse moving."""

    def _release(self, event: QMouseEvent) -> None:
        """Take a button coming up."""

    def _cancel(self) -> None:
        """End what the mouse is in the middle of, without effect."""

    def _cursor_shape(self) -> Qt.CursorShape:
        """Say which cursor the canvas has when the hand does not hold it."""
        return Qt.CursorShape.ArrowCursor

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Take the image in the hand, or pass the press on."""
        if self._layers.pyramid is None:
            return
        is_left = event.button() is Qt.MouseButton.LeftButton
        if event.button() is Qt.MouseButton.MiddleButton or (is_left and self._is_space_held):
            self._pan = navigation.Pan(event.button(), event.position(), self._view)
            self._show_cursor()
        elif self._pan is None:
            self._press(event)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """Take the second press of a double click as a press: quick clicks are two clicks."""
        self.mousePressEvent(event)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Move the image along with the hand, or pass the move on; tell where the cursor is."""
        self._cursor_at = event.position()
        if self._layers.pyramid is None:
            return
        if self._pan is not None:
            self._set_view(self._pan.moved(event.position(), self._ratio()), is_moving=True)
        else:
            self._move(event)
            self._tell_cursor()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Let the image go, or pass the release on."""
        if self._pan is not None and event.button() is self._pan.button:
            self._pan = None
            self._show_cursor()
        elif self._layers.pyramid is not None:
            self._release(event)

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Zoom or scroll."""
        if self._layers.pyramid is not None:
            view = navigation.wheel_turned(self._view, event, self._ratio(), wheel_zooms=self.wheel_zooms)
            self._set_view(view, is_moving=True)
        event.accept()

    def viewportEvent(self, event: QEvent) -> bool:
        """Zoom by a pinch; note the cursor leaving."""
        if isinstance(event, QNativeGestureEvent) and self._layers.pyramid is not None:
            # Qt gives the place of a gesture in pixels of the window, whichever widget it goes to.
            at = self.viewport().mapFromGlobal(event.globalPosition())
            self._set_view(navigation.pinched(self._view, event, at), is_moving=True)
            return True
        if event.type() == QEvent.Type.Leave:
            self._leave()
        return super().viewportEvent(event)

    def _leave(self) -> None:
        self._cursor_at = None
        self._tell_cursor()

    def _tell_cursor(self) -> None:
        width, height = self.image_size
        point = self.image_from_viewport(self._cursor_at) if self._cursor_at is not None else QPointF(-1, -1)
        is_on_image = 0 <= point.x() < width and 0 <= point.y() < height
        self.cursor_moved.emit(point if is_on_image else None)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Fit again if the image was fitted, else keep its middle in the middle."""
        super().resizeEvent(event)
        if self._layers.pyramid is None:
            return
        if self._is_fitted:
            self.fit()
        else:
            old = float(event.oldSize().width()), float(event.oldSize().height())
            self._set_view(self._view.resized(old, self._size()))

    def event(self, event: QEvent) -> bool:
        """Keep Space and, during a drag, Esc from becoming shortcuts of the window."""
        if event.type() == QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent) and self._takes_key(event):
            event.accept()
            return True
        return super().event(event)

    def _takes_key(self, event: QKeyEvent) -> bool:
        return event.key() == Qt.Key.Key_Space and self._layers.pyramid is not None

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Hold the image with Space, scroll with the arrows."""
        view = navigation.arrow_pressed(self._view, event.key())
        if event.key() == Qt.Key.Key_Space:
            self._is_space_held = True
            self._show_cursor()
        elif view is not None and self._layers.pyramid is not None:
            self._set_view(view, is_moving=True)
        else:
            event.ignore()

    def keyReleaseEvent(self, event: QKeyEvent) -> None:
        """Let go with Space."""
        if event.key() == Qt.Key.Key_Space and not event.isAutoRepeat():
            self._is_space_held = False
            self._show_cursor()
        else:
            event.ignore()

    def _show_cursor(self) -> None:
        if self._pan is not None:
            shape = Qt.CursorShape.ClosedHandCursor
        elif self._is_space_held:
            shape = Qt.CursorShape.OpenHandCursor
        else:
            shape = self._cursor_shape()
        if self.viewport().cursor().shape() is not shape:
            self.viewport().setCursor(shape)

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Show the focus if it came by key: with the mouse, where one clicked is clear."""
        super().focusInEvent(event)
        self._is_focus_shown = event.reason() in _BY_KEY
        self.refresh()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """Let go of everything held by key."""
        super().focusOutEvent(event)
        self._is_focus_shown = self._is_space_held = False
        self._show_cursor()
        self.refresh()
