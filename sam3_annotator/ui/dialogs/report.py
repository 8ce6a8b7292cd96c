"""What a dialog tells after its work: how it went, where the result is, and what to look at."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Final

from PySide6.QtCore import Qt
from PySide6.QtGui import QFontMetrics
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPlainTextEdit, QVBoxLayout, QWidget

from sam3_annotator.project import counted
from sam3_annotator.ui.plain_tip import plain_tip
from sam3_annotator.ui.sizes import bind_font, bind_sizes, bind_width, scaled
from sam3_annotator.ui.theme import ICON_SIZE, SPACE_M, SPACE_S, SPACE_XS, pixmap

SHOWN_WARNINGS: Final = 1000
"""More lines than anybody reads; the rest is counted."""


@dataclass(frozen=True, slots=True)
class Report:
    """The end of a piece of work: a sentence, the folder of the result (None if there is none to open), warnings.

    `note` says more; it gets a check mark if it `is_verified`.
    """

    sentence: str
    folder: Path | None = None
    warnings: tuple[str, ...] = ()
    note: str = ""
    is_verified: bool = False


class ReportView(QWidget):
    """Shows a report."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._report = Report("")
        self._icon = QLabel()
        self._sentence = QLabel(wordWrap=True, textFormat=Qt.TextFormat.PlainText)
        bind_font(self._sentence, "strong")
        self._check = QLabel()
        self._check.setAccessibleName("Verified")
        self._note = QLabel(wordWrap=True, textFormat=Qt.TextFormat.PlainText)
        self._place = QLabel(textFormat=Qt.TextFormat.PlainText)
        self._place.setProperty("tone", "dim")
        self._place.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self._heading = QLabel()
        self._heading.setProperty("tone", "dim")
        self._warnings = QPlainTextEdit(readOnly=True)
        self._warnings.setAccessibleName("Warnings")
        bind_sizes(self._warnings, lambda: self._warnings.setMinimumHeight(scaled(120)))
        words = QVBoxLayout()
        words.setSpacing(SPACE_XS)
        words.addWidget(self._sentence)
        words.addWidget(self._place)
        head = QHBoxLayout()
        head.setSpacing(SPACE_M)
        head.addWidget(self._icon, alignment=Qt.AlignmentFlag.AlignTop)
        head.addLayout(words, stretch=1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(SPACE_S)
        layout.addLayout(head)
        layout.addLayout(self._make_note())
        layout.addSpacing(SPACE_S)
        layout.addWidget(self._heading)
        layout.addWidget(self._warnings, stretch=100)
        layout.addStretch(1)  # without warnings the head stays at the top
        self._heading.hide()
        self._warnings.hide()

    def _make_note(self) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setSpacing(SPACE_M)
        row.addWidget(self._check, alignment=Qt.AlignmentFlag.AlignTop)
        row.addWidget(self._note, stretch=1)
        bind_width(self._check, ICON_SIZE)
        return row

    @property
    def folder(self) -> Path | None:
        """The folder of the result."""
        return self._report.folder

    @property
    def shown(self) -> Report:
        """The report that is shown."""
        return self._report

    def show_report(self, report: Report) -> None:
        """Show a report."""
        self._report = report
        name, role = ("alert-outline", "warning") if report.warnings else ("check-circle", "success")
        self._icon.setPixmap(pixmap(name, role, scaled(ICON_SIZE), self.devicePixelRatioF()))
        self._sentence.setText(report.sentence)
        self._note.setText(report.note)
        self._note.setVisible(bool(report.note))
        self._check.setVisible(bool(report.note))
        self._check.clear()
        if report.is_verified:
            self._check.setPixmap(pixmap("check", "success", scaled(ICON_SIZE), self.devicePixelRatioF()))
        metrics = QFontMetrics(self._place.font())
        place = "" if report.folder is None else str(report.folder)
        self._place.setText(metrics.elidedText(place, Qt.TextElideMode.ElideMiddle, 440))
        self._place.setToolTip(plain_tip(place))
        self._place.setVisible(bool(place))
        count = len(report.warnings)
        self._heading.setText(counted(count, "warning"))
        lines = [f"• {warning}" for warning in report.warnings[:SHOWN_WARNINGS]]
        if count > SHOWN_WARNINGS:
            lines.append(f"… and {count - SHOWN_WARNINGS:,} more")
        self._warnings.setPlainText("\n".join(lines))
        self._heading.setVisible(bool(count))
        self._warnings.setVisible(bool(count))
