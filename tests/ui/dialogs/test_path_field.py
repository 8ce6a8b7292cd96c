"""The field for a path takes what people type and paste."""

from __future__ import annotations

from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from sam3_annotator.ui.dialogs.path_field import PathField


@pytest.fixture
def field(qtbot: QtBot) -> PathField:
    field = PathField("Images")
    qtbot.addWidget(field)
    return field


@pytest.mark.parametrize("written", ["{}", '"{}"', ' "{}" ', "{}/"])
def test_a_path_is_taken_as_file_browsers_copy_it(field: PathField, tmp_path: Path, written: str) -> None:
    field.line.setText(written.format(tmp_path))

    assert field.path == tmp_path


def test_an_address_with_escaped_letters_is_read(field: PathField, tmp_path: Path) -> None:
    folder = tmp_path / "Zürich 100%"
    field.line.setText(folder.as_uri())

    assert field.path == folder


@pytest.mark.parametrize("name", ['"', 'a "b"', "50% #1", "file:"])
def test_other_quotes_and_signs_belong_to_the_name(field: PathField, tmp_path: Path, name: str) -> None:
    field.line.setText(f"{tmp_path}/{name}")

    assert field.path == tmp_path / name


def test_home_is_written_out_and_nothing_is_no_path(field: PathField) -> None:
    field.line.setText("~")
    assert field.path == Path.home()

    field.line.setText("  ")
    assert field.path is None
