"""The choice of whether images are divided into splits, and how."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QCheckBox, QLabel, QVBoxLayout, QWidget

from sam3_annotator.project import Split
from sam3_annotator.ui.dialogs.share_field import ShareField
from sam3_annotator.ui.theme import SPACE_L, SPACE_S, SPACE_XS


class SplitField(QWidget):
    """A box to tick, and what there is to choose then; what keeps its split whatever is chosen is told above it."""

    changed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._kept: Counter[Split] = Counter()
        self._without = 0  # images that are in no split
        self._words = QLabel()
        self._words.setWordWrap(True)
        self.is_on = QCheckBox()
        self.division = ShareField()
        self.division.setContentsMargins(SPACE_L + SPACE_S, 0, 0, 0)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 2, 0, 0)
        column.setSpacing(SPACE_XS)
        column.addWidget(self._words)
        column.addWidget(self.is_on)
        column.addWidget(self.division)
        self.is_on.toggled.connect(self._refresh)
        self.division.changed.connect(self.changed)
        self._refresh()

    @property
    def kept_words(self) -> str:
        """What is told of images that are in a split already, "" where none is."""
        return self._words.text()

    def set_splits(self, splits: Iterable[Split | None]) -> None:
        """Take the split of each image that would be exported; those that have one keep it."""
        counts = Counter(splits)
        self._without = counts.pop(None, 0)
        self._kept = Counter({split: count for split, count in counts.items() if split is not None})
        self._show_kept()

    @property
    def shares(self) -> dict[str, float] | None:
        """Give the share of each split that gets images, from 0 to 1; None when the images stay together."""
        return self.division.shares if self._is_dividing else None

    @property
    def keeps_alike_together(self) -> bool:
        """Whether images that look alike come into the same split."""
        return self._is_dividing and self.division.alike_together.isChecked()

    @property
    def _is_dividing(self) -> bool:
        return self.is_on.isChecked() and (self._without > 0 or not self._kept)

    def _refresh(self) -> None:
        self._show_kept()
        self.changed.emit()

    def _show_kept(self) -> None:
        kept = ", ".join(f"{self._kept[split]:,} in {split}" for split in Split if self._kept[split])
        self._words.setText(f"{kept}, as in the project{self._other_words()}" if kept else "")
        self._words.setVisible(bool(kept))
        self.is_on.setText("Divide the others" if kept else "Into training, validation and test")
        self.is_on.setVisible(self._without > 0 or not kept)
        self.division.setVisible(self._is_dividing)

    def _other_words(self) -> str:
        """Say what becomes of the images that are in no split, where others are in one."""
        if not self._without:
            return ""
        if self._without == 1:
            return f"; the other one {'is divided' if self.is_on.isChecked() else 'goes to train'}"
        return f"; the other {self._without:,} {'are divided' if self.is_on.isChecked() else 'go to train'}"
