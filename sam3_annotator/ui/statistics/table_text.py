"""A table of figures as text that spreadsheets read: numbers as they are, without thousands separated."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Final

from PySide6.QtCore import QIODevice, QSaveFile

from sam3_annotator.ui.statistics.columns import Column, Value
from sam3_annotator.ui.statistics.figure_table import Row

DECIMALS: Final = 4
BOM: Final = "\N{ZERO WIDTH NO-BREAK SPACE}"
"""By which spreadsheets know that a file is UTF-8."""


def tab_separated(columns: Sequence[Column], rows: Iterable[Row]) -> str:
    """Give a table as it is pasted into a spreadsheet; tabs and line breaks in names are spaces then."""
    lines = ("\t".join(" ".join(_cell(value).split()) for value in line) for line in _lines(columns, rows))
    return "\n".join(lines) + "\n"


def comma_separated(columns: Sequence[Column], rows: Iterable[Row]) -> str:
    """Give a table as a CSV file has it."""
    text = io.StringIO()
    csv.writer(text).writerows([_cell(value) for value in line] for line in _lines(columns, rows))
    return text.getvalue()


def write_csv(path: Path, text: str) -> None:
    """Write a CSV file whole or not at all; raises OSError where the system refuses."""
    file = QSaveFile(str(path))
    is_written = file.open(QIODevice.OpenModeFlag.WriteOnly) and file.write((BOM + text).encode()) >= 0
    if not is_written or not file.commit():
        raise OSError(0, file.errorString(), str(path))


def _lines(columns: Sequence[Column], rows: Iterable[Row]) -> Iterable[list[Value]]:
    exports = [export for column in columns for export in column.exports]
    yield [title for title, _ in exports]
    for row in rows:
        yield [value(row) for _, value in exports]


def _cell(value: Value) -> str:
    if value is None:
        return ""
    return str(round(value, DECIMALS)) if isinstance(value, float) else str(value)
