"""The slider for the threshold, the least score of what is shown, with the score beside it."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QSignalBlocker, Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QSizePolicy, QWidget

from sam3_annotator.ui.direct_slider import DirectSlider
from sam3_annotator.ui.settings import LEAST_THRESHOLD
from sam3_annotator.ui.sizes import bind_font, bind_text_width, bind_width
from sam3_annotator.ui.theme import SPACE_S, SPACE_XS

WIDTH: Final = 96
STEPS: Final = 100


class ScoreSlider(QWidget):
    """From the least threshold to 1 in steps of 0.01, of 0.05 by page."""

    moved = Signal(float)  # while it is dragged, too

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.handle = DirectSlider(round(LEAST_THRESHOLD * STEPS), STEPS, STEPS // 20)
        bind_width(self.handle, WIDTH)
        self.handle.setAccessibleName("Threshold")
        self.handle.valueChanged.connect(self._move)
        self._number = QLabel()
        bind_font(self._number, "number")
        self._number.setProperty("tone", "dim")
        bind_text_width(self._number, "≥ 0.00")
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Preferred)
        row = QHBoxLayout(self)
        row.setContentsMargins(SPACE_XS, 0, 0, 0)
        row.setSpacing(SPACE_S)
        row.addWidget(self.handle)
        row.addWidget(self._number)
        self._show_score()

    @property
    def score(self) -> float:
        """Where the handle stands."""
        return self.handle.value() / STEPS

    def set_score(self, score: float) -> None:
        """Put the handle there, 0..1; `moved` is for what the user does."""
        with QSignalBlocker(self.handle):
            self.handle.setValue(round(score * STEPS))
        self._show_score()

    def _move(self) -> None:
        self._show_score()
        self.moved.emit(self.score)

    def _show_score(self) -> None:
        self._number.setText(f"≥ {self.score:.2f}")
        self.setToolTip(f"Find what scores at least {self.score:.2f}")
