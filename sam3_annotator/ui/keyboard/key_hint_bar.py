"""Paints what the keys do now: a small key cap and a word, as many as fit."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QFontMetricsF, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from sam3_annotator.ui.keyboard.key_hints import KeyHint
from sam3_annotator.ui.sizes import bind_font, scaled
from sam3_annotator.ui.theme import RADIUS_SMALL, SPACE_M, SPACE_XS, theme

CAP_HEIGHT: Final = 17
CAP_PADDING: Final = 5


class KeyHintBar(QWidget):
    """Takes the room it gets; a hint that does not fit whole is left out, the last ones first."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._hints: tuple[KeyHint, ...] = ()
        bind_font(self, "caption")
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        theme().theme_changed.connect(self.update)

    def set_hints(self, hints: Sequence[KeyHint]) -> None:
        """Show these hints, most useful first."""
        if tuple(hints) != self._hints:
            self._hints = tuple(hints)
            self.setAccessibleName(", ".join(f"{hint.key}: {hint.text}" for hint in hints))
            self.update()

    def sizeHint(self) -> QSize:
        """Give the height of a key cap; the width is whatever is left over."""
        return QSize(0, scaled(CAP_HEIGHT) + 2)

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: ARG002 - Qt's
        """Paint the hints that fit."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        metrics = QFontMetricsF(self.font())
        x = 0.0
        for hint in self._hints:
            cap_width = metrics.horizontalAdvance(hint.key) + 2 * CAP_PADDING
            end = x + cap_width + SPACE_XS + 2 + metrics.horizontalAdvance(hint.text)
            if end > self.width():
                break
            self._paint_hint(
                painter,
                metrics,
                hint,
                QRectF(x, (self.height() - scaled(CAP_HEIGHT)) / 2, cap_width, scaled(CAP_HEIGHT)),
            )
            x = end + SPACE_M

    def _paint_hint(self, painter: QPainter, metrics: QFontMetricsF, hint: KeyHint, cap: QRectF) -> None:
        painter.setPen(QPen(theme().color("line"), 1))
        painter.setBrush(theme().color("raised"))
        painter.drawRoundedRect(cap.adjusted(0.5, 0.5, -0.5, -0.5), RADIUS_SMALL, RADIUS_SMALL)
        painter.setPen(theme().color("text"))
        painter.drawText(cap, Qt.AlignmentFlag.AlignCenter, hint.key)
        painter.setPen(theme().color("text_dim"))
        baseline = cap.center().y() + (metrics.ascent() - metrics.descent()) / 2
        painter.drawText(QPointF(cap.right() + SPACE_XS + 2, baseline), hint.text)
