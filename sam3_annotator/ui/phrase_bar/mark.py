"""The sign at the phrase bar's left end: the key that leads there, work under way, or that it failed."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QPointF, QRectF, QSize, QTimer
from PySide6.QtGui import QFontMetricsF, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QWidget

from sam3_annotator.ui.canvas.marks import paint_busy
from sam3_annotator.ui.keyboard.key_hint_bar import CAP_HEIGHT
from sam3_annotator.ui.sizes import bind_sizes, scaled
from sam3_annotator.ui.theme import ICON_SIZE, ICON_SIZE_SMALL, RADIUS_SMALL, pixmap, theme

BUSY_RADIUS: Final = 6.0
STEP_MS: Final = 100
# Work that is over sooner shows no sign: a flash would only disturb.
BUSY_AFTER_MS: Final = 150


class PhraseMark(QWidget):
    """A key cap, or a magnifier while somebody types or where there is no key or a long one.

    `is_busy` tells that the ring is shown instead.
    """

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._key = ""
        self._is_typing = self._has_failed = self._reduces_motion = False
        self._is_waiting = self.is_busy = False
        self._step = 0
        self._delay = QTimer(self, singleShot=True, interval=BUSY_AFTER_MS)
        self._delay.timeout.connect(self._show_busy)
        self._turn = QTimer(self, interval=STEP_MS)
        self._turn.timeout.connect(self._advance)
        bind_sizes(self, lambda: self.setFixedSize(self.sizeHint()))
        theme().theme_changed.connect(self.update)

    def set_key(self, key: str) -> None:
        """Show the cap of a key, "" for none."""
        is_short = QFontMetricsF(theme().font("caption")).horizontalAdvance(key) <= scaled(CAP_HEIGHT) - 2
        self._key = key if is_short else ""
        self.update()

    def set_typing(self, is_typing: bool) -> None:
        """Show a magnifier in place of the key, which would be typed now."""
        self._is_typing = is_typing
        self.update()

    def set_state(self, *, is_waiting: bool, has_failed: bool) -> None:
        """Show that an answer is awaited, once that takes a while, or that there was none."""
        self._has_failed = has_failed
        if is_waiting != self._is_waiting:
            self._is_waiting = is_waiting
            if is_waiting:
                self._delay.start()
            else:
                self._delay.stop()
                self._turn.stop()
                self.is_busy = False
        self.update()

    def set_reduced_motion(self, reduces_motion: bool) -> None:
        """Let the ring stand."""
        self._reduces_motion = reduces_motion
        if self.is_busy:
            self._show_busy()

    def sizeHint(self) -> QSize:
        """Be as large as an icon with its room."""
        return QSize(scaled(ICON_SIZE), scaled(ICON_SIZE))

    def _show_busy(self) -> None:
        self.is_busy = True
        if self._reduces_motion:
            self._turn.stop()
        else:
            self._turn.start()
        self.update()

    def _advance(self) -> None:
        self._step += 1
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: ARG002 - Qt's
        """Paint the sign."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if self.is_busy:
            colors = theme().color("line_strong"), theme().color("accent")
            step = None if self._reduces_motion else self._step
            paint_busy(painter, QPointF(self.width() / 2, self.height() / 2), step, scaled(BUSY_RADIUS), colors)
        elif self._has_failed:
            self._paint_icon(painter, "alert-circle-outline", "danger")
        elif self._is_typing or not self._key:
            self._paint_icon(painter, "magnify", "text_dim")
        else:
            self._paint_key(painter)

    def _paint_icon(self, painter: QPainter, name: str, role: str) -> None:
        at = (self.width() - scaled(ICON_SIZE_SMALL)) // 2
        painter.drawPixmap(at, at, pixmap(name, role, scaled(ICON_SIZE_SMALL), self.devicePixelRatioF()))

    def _paint_key(self, painter: QPainter) -> None:
        side = scaled(CAP_HEIGHT)
        cap = QRectF((self.width() - side) / 2, (self.height() - side) / 2, side, side)
        painter.setPen(QPen(theme().color("line_strong"), 1))
        painter.setBrush(theme().color("raised"))
        painter.drawRoundedRect(cap.adjusted(0.5, 0.5, -0.5, -0.5), RADIUS_SMALL, RADIUS_SMALL)
        font = theme().font("caption")
        metrics = QFontMetricsF(font)
        painter.setFont(font)
        painter.setPen(theme().color("text"))
        ink = metrics.tightBoundingRect(self._key)  # a slash reaches lower than letters do
        painter.drawText(cap.center() - ink.center(), self._key)
