"""The middle of the window: the canvas, and what floats over it."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QEvent, QObject, QTimer
from PySide6.QtWidgets import QProgressBar, QVBoxLayout, QWidget

from sam3_annotator.ui.canvas.surface import CanvasSurface
from sam3_annotator.ui.keyboard.key_map import KeyMap
from sam3_annotator.ui.phrase_bar.bar import PhraseBar
from sam3_annotator.ui.theme import SPACE_M, SPACE_XS
from sam3_annotator.ui.window.hint_card import HintCard
from sam3_annotator.ui.window.message_bar import MessageBar
from sam3_annotator.ui.window.note_line import NoteLine

PROGRESS_HEIGHT = 2
# Work that is over sooner shows no bar: a flash would only disturb.
PROGRESS_AFTER_MS = 200
_REPLACING: Final = frozenset(
    {QEvent.Type.Resize, QEvent.Type.LayoutRequest, QEvent.Type.ShowToParent, QEvent.Type.HideToParent}
)


class CanvasArea(QWidget):
    """Holds the canvas; `messages` covers its top edge, `phrase_bar` floats below that, `note_line` at the lower edge.

    A message that comes or goes moves nothing on the canvas: whoever draws there has the hand on it. An image that is
    shown as a whole keeps clear of the phrase bar, so that its upper border is under the hand, too.
    """

    def __init__(self, canvas: CanvasSurface, keys: KeyMap, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._keys = keys
        self.canvas = canvas
        self._stage = QWidget()
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self._stage)
        inner = QVBoxLayout(self._stage)
        inner.setContentsMargins(0, 0, 0, 0)
        inner.addWidget(canvas)
        self._progress = QProgressBar(self._stage)
        self._progress.setProperty("kind", "edge")
        self._progress.setTextVisible(False)
        self._progress.setAccessibleName("Progress")
        self._progress.hide()
        self.phrase_bar = PhraseBar(self._keys, self._stage)
        self.phrase_bar.hide()
        self.messages = MessageBar(self._stage)
        self.note_line = NoteLine(self._stage)
        self._delay = QTimer(self, singleShot=True, interval=PROGRESS_AFTER_MS)
        self._delay.timeout.connect(self._progress.show)
        for widget in (self._stage, self.messages):
            widget.installEventFilter(self)

    def set_progress(self, fraction: float | None, *, is_busy: bool = True) -> None:
        """Draw the thin bar at the canvas's top edge: 0 to 1, None while unknown; not `is_busy` takes it away."""
        if not is_busy:
            self._delay.stop()
            self._progress.hide()
            return
        self._progress.setRange(0, 0 if fraction is None else 1000)
        self._progress.setValue(round((fraction or 0.0) * 1000))
        if not self._progress.isVisible() and not self._delay.isActive():
            self._delay.start()

    def set_phrase_bar_shown(self, is_shown: bool) -> None:
        """Show the phrase bar over an image; where there is none, nothing can be found."""
        focused = self.phrase_bar.focusWidget()
        if not is_shown and focused is not None and focused.hasFocus():
            self.canvas.setFocus()
        self.phrase_bar.setVisible(is_shown)
        self._place()

    @property
    def stage(self) -> QWidget:
        """What cards that float over the canvas are put on."""
        return self._stage

    def show_hint_card(self) -> HintCard:
        """Float the card for newcomers over the lower left corner."""
        card = HintCard(self._stage, self._keys)
        card.raise_()
        return card

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Keep all bars at the canvas's top edge; they ask anew when they have more or less to say."""
        if event.type() in _REPLACING:
            self._place()
        return super().eventFilter(watched, event)

    def _place(self) -> None:
        room = self._stage.width()
        wanted = self.phrase_bar.sizeHint()
        width = min(wanted.width(), room - 2 * SPACE_M)
        below = self.messages.heightForWidth(room) if not self.messages.isHidden() else 0
        self.messages.setGeometry(0, 0, room, below)
        self.phrase_bar.setGeometry((room - width) // 2, below + SPACE_M, width, wanted.height())
        self.canvas.set_covered(SPACE_M + wanted.height() + SPACE_XS)
        self._progress.setGeometry(0, 0, room, PROGRESS_HEIGHT)
        self._progress.raise_()
