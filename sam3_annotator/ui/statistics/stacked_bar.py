"""A bar of parts beside each other, each as long as it is large."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import accumulate
from typing import Final

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPainterPath

LEAST_WIDTH: Final = 2.0
"""What a part that is there is wide at least, so that it is seen."""
GAP: Final = 1.0


def paint_stacked_bar(painter: QPainter, frame: QRectF, parts: Sequence[tuple[float, QColor]]) -> None:
    """Fill a rounded frame with the parts, each a size and a colour, in their order."""
    shown = [(size, color) for size, color in parts if size > 0]
    if not shown or frame.width() <= LEAST_WIDTH * len(shown):
        return
    room = frame.width() - LEAST_WIDTH * len(shown)
    total = sum(size for size, _ in shown)
    ends = list(accumulate(LEAST_WIDTH + room * size / total for size, _ in shown))
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    rounded = QPainterPath()
    rounded.addRoundedRect(frame, frame.height() / 2, frame.height() / 2)
    painter.setClipPath(rounded)
    painter.setPen(Qt.PenStyle.NoPen)
    for (_, color), start, end in zip(shown, (0.0, *ends), ends, strict=False):
        gap = 0.0 if end == ends[-1] else GAP
        painter.fillRect(QRectF(frame.left() + start, frame.top(), end - start - gap, frame.height()), color)
    painter.restore()
