"""A row of the page of keys: what is done in words, and by which keys or movements of the mouse as caps."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum, auto
from typing import Final

from PySide6.QtCore import QPoint, QRect, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from sam3_annotator.ui.item_delegates.painting import paint_text, text_width
from sam3_annotator.ui.sizes import scaled
from sam3_annotator.ui.theme import RADIUS_SMALL, SPACE_L, SPACE_M, SPACE_S, SPACE_XS, theme

LINE_HEIGHT: Final = 28
WORDS_LEFT: Final = SPACE_M + 2  # room for a mark before the words
CAP_HEIGHT: Final = 20
MIN_CAP_WIDTH: Final = 24
CAP_FONT: Final = "caption"


class CapKind(Enum):
    """How a cap looks: a key, one that cannot be changed, the place for one more, the one that is being asked for."""

    KEY = auto()
    FIXED = auto()
    EMPTY = auto()
    ASKED = auto()


@dataclass(frozen=True, slots=True)
class Cap:
    """What a cap says, and how it looks."""

    text: str
    kind: CapKind = CapKind.KEY

    @property
    def width(self) -> int:
        """The room it takes."""
        return max(scaled(MIN_CAP_WIDTH), text_width(self.text, CAP_FONT) + SPACE_M)


class CapRow(QWidget):
    """Words at the left, caps at the right; the words end early where there is no room for all."""

    def __init__(self, words: str, caps: Sequence[Cap] = (), parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.words = words
        self._caps: tuple[Cap, ...] = ()
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Minimum)
        theme().theme_changed.connect(self.update)
        self.set_caps(caps)

    @property
    def caps(self) -> tuple[Cap, ...]:
        """What is shown at the right."""
        return self._caps

    def set_caps(self, caps: Sequence[Cap]) -> None:
        """Show other caps."""
        self._caps = tuple(caps)
        keys = [cap.text for cap in self._caps if cap.kind is not CapKind.EMPTY]
        self.setAccessibleName(f"{self.words}: {', '.join(keys) or 'no key'}")
        self.update()

    def sizeHint(self) -> QSize:
        """Give the room for words and caps."""
        caps = sum(cap.width + SPACE_XS for cap in self._caps)
        return QSize(WORDS_LEFT + text_width(self.words) + SPACE_L + caps + SPACE_S, scaled(LINE_HEIGHT))

    def cap_rects(self) -> list[QRect]:
        """Give the places of the caps."""
        rects = list[QRect]()
        right, height = self.width() - SPACE_S, scaled(CAP_HEIGHT)
        for cap in reversed(self._caps):
            rects.append(QRect(right - cap.width, (scaled(LINE_HEIGHT) - height) // 2, cap.width, height))
            right -= cap.width + SPACE_XS
        return rects[::-1]

    def cap_at(self, place: QPoint) -> int:
        """Give the number of the cap at a place, -1 if there is none."""
        return next((number for number, rect in enumerate(self.cap_rects()) if rect.contains(place)), -1)

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: ARG002 - Qt's
        """Paint words and caps."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        self._paint_ground(painter)
        rects = self.cap_rects()
        end = self._words_end(rects[0].left() if rects else self.width())
        paint_text(painter, QRect(WORDS_LEFT, 0, end - WORDS_LEFT, scaled(LINE_HEIGHT)), self.words, font=self._font())
        for number, (cap, rect) in enumerate(zip(self._caps, rects, strict=True)):
            _paint_cap(painter, rect, cap, is_current=number == self._current_cap())

    def _paint_ground(self, painter: QPainter) -> None:
        """Paint what lies below words and caps; here nothing."""

    def _words_end(self, caps_left: int) -> int:
        return caps_left - SPACE_S

    def _font(self) -> str:
        return "body"

    def _current_cap(self) -> int:
        return -1


def _paint_cap(painter: QPainter, rect: QRect, cap: Cap, *, is_current: bool) -> None:
    is_asked, is_empty = cap.kind is CapKind.ASKED, cap.kind is CapKind.EMPTY
    edge = theme().color("accent" if is_current or is_asked else "line_strong")
    pen = QPen(edge, 2 if is_asked else 1, Qt.PenStyle.DashLine if is_empty else Qt.PenStyle.SolidLine)
    painter.setPen(pen if cap.kind is not CapKind.FIXED else QPen(theme().color("line"), 1))
    painter.setBrush(Qt.BrushStyle.NoBrush if is_empty else theme().color("field" if is_asked else "raised"))
    frame = rect.toRectF().adjusted(0.5, 0.5, -0.5, -0.5)
    painter.drawRoundedRect(frame, RADIUS_SMALL, RADIUS_SMALL)
    painter.setFont(theme().font(CAP_FONT))
    painter.setPen(theme().color("text" if cap.kind is CapKind.KEY else "text_dim"))
    painter.drawText(rect, Qt.AlignmentFlag.AlignCenter, cap.text)
