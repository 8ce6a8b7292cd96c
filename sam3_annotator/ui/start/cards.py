"""Large buttons of the start page: a way to begin, a project opened before."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from PySide6.QtCore import QPoint, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPainterPath, QPaintEvent, QPen, QPixmap
from PySide6.QtWidgets import QAbstractButton, QSizePolicy, QWidget

from sam3_annotator.ui.plain_tip import plain_tip
from sam3_annotator.ui.settings import RecentProject
from sam3_annotator.ui.sizes import bind_height, bind_sizes, scaled
from sam3_annotator.ui.theme import FOCUS_WIDTH, RADIUS, SPACE_L, SPACE_M, SPACE_S, SPACE_XS, pixmap, theme

CHOICE_HEIGHT: Final = 76
CHOICE_ICON: Final = 28
RECENT_WIDTH: Final = 224
RECENT_PICTURE_HEIGHT: Final = 128
RECENT_TEXT_HEIGHT: Final = 56


class Card(QAbstractButton):
    """Paints its own ground and focus ring; subclasses paint on it."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        theme().theme_changed.connect(self.update)

    def _paint_ground(self, painter: QPainter, fill: str, line: str) -> QRectF:
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        frame = QRectF(self.rect()).adjusted(1, 1, -1, -1)
        painter.setBrush(theme().color(fill))
        painter.setPen(QPen(theme().color("accent"), FOCUS_WIDTH) if self.hasFocus() else QPen(theme().color(line), 1))
        painter.drawRoundedRect(frame, RADIUS + 2, RADIUS + 2)
        return frame

    def _fill(self, rest: str, hover: str, pressed: str) -> str:
        if self.isDown():
            return pressed
        return hover if self.underMouse() else rest


class ChoiceCard(Card):
    """An icon, a title and a line; the primary one is filled with the accent."""

    def __init__(self, icon_name: str, title: str, line: str, *, is_primary: bool = False) -> None:
        super().__init__()
        self._icon_name = icon_name
        self._line = line
        self._is_primary = is_primary
        self.setText(title)
        self.setAccessibleDescription(line)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        bind_height(self, CHOICE_HEIGHT)

    def sizeHint(self) -> QSize:
        """Give a comfortable width."""
        return QSize(320, scaled(CHOICE_HEIGHT))

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: ARG002 - Qt's
        """Paint ground, icon and words."""
        painter = QPainter(self)
        if self._is_primary:
            fill = self._fill("accent_fill", "accent_fill_hover", "accent_fill_pressed")
            self._paint_ground(painter, fill, fill)
            strong = dim = "on_accent"
        else:
            self._paint_ground(painter, self._fill("raised", "hover", "pressed"), "line")
            strong, dim = "text", "text_dim"
        image = pixmap(self._icon_name, strong, scaled(CHOICE_ICON), self.devicePixelRatioF())
        painter.drawPixmap(SPACE_L + SPACE_XS, (self.height() - scaled(CHOICE_ICON)) // 2, image)
        left = SPACE_L + SPACE_XS + scaled(CHOICE_ICON) + SPACE_L
        words = QRect(left, 0, self.width() - left - SPACE_M, self.height())
        painter.setFont(theme().font("title"))
        painter.setPen(theme().color(strong))
        painter.drawText(words.adjusted(0, scaled(16), 0, -scaled(36)), Qt.AlignmentFlag.AlignVCenter, self.text())
        painter.setFont(theme().font("body"))
        painter.setPen(theme().color(dim))
        line = painter.fontMetrics().elidedText(self._line, Qt.TextElideMode.ElideRight, words.width())
        painter.drawText(words.adjusted(0, scaled(40), 0, -scaled(14)), Qt.AlignmentFlag.AlignVCenter, line)


class RecentCard(Card):
    """A picture of the project, its name and how far it is."""

    def __init__(self, project: RecentProject) -> None:
        super().__init__()
        self.project = project
        self._picture = QPixmap(project.thumbnail) if project.thumbnail else QPixmap()
        self._words = f"{project.done:,} of {project.total:,} done" if project.total else "No images yet"
        self.setText(project.name)
        self.setToolTip(plain_tip(str(Path(project.path))))
        self.setAccessibleName(f"{project.name}, {self._words}")
        bind_sizes(self, self._take_size)

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: ARG002 - Qt's
        """Paint picture and words."""
        painter = QPainter(self)
        frame = self._paint_ground(painter, self._fill("raised", "hover", "pressed"), "line")
        self._paint_picture(painter, frame)
        room = self.width() - 2 * SPACE_M
        painter.setFont(theme().font("strong"))
        painter.setPen(theme().color("text"))
        name = painter.fontMetrics().elidedText(self.text(), Qt.TextElideMode.ElideMiddle, room)
        top, line = scaled(RECENT_PICTURE_HEIGHT) + SPACE_S, scaled(20)
        painter.drawText(QRect(SPACE_M, top, room, line), Qt.AlignmentFlag.AlignVCenter, name)
        painter.setFont(theme().font("number_caption"))
        painter.setPen(theme().color("text_dim"))
        painter.drawText(QRect(SPACE_M, top + line, room, scaled(18)), Qt.AlignmentFlag.AlignVCenter, self._words)

    def _take_size(self) -> None:
        self.setFixedSize(scaled(RECENT_WIDTH), scaled(RECENT_PICTURE_HEIGHT) + scaled(RECENT_TEXT_HEIGHT))

    def _paint_picture(self, painter: QPainter, frame: QRectF) -> None:
        hole = QRectF(frame.left() + 1, frame.top() + 1, frame.width() - 2, scaled(RECENT_PICTURE_HEIGHT))
        shape = QPainterPath()
        shape.addRoundedRect(hole.adjusted(0, 0, 0, RADIUS), RADIUS + 1, RADIUS + 1)
        clip = QPainterPath()
        clip.addRect(hole)
        painter.save()
        painter.setClipPath(shape & clip)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        if self._picture.isNull():
            painter.fillRect(hole, theme().color("canvas"))
            image = pixmap("image-multiple-outline", "text_disabled", scaled(CHOICE_ICON), self.devicePixelRatioF())
            half = scaled(CHOICE_ICON) // 2
            painter.drawPixmap(hole.center().toPoint() - QPoint(half, half), image)
        else:
            painter.drawPixmap(hole, self._picture, _middle(self._picture, hole.width() / hole.height()))
        painter.restore()


def _middle(picture: QPixmap, aspect: float) -> QRectF:
    """Give the largest part of this aspect ratio from the middle of a picture."""
    width = min(picture.width(), picture.height() * aspect)
    part = QRectF(0, 0, width, width / aspect)
    part.moveCenter(QRectF(picture.rect()).center())
    return part
