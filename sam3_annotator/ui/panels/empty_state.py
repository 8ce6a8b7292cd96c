"""What a panel shows when its list is empty: what is missing and what to do."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QLabel, QPushButton, QVBoxLayout, QWidget

from sam3_annotator.ui.sizes import bind_font, scaled
from sam3_annotator.ui.theme import SPACE_L, SPACE_S, SPACE_XS, pixmap, theme

ICON_SIDE: Final = 28


class EmptyState(QWidget):
    """An icon, a title, a sentence and, if it has a text, a link; where there is little room, no icon."""

    link_clicked = Signal()

    def __init__(self, icon_name: str, title: str = "", text: str = "") -> None:
        super().__init__()
        self._words_height = 0
        self._icon_name = icon_name
        self._icon = QLabel(alignment=Qt.AlignmentFlag.AlignCenter)
        self._title = QLabel(alignment=Qt.AlignmentFlag.AlignCenter, wordWrap=True, textFormat=Qt.TextFormat.PlainText)
        bind_font(self._title, "strong")
        self._text = QLabel(alignment=Qt.AlignmentFlag.AlignCenter, wordWrap=True, textFormat=Qt.TextFormat.PlainText)
        self._text.setProperty("tone", "dim")
        self._link = QPushButton()
        self._link.setProperty("kind", "link")
        self._link.clicked.connect(self.link_clicked)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(SPACE_L, SPACE_S, SPACE_L, SPACE_S)
        layout.setSpacing(SPACE_XS)
        layout.addStretch(2)
        layout.addWidget(self._icon)
        layout.addSpacing(SPACE_XS)
        layout.addWidget(self._title)
        layout.addWidget(self._text)
        layout.addWidget(self._link, alignment=Qt.AlignmentFlag.AlignCenter)
        layout.addStretch(3)
        layout.setSpacing(SPACE_S)
        theme().theme_changed.connect(self._draw_icon)
        self._draw_icon()
        self.say(title, text)

    @property
    def words(self) -> str:
        """The title and the sentence."""
        return "\n".join(filter(None, (self._title.text(), self._text.text())))

    def say(self, title: str, text: str, link: str = "", icon_name: str = "") -> None:
        """Show these words, and another icon if one is named."""
        if icon_name and icon_name != self._icon_name:
            self._icon_name = icon_name
            self._draw_icon()
        self._title.setText(title)
        self._text.setText(text)
        self._link.setText(link)
        self._link.setVisible(bool(link))
        self._fit()

    def minimumSizeHint(self) -> QSize:
        """Give the room of the words, which take more lines where it is narrow."""
        return QSize(super().minimumSizeHint().width(), self._words_height + 2 * SPACE_S)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Leave out the icon where it would take the words their room."""
        super().resizeEvent(event)
        self._fit()

    def _fit(self) -> None:
        width = self.width() - 2 * SPACE_L
        words = sum(label.heightForWidth(width) + SPACE_S for label in (self._title, self._text) if label.text())
        link = self._link.sizeHint().height() + SPACE_S if self._link.text() else 0
        if words + link != self._words_height:
            self._words_height = words + link
            self.updateGeometry()
        self._icon.setVisible(self.height() >= self._words_height + scaled(ICON_SIDE) + 4 * SPACE_S)

    def _draw_icon(self) -> None:
        self._icon.setPixmap(pixmap(self._icon_name, "text_disabled", scaled(ICON_SIDE), self.devicePixelRatioF()))
