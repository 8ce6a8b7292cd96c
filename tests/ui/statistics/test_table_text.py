"""Tables as spreadsheets read them."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Any

import pytest

from sam3_annotator.ui.statistics.columns import CATEGORY_COLUMNS, PHRASE_COLUMNS
from sam3_annotator.ui.statistics.figures import Figures, read_figures
from sam3_annotator.ui.statistics.table_text import comma_separated, tab_separated, write_csv


def test_a_table_is_copied_with_its_numbers_as_they_are(figures: Figures) -> None:
    lines = tab_separated(CATEGORY_COLUMNS, figures.category_rows({None: 1234.56789})).splitlines()

    assert lines[0].split("\t") == [
        *("Category", "Instances", "Share", "Images", "Size px"),
        *("Drawn by hand", "Outlined where pointed at", "Found or propagated", "Imported"),
        *("Corrected", "Clicks", "Seconds", "Train", "Val", "Test", "No split"),
    ]
    assert lines[1].split("\t") == [
        *("All categories", "5", "1.0", "2", "1234.5679", "1", "1", "2", "1", "0.3333", "2.0", "6.0"),
        *("4", "0", "0", "1"),
    ]
    assert lines[4].split("\t") == ["Bird", "0", "0.0", "0", "", "0", "0", "0", "0", "", "", "", "0", "0", "0", "0"]


def test_a_name_with_tabs_and_lines_stays_in_its_cell(labelled: Any) -> None:
    with labelled.store.edit("Rename") as edit:
        edit.update_category(labelled.cat, name="a\tcat\nor so")

    text = tab_separated(PHRASE_COLUMNS, read_figures(labelled.store.path).phrase_rows())

    assert text.splitlines()[1].split("\t")[:3] == ["kitten", "a cat or so", "2"]


def test_a_file_is_read_back_by_what_reads_csv(labelled: Any, tmp_path: Path) -> None:
    with labelled.store.edit("Rename") as edit:
        edit.update_category(labelled.cat, name='Größe, "gut"')
    path = tmp_path / "table.csv"

    write_csv(path, comma_separated(PHRASE_COLUMNS, read_figures(labelled.store.path).phrase_rows()))

    assert path.read_bytes().startswith(b"\xef\xbb\xbfPhrase,")
    with path.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.reader(file))
    assert rows == [
        ["Phrase", "Category", "Found", "Kept", "Corrected", "Not seen", "Corrected %"],
        ["kitten", 'Größe, "gut"', "2", "1", "1", "0", "0.5"],
    ]


def test_a_file_that_cannot_be_written_is_an_error_and_leaves_nothing(tmp_path: Path) -> None:
    with pytest.raises(OSError, match="table"):
        write_csv(tmp_path / "gone" / "table.csv", "a\r\n")

    assert list(tmp_path.iterdir()) == []
