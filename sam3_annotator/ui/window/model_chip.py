"""The chip at the top right that says which model there is and what it is doing."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QPoint, QRectF, QSize, Qt, QTimer, Signal, SignalInstance
from PySide6.QtGui import QFontMetrics, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import (
    QAbstractButton,
    QFrame,
    QGridLayout,
    QLabel,
    QPushButton,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from sam3_annotator.model import BUILTIN_TITLE, EngineStage, EngineStatus
from sam3_annotator.ui.assistance.status_words import status_words
from sam3_annotator.ui.plain_tip import plain_tip
from sam3_annotator.ui.sentence_label import SentenceLabel
from sam3_annotator.ui.sizes import bind_font, bind_sizes, scaled
from sam3_annotator.ui.theme import FOCUS_WIDTH, ICON_SIZE_SMALL, SPACE_M, SPACE_S, SPACE_XS, pixmap, theme

HEIGHT: Final = 26
DOT_SIZE: Final = 8
MAX_WIDTH: Final = 320
MIN_DETAILS_WIDTH: Final = 260
MAX_DETAILS_WIDTH: Final = 360
# Work shorter than this is not worth a change of words that nobody could read.
BUSY_AFTER_MS: Final = 150

_DOT_ROLES: Final = {
    EngineStage.LOADING: "warning",
    EngineStage.READY: "success",
    EngineStage.BUSY: "accent",
    EngineStage.FAILED: "danger",
    EngineStage.STOPPED: "text_disabled",
}
CAPABILITIES: Final = {
    "points": "Points",
    "boxes": "Boxes",
    "masks": "Go on from a mask",
    "exemplars": "Find by example",
    "phrases": "Find by phrase",
}


class ModelChip(QAbstractButton):
    """A dot and words; a click opens the details, from where another model can be chosen."""

    choose_wanted = Signal()
    stop_wanted = Signal()  # the user does not want to wait for the model being loaded
    status_shown = Signal(object)  # EngineStatus

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._status = EngineStatus(EngineStage.LOADING)
        self._waiting: EngineStatus | None = None
        self._timer = QTimer(self, singleShot=True, interval=BUSY_AFTER_MS)
        self._timer.timeout.connect(self._show_waiting)
        bind_font(self, "caption")
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)
        self.clicked.connect(self.open_details)
        theme().theme_changed.connect(self.update)
        self._show(self._status)

    def set_status(self, status: EngineStatus) -> None:
        """Show what the engine reports; short work is passed over."""
        self._waiting = status
        is_shown = (status.stage, status.slot) == (self._status.stage, self._status.slot)
        if status.stage is not EngineStage.BUSY or is_shown:
            self._timer.stop()
            self._show_waiting()
        elif not self._timer.isActive():
            self._timer.start()

    def open_details(self) -> ModelDetails:
        """Open the details below the chip, and give them."""
        details = ModelDetails(self._waiting or self._status, self)
        details.choose_wanted.connect(self.choose_wanted)
        details.stop_wanted.connect(self.stop_wanted)
        self.status_shown.connect(details.show_status)
        details.show()
        return details

    def _show_waiting(self) -> None:
        if self._waiting is not None:
            self._show(self._waiting)

    def _show(self, status: EngineStatus) -> None:
        self._status = status
        self.setText(f"{status.session_name or 'Model'} · {status_words(status)}")
        self.setAccessibleName(f"Model: {self.text()}")
        is_too_long = self._natural_width() > scaled(MAX_WIDTH)
        self.setToolTip(
            plain_tip(str(status.error) if status.error is not None else self.text() if is_too_long else "")
        )
        self.updateGeometry()
        self.update()
        self.status_shown.emit(status)

    def _natural_width(self) -> int:
        return QFontMetrics(self.font()).horizontalAdvance(self.text()) + scaled(DOT_SIZE) + 2 * SPACE_S + SPACE_S + 4

    def fitted_text(self, room: int) -> str:
        """Give the text shortened to so many pixels: the name first, for what the model does is what changes."""
        metrics = QFontMetrics(self.font())
        name, dot, doing = self.text().rpartition(" · ")
        left_over = room - metrics.horizontalAdvance(dot + doing)
        shorter = metrics.elidedText(name, Qt.TextElideMode.ElideMiddle, max(left_over, room // 3))
        return metrics.elidedText(f"{shorter}{dot}{doing}", Qt.TextElideMode.ElideRight, room)

    def sizeHint(self) -> QSize:
        """Give the room of dot and words."""
        return QSize(min(scaled(MAX_WIDTH), self._natural_width()), scaled(HEIGHT))

    def minimumSizeHint(self) -> QSize:
        """Keep at least the dot."""
        return QSize(scaled(DOT_SIZE) + 2 * SPACE_S, scaled(HEIGHT))

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: ARG002 - Qt's
        """Paint capsule, dot and words."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        frame = QRectF(self.rect()).adjusted(1, 1, -1, -1)
        radius = frame.height() / 2
        is_lit = self.underMouse() or self.isDown()
        focus = QPen(theme().color("accent"), FOCUS_WIDTH)
        painter.setPen(focus if self.hasFocus() else QPen(theme().color("line"), 1))
        painter.setBrush(theme().color("hover" if is_lit else "raised"))
        painter.drawRoundedRect(frame, radius, radius)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(theme().color(_DOT_ROLES[self._status.stage]))
        dot = scaled(DOT_SIZE)
        painter.drawEllipse(QRectF(SPACE_S + 1, (self.height() - dot) / 2, dot, dot))
        painter.setPen(theme().color("text"))
        left = SPACE_S + dot + SPACE_S - 1
        room = self.rect().adjusted(left, 0, -SPACE_S, 0)
        words = self.fitted_text(room.width())
        painter.drawText(room, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, words)


