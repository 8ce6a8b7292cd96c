"""The top of the window: the figures of the whole project, and how far its images are."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import zip_longest
from typing import Final

from PySide6.QtWidgets import QHBoxLayout, QLabel, QVBoxLayout, QWidget

from sam3_annotator.ui.sizes import bind_font
from sam3_annotator.ui.statistics.columns import percent_text
from sam3_annotator.ui.statistics.figures import Figures
from sam3_annotator.ui.statistics.progress_strip import ProgressStrip
from sam3_annotator.ui.theme import SPACE_L, SPACE_M, SPACE_S, SPACE_XL

MOST_FACTS: Final = 6


class StatisticsHead(QWidget):
    """Shows the figures that come first."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._facts = [_Fact() for _ in range(MOST_FACTS)]
        self.strip = ProgressStrip()
        row = QHBoxLayout()
        row.setSpacing(SPACE_XL)
        for fact in self._facts:
            row.addWidget(fact)
        row.addStretch(1)
        column = QVBoxLayout(self)
        column.setContentsMargins(SPACE_L, SPACE_M, SPACE_L, SPACE_S)
        column.setSpacing(SPACE_M)
        column.addLayout(row)
        column.addWidget(self.strip)

    @property
    def words(self) -> str:
        """What is told, in one line."""
        return " · ".join(fact.words for fact in self._facts if not fact.isHidden())

    def show_figures(self, figures: Figures) -> None:
        """Tell of these figures what there is to tell."""
        known = list(_facts(figures))
        for fact, told in zip_longest(self._facts, known):
            fact.setVisible(told is not None)
            if told is not None:
                fact.say(*told)
        self.strip.show_counts(figures.numbers.states)


class _Fact(QWidget):
    """A number, and what it counts below it."""

    def __init__(self) -> None:
        super().__init__()
        self._number = QLabel()
        bind_font(self._number, "number_title")
        self._words = QLabel()
        bind_font(self._words, "caption")
        self._words.setProperty("tone", "dim")
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self._number)
        column.addWidget(self._words)

    @property
    def words(self) -> str:
        return f"{self._number.text()} {self._words.text()}"

    def say(self, number: str, words: str, tip: str) -> None:
        self.setToolTip(tip)
        self._number.setText(number)
        self._words.setText(words)
        self.setAccessibleName(self.words)


def _facts(figures: Figures) -> Iterator[tuple[str, str, str]]:
    """Give the numbers there are, each with what it counts, and what that is exactly."""
    total = figures.numbers.effort.total
    yield f"{figures.finished_images:,} / {figures.images:,}", "images done", "Images that are not left out"
    yield f"{total.instances:,}", "instance" if total.instances == 1 else "instances", "On images that are not left out"
    if total.images:
        yield f"{total.instances / total.images:,.1f}", "per image", "Mean number of instances on images that have any"
    if total.corrected_share is not None:
        yield percent_text(total.corrected_share), "corrected", "Of what a model outlined and somebody has seen"
    if total.clicks is not None:
        yield f"{total.clicks:.1f}", "clicks each", "Mean number of clicks of the instances that were clicked"
    if total.seconds is not None:
        yield f"{total.seconds:.0f} s", "each", "Median time from one instance to the next, both drawn or pointed at"
