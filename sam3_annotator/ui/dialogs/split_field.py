"""The choice of whether images are divided into training, validation and test parts, and how."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QCheckBox, QVBoxLayout, QWidget

from sam3_annotator.ui.dialogs.share_field import ShareField
from sam3_annotator.ui.theme import SPACE_L, SPACE_S, SPACE_XS


class SplitField(QWidget):
    """A box to tick, and what there is to choose then."""

    changed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.is_on = QCheckBox("Into training, validation and test")
        self.parts = ShareField()
        self.parts.setContentsMargins(SPACE_L + SPACE_S, 0, 0, 0)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 2, 0, 0)
        column.setSpacing(SPACE_XS)
        column.addWidget(self.is_on)
        column.addWidget(self.parts)
        self.is_on.toggled.connect(self._refresh)
        self.parts.changed.connect(self.changed)
        self._refresh()

    @property
    def shares(self) -> dict[str, float] | None:
        """Give the share of each part that gets images, from 0 to 1; None when the images stay together."""
        return self.parts.shares if self.is_on.isChecked() else None

    @property
    def keeps_alike_together(self) -> bool:
        """Whether images that look alike come into the same part."""
        return self.is_on.isChecked() and self.parts.alike_together.isChecked()

    def _refresh(self) -> None:
        self.parts.setVisible(self.is_on.isChecked())
        self.changed.emit()
