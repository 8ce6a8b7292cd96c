"""The line at the bottom: where the cursor is, the zoom, what the keys do now and what is under way."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final

from PySide6.QtCore import QPointF, QSize, Qt
from PySide6.QtGui import QPaintEvent, QResizeEvent
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLabel,
    QProgressBar,
    QSizePolicy,
    QStatusBar,
    QStylePainter,
    QToolButton,
    QWidget,
)

from sam3_annotator.ui.keyboard.key_hint_bar import KeyHintBar
from sam3_annotator.ui.keyboard.key_hints import KeyHint
from sam3_annotator.ui.plain_tip import plain_tip
from sam3_annotator.ui.screen_readers import read_out
from sam3_annotator.ui.sizes import bind_font, bind_height, bind_icon_size, bind_sizes, bind_width, scaled
from sam3_annotator.ui.theme import FONT_CAPTION_PX, SPACE_M, SPACE_S, SPACE_XS, bind_icon, pixmap, theme

HEIGHT: Final = 28
ADJUSTED: Final = "Brightness adjusted"
_NO_CURSOR: Final = "x \N{EN DASH}  y \N{EN DASH}"


class StatusLine(QStatusBar):
    """Left to right: cursor and zoom, what is special about the image, draft in words, key hints, activity, device.

    `adjusted` is there while the image is not shown as it is.
    """

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setSizeGripEnabled(False)
        bind_height(self, HEIGHT)
        self._cursor = self._number(_NO_CURSOR, "x 00000  y 00000")
        self._zoom = self._number("", "0000 %")
        self._left_out = _Mark("minus-circle-outline", "Left out")
        self.adjusted = _adjusted_button()
        self._hint = _ShrinkingLabel()
        self._keys = KeyHintBar()
        self._activity = _Activity()
        self._latency = self._number("", "")
        self._device = _ShrinkingLabel()
        self._device.setProperty("tone", "dim")
        # Before they are put into anything: Qt's style sheets forget a font set on a widget shown before.
        for words in (self._hint, self._device):
            bind_font(words, "caption")
        row = QWidget()
        layout = QHBoxLayout(row)
        layout.setContentsMargins(SPACE_M, 0, SPACE_M, 0)
        layout.setSpacing(SPACE_M)
        left: tuple[QWidget, ...] = (self._cursor, self._zoom, _line(), self.adjusted, self._left_out, self._hint)
        right: tuple[QWidget, ...] = (self._activity, self._latency, self._device)
        for widget in left:
            layout.addWidget(widget)
        layout.addWidget(self._keys, stretch=1)
        for widget in right:
            layout.addWidget(widget)
        self.addWidget(row, 1)
        for label, name in ((self._cursor, "Cursor"), (self._zoom, "Zoom"), (self._latency, "Answer time")):
            label.setAccessibleName(name)
        for optional in (self.adjusted, self._left_out, self._hint, self._latency, self._device):
            optional.hide()

    def set_cursor(self, position: QPointF | None) -> None:
        """Show the cursor in image pixels, None while it is off the image."""
        if position is None:
            self._cursor.setText(_NO_CURSOR)
        else:
            self._cursor.setText(f"x {int(position.x() // 1)}  y {int(position.y() // 1)}")

    def set_zoom(self, zoom: float) -> None:
        """Show the zoom, 1.0 for 100 %."""
        percent = zoom * 100
        self._zoom.setText(f"{percent:.1f} %" if percent < 10 else f"{percent:.0f} %")

    def set_left_out(self, *, is_left_out: bool) -> None:
        """Say whether the image is left out of the dataset."""
        self._left_out.setVisible(is_left_out)

    def set_adjusted(self, *, is_adjusted: bool) -> None:
        """Say whether the image is shown with another brightness and contrast than its own."""
        self.adjusted.setVisible(is_adjusted)

    def set_hint(self, text: str) -> None:
        """Say something about the draft or the selection ("2 clicks, 0.94"); "" for nothing."""
        if text != self._hint.text() and not text.endswith("…"):  # what is under way would only delay its result
            read_out(self, text)
        self._hint.setText(text)
        self._hint.setVisible(bool(text))

    def set_key_hints(self, hints: Sequence[KeyHint]) -> None:
        """Say what keys would do now."""
        self._keys.set_hints(hints)

    def set_activity(
        self, text: str, progress: float | None = None, cancel: Callable[[], object] | None = None
    ) -> None:
        """Say what is under way, how far it is (0 to 1, None unknown) and how to stop it; "" when it is over."""
        self._activity.show_activity(text, progress, cancel)

    def set_latency(self, seconds: float | None, device: str = "") -> None:
        """Show how long the last answer of the model took, and where it computes."""
        self._latency.setText("" if seconds is None else _duration(seconds))
        self._latency.setVisible(seconds is not None)
        self._device.setText(device)
        self._device.setVisible(bool(device))

    @staticmethod
    def _number(text: str, widest: str) -> QLabel:
        label = QLabel(text)
        bind_font(label, "number_caption")
        label.setProperty("tone", "dim")
        if widest:
            bind_sizes(label, lambda: label.setMinimumWidth(label.fontMetrics().horizontalAdvance(widest)))
        return label


class _Mark(QWidget):
    """A word with its icon."""

    def __init__(self, icon_name: str, word: str) -> None:
        super().__init__()
        self._icon_name = icon_name
        self._icon = QLabel()
        text = QLabel(word)
        bind_font(text, "caption")
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(SPACE_XS)
        layout.addWidget(self._icon)
        layout.addWidget(text)
        theme().theme_changed.connect(self._draw_icon)
        self._draw_icon()

    def _draw_icon(self) -> None:
        side = scaled(FONT_CAPTION_PX + 3)
        self._icon.setPixmap(pixmap(self._icon_name, "warning", side, self.devicePixelRatioF()))


class _ShrinkingLabel(QLabel):
    """Words that end early where there is no room for all; the tool tip has the whole then."""

    def minimumSizeHint(self) -> QSize:
        """Need no width."""
        return QSize(0, super().minimumSizeHint().height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        """See whether there is room."""
        super().resizeEvent(event)
        self.setToolTip(plain_tip(self.text()) if self.sizeHint().width() > self.width() else "")

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: ARG002 - Qt's
        """Paint what fits."""
        painter = QStylePainter(self)
        words = self.fontMetrics().elidedText(self.text(), Qt.TextElideMode.ElideRight, self.width())
        alignment = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
        painter.drawItemText(self.rect(), alignment, self.palette(), True, words, self.foregroundRole())


class _Activity(QWidget):
    """What is under way: words, a bar, a cross to stop it."""

    def __init__(self) -> None:
        super().__init__()
        self._text = _ShrinkingLabel()
        bind_font(self._text, "caption")
        self._bar = QProgressBar()
        self._bar.setTextVisible(False)
        self._bar.setAccessibleName("Progress")
        bind_width(self._bar, 96)
        self._bar.setProperty("kind", "thin")
        self._cancel = QToolButton()
        bind_icon_size(self._cancel, FONT_CAPTION_PX + 3)
        self._cancel.setToolTip("Stop")
        self._cancel.setAccessibleName("Stop")
        self._cancel.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        bind_icon(self._cancel, "close", "text_dim")
        self._stop: Callable[[], object] | None = None
        self._cancel.clicked.connect(self._run_stop)
        self.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Preferred)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(SPACE_S)
        for widget in (self._text, self._bar, self._cancel):
            layout.addWidget(widget)
        self.hide()

    def show_activity(self, text: str, progress: float | None, cancel: Callable[[], object] | None) -> None:
        self._text.setText(text)
        # A bar that only says "busy" would move for ever and tire the eye: the words suffice.
        self._bar.setVisible(progress is not None)
        self._bar.setRange(0, 1000)
        self._bar.setValue(round((progress or 0.0) * 1000))
        self._stop = cancel
        self._cancel.setVisible(cancel is not None)
        self.setVisible(bool(text))

    def _run_stop(self) -> None:
        if self._stop is not None:
            self._stop()


def _adjusted_button() -> QToolButton:
    button = QToolButton()
    button.setText(ADJUSTED)
    button.setToolTip("The image is not shown as it is: click to see its brightness and contrast")
    button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
    bind_icon_size(button, FONT_CAPTION_PX + 3)
    bind_font(button, "caption")
    button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
    bind_icon(button, "brightness-6", "warning")
    return button


def _line() -> QFrame:
    line = QFrame()
    line.setProperty("surface", "line")
    bind_sizes(line, lambda: line.setFixedSize(1, scaled(HEIGHT - 4 * SPACE_XS)))
    return line


def _duration(seconds: float) -> str:
    milliseconds = seconds * 1000
    return f"{milliseconds:.0f} ms" if milliseconds < 1000 else f"{seconds:.1f} s"
