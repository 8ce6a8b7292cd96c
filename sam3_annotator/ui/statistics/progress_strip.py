"""How far the images are: one bar of all states, and what each colour stands for."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from PySide6.QtCore import QPoint, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from sam3_annotator.project import ImageState
from sam3_annotator.ui.item_delegates.painting import paint_text, text_width
from sam3_annotator.ui.item_models.image_model import STATE_WORDS
from sam3_annotator.ui.sizes import scaled
from sam3_annotator.ui.statistics.stacked_bar import paint_stacked_bar
from sam3_annotator.ui.theme import SPACE_L, SPACE_S, SPACE_XS, theme

BAR_HEIGHT: Final = 10
LEGEND_HEIGHT: Final = 20
DOT: Final = 8
_COLORS: Final[Mapping[ImageState, tuple[str, float]]] = {
    ImageState.REVIEWED: ("success", 1.0),
    ImageState.DONE: ("success", 0.65),
    ImageState.CONFIRMED_EMPTY: ("success", 0.35),
    ImageState.IN_PROGRESS: ("warning", 1.0),
    ImageState.UNANNOTATED: ("line_strong", 1.0),
}
"""Colour role and opacity of each state, the furthest first."""


class ProgressStrip(QWidget):
    """Paints the counts; images that are left out stand in the legend, and not in the bar."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._counts: Mapping[str, int] = {}
        policy = QSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)
        theme().theme_changed.connect(self.update)

    def show_counts(self, counts: Mapping[str, int]) -> None:
        """Show how many images are in each state, by its word."""
        self._counts = counts
        self.setAccessibleName(f"Images: {', '.join(words for words, _ in self._entries())}")
        self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:
        """Give the size with a legend of one line."""
        return QSize(scaled(LEGEND_HEIGHT) * 10, self.heightForWidth(scaled(LEGEND_HEIGHT) * 50))

    def heightForWidth(self, width: int) -> int:
        """Give the height of the bar and as many lines as the legend takes."""
        lines = 1 + max((line for *_, line in self._places(width)), default=0)
        return scaled(BAR_HEIGHT) + SPACE_S + scaled(LEGEND_HEIGHT) * lines

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: ARG002 - Qt's
        """Paint bar and legend."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        parts = [(self._counts.get(state, 0), _color(state)) for state in _COLORS]
        frame = QRectF(0, 0, self.width(), scaled(BAR_HEIGHT))
        if not any(count for count, _ in parts):
            parts = [(1, theme().color("line"))]
        paint_stacked_bar(painter, frame, parts)
        for words, color, x, line in self._places(self.width()):
            top = scaled(BAR_HEIGHT) + SPACE_S + line * scaled(LEGEND_HEIGHT)
            painter.setPen(Qt.PenStyle.NoPen if color is not None else theme().color("text_dim"))
            painter.setBrush(color if color is not None else Qt.BrushStyle.NoBrush)
            painter.drawEllipse(
                QRectF(x + 0.5, top + (scaled(LEGEND_HEIGHT) - scaled(DOT)) / 2, scaled(DOT), scaled(DOT))
            )
            place = QRect(QPoint(x + scaled(DOT) + SPACE_XS + 2, top), QSize(self.width(), scaled(LEGEND_HEIGHT)))
            paint_text(painter, place, words, font="number_caption", role="text_dim")

    def _entries(self) -> Iterator[tuple[str, QColor | None]]:
        """Give words and colour of each state that an image is in."""
        for state in (*_COLORS, ImageState.LEFT_OUT):
            if count := self._counts.get(state, 0):
                yield f"{STATE_WORDS[state]} {count:,}", _color(state) if state in _COLORS else None

    def _places(self, width: int) -> Iterator[tuple[str, QColor | None, int, int]]:
        """Give each entry with its left edge and its line."""
        x, line = 0, 0
        for words, color in self._entries():
            needed = scaled(DOT) + SPACE_XS + 2 + text_width(words, "number_caption")
            if x and x + needed > width:
                x, line = 0, line + 1
            yield words, color, x, line
            x += needed + SPACE_L


def _color(state: ImageState) -> QColor:
    role, alpha = _COLORS[state]
    return theme().color(role, alpha)
