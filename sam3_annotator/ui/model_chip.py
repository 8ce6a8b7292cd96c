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

from sam3_annotator.model import BUILTIN_TITLE, EngineStage, EngineStatus, Slot
from sam3_annotator.ui.theme import FOCUS_WIDTH, ICON_SIZE_SMALL, SPACE_M, SPACE_S, SPACE_XS, pixmap, theme

HEIGHT: Final = 26
DOT_SIZE: Final = 8
MAX_WIDTH: Final = 320
# Work shorter than this is not worth a change of words that nobody could read.
BUSY_AFTER_MS: Final = 150

_BUSY_WORDS: Final = {
    Slot.SEGMENT: "outlining",
    Slot.EMBED: "reading the image",
    Slot.PREVIEW: "outlining",
    Slot.DETECT: "finding",
    Slot.PREFETCH: "reading ahead",
    Slot.BATCH: "working through the images",
}
_STAGE_WORDS: Final = {
    EngineStage.LOADING: "loading",
    EngineStage.READY: "ready",
    EngineStage.BUSY: "working",
    EngineStage.FAILED: "not available",
    EngineStage.STOPPED: "stopped",
}
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
    "phrases": "Find by words",
}


def status_words(status: EngineStatus) -> str:
    """Say what the model is doing."""
    if status.stage is EngineStage.BUSY and status.slot is not None:
        return _BUSY_WORDS[status.slot]
    if status.stage is EngineStage.LOADING:
        return _loading_words(status)
    return _STAGE_WORDS[status.stage]


def _loading_words(status: EngineStatus) -> str:
    """Say what loading is doing and, once something is done, how far it is."""
    words = status.activity or _STAGE_WORDS[status.stage]
    doing = words[0].lower() + words[1:]
    return f"{doing}, {round(100 * status.progress)} %" if status.progress else doing


class ModelChip(QAbstractButton):
    """A dot and words; a click opens the details, from where another model can be chosen."""

    choose_wanted = Signal()
    stop_wanted = Signal()  # the user does not want to wait for the model being loaded

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._status = EngineStatus(EngineStage.LOADING)
        self._waiting: EngineStatus | None = None
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(BUSY_AFTER_MS)
        self._timer.timeout.connect(self._show_waiting)
        self.setFont(theme().font("caption"))
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
        details.adjustSize()
        details.move(self.mapToGlobal(QPoint(self.width() - details.width(), self.height() + SPACE_XS)))
        details.show()
        return details

    def _show_waiting(self) -> None:
        if self._waiting is not None:
            self._show(self._waiting)

    def _show(self, status: EngineStatus) -> None:
        self._status = status
        self.setText(f"{status.session_name or 'Model'} · {status_words(status)}")
        self.setAccessibleName(f"Model: {self.text()}")
        self.setToolTip(str(status.error) if status.error is not None else "")
        self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:
        """Give the room of dot and words."""
        words = QFontMetrics(self.font()).horizontalAdvance(self.text())
        return QSize(min(MAX_WIDTH, words + DOT_SIZE + 2 * SPACE_S + SPACE_S + 4), HEIGHT)

    def minimumSizeHint(self) -> QSize:
        """Keep at least the dot."""
        return QSize(DOT_SIZE + 2 * SPACE_S, HEIGHT)

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
        painter.drawEllipse(QRectF(SPACE_S + 1, (self.height() - DOT_SIZE) / 2, DOT_SIZE, DOT_SIZE))
        painter.setPen(theme().color("text"))
        left = SPACE_S + DOT_SIZE + SPACE_S - 1
        room = self.rect().adjusted(left, 0, -SPACE_S, 0)
        words = self.fontMetrics().elidedText(self.text(), Qt.TextElideMode.ElideRight, room.width())
        painter.drawText(room, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, words)


class ModelDetails(QFrame):
    """Name, device, what is going on, what the model can do, and the way to another."""

    choose_wanted = Signal()
    stop_wanted = Signal()

    def __init__(self, status: EngineStatus, parent: QWidget) -> None:
        super().__init__(parent, Qt.WindowType.Popup | Qt.WindowType.FramelessWindowHint)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setProperty("surface", "raised")
        self.setMinimumWidth(260)
        self.setMaximumWidth(360)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(SPACE_M + 2, SPACE_M, SPACE_M + 2, SPACE_M)
        layout.setSpacing(SPACE_XS)
        title = QLabel(status.session_name or "No model yet")
        title.setFont(theme().font("title"))
        layout.addWidget(title)
        where = f" · {status.device}" if status.device else ""
        words = status_words(status)
        layout.addWidget(_dim(words[0].upper() + words[1:] + where))
        if status.error is not None:
            problem = QLabel(str(status.error))
            problem.setWordWrap(True)
            problem.setProperty("tone", "danger")
            layout.addWidget(problem)
        if status.capabilities:
            layout.addSpacing(SPACE_S)
            layout.addLayout(self._capability_rows(status.capabilities))
        layout.addSpacing(SPACE_S)
        if status.stage is EngineStage.LOADING and status.session_name not in ("", BUILTIN_TITLE):
            layout.addWidget(self._button("Stop loading", self.stop_wanted))
        layout.addWidget(self._button("Choose a model…", self.choose_wanted))

    def _button(self, text: str, signal: SignalInstance) -> QPushButton:
        button = QPushButton(text)
        button.clicked.connect(self.close)
        button.clicked.connect(lambda: signal.emit())
        return button

    def _capability_rows(self, capabilities: frozenset[str]) -> QGridLayout:
        grid = QGridLayout()
        grid.setHorizontalSpacing(SPACE_S)
        grid.setVerticalSpacing(SPACE_XS)
        grid.setColumnStretch(1, 1)
        for row, (capability, words) in enumerate(CAPABILITIES.items()):
            has_it = capability in capabilities
            mark = QLabel()
            name, role = ("check", "success") if has_it else ("minus", "text_disabled")
            mark.setPixmap(pixmap(name, role, ICON_SIZE_SMALL, self.devicePixelRatioF()))
            mark.setAccessibleName("yes" if has_it else "no")
            grid.addWidget(mark, row, 0)
            grid.addWidget(QLabel(words) if has_it else _dim(words), row, 1)
        return grid


def _dim(text: str) -> QLabel:
    label = QLabel(text)
    label.setProperty("tone", "dim")
    return label