class ModelDetails(QFrame):
    """Name, device, what is going on, what the model can do, and the way to another; follows what changes."""

    choose_wanted = Signal()
    stop_wanted = Signal()

    def __init__(self, status: EngineStatus, chip: ModelChip) -> None:
        super().__init__(chip, Qt.WindowType.Popup | Qt.WindowType.FramelessWindowHint)
        self._chip = chip
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setProperty("surface", "raised")
        bind_sizes(self, lambda: self.setMinimumWidth(scaled(MIN_DETAILS_WIDTH)))
        bind_sizes(self, lambda: self.setMaximumWidth(scaled(MAX_DETAILS_WIDTH)))
        self._title = QLabel(textFormat=Qt.TextFormat.PlainText)
        bind_font(self._title, "title")
        self._words = _dim("")
        self._problem = SentenceLabel()
        self._problem.setProperty("tone", "danger")
        self._abilities = QGridLayout()
        self._ability_labels: list[QLabel] = []
        self._shown_abilities: frozenset[str] = frozenset()
        self._stop = self._button("Stop loading", self.stop_wanted)
        self._layout = layout = QVBoxLayout(self)
        layout.setContentsMargins(SPACE_M + 2, SPACE_M, SPACE_M + 2, SPACE_M)
        layout.setSpacing(SPACE_XS)
        for widget in (self._title, self._words, self._problem):
            layout.addWidget(widget)
        layout.addSpacing(SPACE_S)
        layout.addLayout(self._abilities)
        layout.addSpacing(SPACE_S)
        layout.addWidget(self._stop)
        layout.addWidget(self._button("Choose a model…", self.choose_wanted))
        self.show_status(status)

    def show_status(self, status: EngineStatus) -> None:
        """Show what the engine reports; the buttons stay the same, so that none goes from below the cursor."""
        room = scaled(MAX_DETAILS_WIDTH) - 2 * (SPACE_M + 2)
        name = status.session_name or "No model yet"
        self._title.setText(QFontMetrics(self._title.font()).elidedText(name, Qt.TextElideMode.ElideMiddle, room))
        where = f" · {status.device}" if status.device else ""
        words = status_words(status)
        self._words.setText(words[0].upper() + words[1:] + where)
        self._problem.set_sentence(str(status.error) if status.error is not None else "")
        self._problem.setVisible(status.error is not None)
        self._list_abilities(status.capabilities)
        self._stop.setVisible(status.stage is EngineStage.LOADING and status.session_name not in ("", BUILTIN_TITLE))
        self._fit()
        below = QPoint(self._chip.width() - self.width(), self._chip.height() + SPACE_XS)
        self.move(self._chip.mapToGlobal(below))

    def _fit(self) -> None:
        """Take the size of the content; `adjustSize` would wrap words for a narrower frame than there is."""
        layout = self._layout
        layout.activate()  # or the frame could not become lower than it was
        size = layout.totalSizeHint()
        width = max(scaled(MIN_DETAILS_WIDTH), size.width())
        self.resize(width, layout.totalHeightForWidth(width) if layout.hasHeightForWidth() else size.height())

    def _button(self, text: str, signal: SignalInstance) -> QPushButton:
        button = QPushButton(text)
        button.clicked.connect(self.close)
        button.clicked.connect(lambda: signal.emit())
        return button

    def _list_abilities(self, capabilities: frozenset[str]) -> None:
        if capabilities == self._shown_abilities:
            return
        self._shown_abilities = capabilities
        for label in self._ability_labels:
            label.hide()
            label.deleteLater()
        self._ability_labels.clear()
        grid = self._abilities
        grid.setHorizontalSpacing(SPACE_S)
        grid.setVerticalSpacing(SPACE_XS)
        grid.setColumnStretch(1, 1)
        for row, (capability, words) in enumerate(CAPABILITIES.items() if capabilities else ()):
            has_it = capability in capabilities
            mark = QLabel()
            name, role = ("check", "success") if has_it else ("minus", "text_disabled")
            mark.setPixmap(pixmap(name, role, scaled(ICON_SIZE_SMALL), self.devicePixelRatioF()))
            mark.setAccessibleName("yes" if has_it else "no")
            for column, label in enumerate((mark, QLabel(words) if has_it else _dim(words))):
                grid.addWidget(label, row, column)
                label.show()  # or it would count for nothing in the size until the event loop runs
                self._ability_labels.append(label)


def _dim(text: str) -> QLabel:
    label = QLabel(text)
    label.setProperty("tone", "dim")
    return label
