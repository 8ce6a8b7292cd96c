"""The row below the findings: calls the chosen one fine, and says how many were called so."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QToolButton, QWidget

from sam3_annotator.ui.sizes import bind_font
from sam3_annotator.ui.theme import SPACE_S, SPACE_XS

_FINE_TIP: Final = "Checks leave this finding out from now on, until what it is about is changed"


class VerdictRow(QWidget):
    """Two buttons: one to judge the chosen finding, one to list what was dismissed in place of what was not."""

    given = Signal()  # that the chosen finding is fine, or is to be told again
    dismissed_wanted = Signal(bool)  # to be listed, or not any more

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.dismissed = QToolButton()
        self.dismissed.setCheckable(True)
        self.dismissed.clicked.connect(self.dismissed_wanted)
        self.fine = QToolButton()
        self.fine.clicked.connect(self.given)
        row = QHBoxLayout(self)
        row.setContentsMargins(SPACE_S, SPACE_XS, SPACE_S, 0)
        row.addWidget(self.dismissed)
        row.addStretch(1)
        row.addWidget(self.fine)
        for button in (self.dismissed, self.fine):
            bind_font(button, "caption_strong")

    def show_state(self, *, is_possible: bool, dismissed: int, shows_dismissed: bool) -> None:
        """Say whether the chosen finding can be judged, how many were dismissed, and whether those are listed."""
        self.fine.setEnabled(is_possible)
        self.fine.setText("Tell again" if shows_dismissed else "This is fine")
        self.fine.setToolTip("Checks tell this finding again" if shows_dismissed else _FINE_TIP)
        self.dismissed.setVisible(dismissed > 0)
        self.dismissed.setText(f"{dismissed:,} dismissed")
        self.dismissed.setChecked(shows_dismissed)
        self.dismissed.setToolTip("Back to the other findings" if shows_dismissed else "List what was dismissed")
