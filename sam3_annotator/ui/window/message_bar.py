"""Messages over the top of the canvas: a sentence, what can be done about it, and never in the way."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QGuiApplication, QMouseEvent, QResizeEvent
from PySide6.QtWidgets import QFrame, QGridLayout, QHBoxLayout, QLabel, QPushButton, QToolButton, QVBoxLayout, QWidget

from sam3_annotator.ui.screen_readers import read_out
from sam3_annotator.ui.sentence_label import SentenceLabel
from sam3_annotator.ui.sizes import bind_icon_size, scaled
from sam3_annotator.ui.theme import ICON_SIZE_SMALL, SPACE_M, SPACE_S, SPACE_XS, bind_icon, pixmap, theme

MAX_SHOWN: Final = 3
INFO_SECONDS: Final = 8.0
# A sentence that would get less room beside its buttons, and needs more, has them below it.
LEAST_SENTENCE_WIDTH: Final = 280


class Severity(StrEnum):
    """How much it matters: for information, to be looked at, something could not be done."""

    INFO = "info"
    WARNING = "warning"
    ERROR = "error"


_ICONS: Final = {
    Severity.INFO: ("information-outline", "accent"),
    Severity.WARNING: ("alert-outline", "warning"),
    Severity.ERROR: ("alert-circle-outline", "danger"),
}


@dataclass(frozen=True)
class MessageAction:
    """A button of a message; the message closes when it is pressed."""

    text: str
    slot: Callable[[], object]


@dataclass(frozen=True)
class Message:
    """A sentence for the user; `details` is what "Copy details" puts on the clipboard, such as a traceback.

    A message with a `key` replaces the one shown or waiting with the same key. Information that nobody may be there to
    read `stays`, as all does that asks for something.
    """

    text: str
    severity: Severity = Severity.ERROR
    actions: Sequence[MessageAction] = field(default_factory=tuple)
    details: str = ""
    key: str = ""
    stays: bool = False

    @property
    def passes(self) -> bool:
        """Whether it goes by itself after some seconds."""
        return self.severity is Severity.INFO and not self.actions and not self.stays

    def stands_for(self, other: Message) -> bool:
        """Say whether showing this one makes the other superfluous."""
        return self == other or (bool(self.key) and self.key == other.key)


class MessageRow(QFrame):
    """One message as shown, its buttons beside the sentence or, where it is narrow, below it.

    It closes by itself after `seconds`, unless that is 0. One that passes anyway is closed by a click anywhere on it:
    whoever clicks there wants what is below.
    """

    closed = Signal(object)  # MessageRow

    def __init__(self, message: Message, seconds: float = 0.0) -> None:
        super().__init__()
        self.message = message
        self._expiry = QTimer(self)
        self._expiry.setSingleShot(True)
        self._expiry.timeout.connect(self._close)
        if seconds > 0:
            self._expiry.start(round(seconds * 1000))
        self.setProperty("severity", str(message.severity))
        self.setAccessibleName(message.text)
        self._mark = QLabel()
        self._text = SentenceLabel(message.text)
        self._actions = self._make_actions()
        self._cross = self._make_cross()
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(SPACE_M, SPACE_XS + 1, SPACE_S, SPACE_XS + 1)
        self._grid.setHorizontalSpacing(SPACE_S)
        self._grid.setVerticalSpacing(SPACE_XS)
        self._grid.setColumnStretch(1, 1)
        self._grid.addWidget(self._mark, 0, 0)
        self._grid.addWidget(self._text, 0, 1)
        self._grid.addWidget(self._cross, 0, 3)
        self._has_actions_below = False
        self._place_actions()
        theme().theme_changed.connect(self._draw_mark)
        self._draw_mark()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Put the buttons where they leave room for the sentence."""
        super().resizeEvent(event)
        metrics = self._text.fontMetrics()
        needed = min(metrics.horizontalAdvance(self.message.text), LEAST_SENTENCE_WIDTH)
        others = sum(widget.sizeHint().width() for widget in (self._mark, self._actions, self._cross))
        room = self.width() - others - SPACE_M - 4 * SPACE_S
        if not self._actions.isHidden() and (room < needed) != self._has_actions_below:
            self._has_actions_below = not self._has_actions_below
            self._place_actions()

    def _place_actions(self) -> None:
        self._grid.removeWidget(self._actions)
        if self._has_actions_below:
            self._grid.addWidget(self._actions, 1, 1, 1, 3, Qt.AlignmentFlag.AlignLeft)
        else:
            self._grid.addWidget(self._actions, 0, 2)

    def _make_actions(self) -> QWidget:
        actions = QWidget()
        row = QHBoxLayout(actions)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(SPACE_S)
        for button in self._buttons():
            row.addWidget(button)
        if not row.count():
            actions.hide()
        return actions

    def _buttons(self) -> list[QPushButton]:
        buttons = [_button(action.text) for action in self.message.actions]
        for button, action in zip(buttons, self.message.actions, strict=True):
            button.clicked.connect(lambda _checked=False, slot=action.slot: self._run(slot))
        if self.message.details:
            copy = _button("Copy details")
            copy.clicked.connect(self._copy_details)
            buttons.append(copy)
        return buttons

    def _make_cross(self) -> QToolButton:
        cross = QToolButton()
        bind_icon_size(cross, ICON_SIZE_SMALL)
        cross.setAccessibleName("Close the message")
        cross.setToolTip("Close (Esc)")
        cross.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        bind_icon(cross, "close", "text_dim")
        cross.clicked.connect(self._close)
        return cross

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Close a message that passes."""
        if self.message.passes and event.button() == Qt.MouseButton.LeftButton:
            self._close()
        else:
            super().mousePressEvent(event)

    def _close(self) -> None:
        self.closed.emit(self)

    def _run(self, slot: Callable[[], object]) -> None:
        self._close()
        slot()

    def _copy_details(self) -> None:
        QGuiApplication.clipboard().setText(f"{self.message.text}\n\n{self.message.details}")

    def _draw_mark(self) -> None:
        name, role = _ICONS[self.message.severity]
        self._mark.setPixmap(pixmap(name, role, scaled(ICON_SIZE_SMALL), self.devicePixelRatioF()))


class MessageBar(QWidget):
    """Shows up to three messages, the latest below: it answers what was done last, so an earlier one gives way to it.

    Information gives way first, the oldest before others. What gave way comes back as soon as there is room.
    Information without an action goes by itself after some seconds, unless it is to stay; all else stays until it is
    closed, by its cross or from the last to the first.
    """

    def __init__(self, parent: QWidget | None = None, *, info_seconds: float = INFO_SECONDS) -> None:
        super().__init__(parent)
        self._info_seconds = info_seconds
        self._rows: list[MessageRow] = []
        self._waiting: list[Message] = []  # in the order in which they gave way
        self._layout = QVBoxLayout(self)
        self._layout.setContentsMargins(0, 0, 0, 0)
        self._layout.setSpacing(0)
        self.hide()

    @property
    def messages(self) -> tuple[Message, ...]:
        """The messages shown, from the top."""
        return tuple(row.message for row in self._rows)

    @property
    def waiting_count(self) -> int:
        """How many messages wait for room."""
        return len(self._waiting)

    def show_message(
        self,
        text: str,
        severity: Severity = Severity.ERROR,
        *,
        actions: Sequence[MessageAction] = (),
        details: str = "",
        key: str = "",
        stays: bool = False,
    ) -> None:
        """Show a sentence; `actions` become buttons, `details` a "Copy details", `key` makes it replace its like."""
        message = Message(text, severity, tuple(actions), details, key, stays)
        self._waiting = [waiting for waiting in self._waiting if not message.stands_for(waiting)]
        for row in [row for row in self._rows if message.stands_for(row.message)]:
            self._remove(row)
        self._fill()
        if len(self._rows) == MAX_SHOWN:
            self._give_way()
        self._add(message, len(self._rows))
        read_out(self, text, is_urgent=severity is not Severity.INFO)

    def dismiss(self, key: str) -> None:
        """Take the messages with this key away, because what they say is no longer so."""
        self._waiting = [message for message in self._waiting if message.key != key]
        for row in [row for row in self._rows if row.message.key == key]:
            self._remove(row)
        self._fill()

    def close_latest(self) -> None:
        """Close the message that came last; what gave way comes back."""
        if self._rows:
            self._close(self._rows[-1])

    def clear(self) -> None:
        """Take all messages away."""
        self._waiting.clear()
        for row in list(self._rows):
            self._remove(row)
        self._fill()

    def _fill(self) -> None:
        while self._waiting and len(self._rows) < MAX_SHOWN:
            self._add(self._waiting.pop(), 0)
        self.setVisible(bool(self._rows))

    def _give_way(self) -> None:
        row = next((row for row in self._rows if row.message.severity is Severity.INFO), self._rows[0])
        if not row.message.passes:
            self._waiting.append(row.message)
        self._remove(row)

    def _add(self, message: Message, position: int) -> None:
        row = MessageRow(message, self._info_seconds if message.passes else 0.0)
        row.closed.connect(self._close)
        self._rows.insert(position, row)
        self._layout.insertWidget(position, row)
        self.show()

    def _close(self, row: MessageRow) -> None:
        if row in self._rows:
            self._remove(row)
            self._fill()

    def _remove(self, row: MessageRow) -> None:
        self._rows.remove(row)
        self._layout.removeWidget(row)
        row.hide()
        row.deleteLater()


def _button(text: str) -> QPushButton:
    button = QPushButton(text)
    button.setProperty("kind", "message")
    button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
    return button
