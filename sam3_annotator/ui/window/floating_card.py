"""A card with a title that floats over a corner of the canvas until it is closed."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QMargins, QObject, Qt, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QToolButton, QVBoxLayout, QWidget

from sam3_annotator.ui.sizes import bind_font, bind_icon_size, scaled
from sam3_annotator.ui.theme import ICON_SIZE_SMALL, SPACE_L, SPACE_M, SPACE_S, SPACE_XS, bind_icon, theme


class FloatingCard(QFrame):
    """Stays in the lower left corner of the widget below it, out of the way where it has no room.

    `body` is what it shows. A card with a `width` stays in the lower right corner, and narrower where there is less.
    """

    dismissed = Signal()

    def __init__(self, title: str, ground: QWidget, *, cross_words: str, width: int | None = None) -> None:
        super().__init__(ground)
        self.setProperty("surface", "card")
        self.setAccessibleName(title)
        self._ground = ground
        self._width = width
        heading = QLabel(title)
        bind_font(heading, "strong")
        self.cross = _cross(cross_words)
        self.cross.clicked.connect(self.dismiss)
        head = QHBoxLayout()
        head.setSpacing(SPACE_L)
        head.addWidget(heading, stretch=1)
        head.addWidget(self.cross)
        self.body = QVBoxLayout()
        self.body.setContentsMargins(0, 0, SPACE_S, 0)  # as much room as at the left
        layout = QVBoxLayout(self)
        layout.setContentsMargins(SPACE_L, SPACE_S, SPACE_S, SPACE_M)
        layout.setSpacing(SPACE_XS)
        layout.addLayout(head)
        layout.addLayout(self.body)
        ground.installEventFilter(self)
        theme().theme_changed.connect(self.fit)

    def dismiss(self) -> None:
        """Close the card for good."""
        self._ground.removeEventFilter(self)
        self.hide()
        self.dismissed.emit()
        self.deleteLater()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Stay in the corner when the canvas changes its size."""
        if event.type() == QEvent.Type.Resize:
            self._place()
        return super().eventFilter(watched, event)

    def fit(self) -> None:
        """Take the size that its words need."""
        self.ensurePolished()
        self.adjustSize()
        self._place()

    def _place(self) -> None:
        room = self._ground.size().shrunkBy(QMargins(SPACE_L, SPACE_L, SPACE_L, SPACE_L))
        if self._width is not None:
            width = max(min(scaled(self._width), room.width()), self.minimumSizeHint().width())
            self.resize(width, self.heightForWidth(width))
        left = 0 if self._width is None else room.width() - self.width()
        self.move(SPACE_L + left, SPACE_L + room.height() - self.height())
        has_room = self.width() <= room.width() and self.height() <= room.height()
        self.setVisible(has_room or self._width is not None)


def _cross(words: str) -> QToolButton:
    cross = QToolButton()
    bind_icon_size(cross, ICON_SIZE_SMALL)
    cross.setToolTip("Close")
    cross.setAccessibleName(words)
    cross.setFocusPolicy(Qt.FocusPolicy.TabFocus)
    bind_icon(cross, "close", "text_dim")
    return cross
