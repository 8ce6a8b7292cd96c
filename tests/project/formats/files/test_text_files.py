"""Texts and JSON from other programs, and texts of ours."""

from __future__ import annotations

from pathlib import Path

import pytest

from sam3_annotator.project import FormatError
from sam3_annotator.project.formats.files.json_files import parse_json
from sam3_annotator.project.formats.files.sources import is_single_file, name_in
from sam3_annotator.project.formats.files.text_files import read_text, write_text


def test_texts_come_back_as_they_were_written_with_their_line_feeds(tmp_path: Path) -> None:
    write_text(tmp_path / "new" / "a.txt", "Straße\n日本\r\n")

    assert (tmp_path / "new" / "a.txt").read_bytes() == "Straße\n日本\r\n".encode()
    assert read_text(tmp_path / "new" / "a.txt", "a.txt") == "Straße\n日本\r\n"


def test_a_mark_in_front_of_a_text_is_no_part_of_it(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_bytes(b"\xef\xbb\xbf{}")

    assert read_text(tmp_path / "a.txt", "a.txt") == "{}"
    assert parse_json(tmp_path / "a.txt", "a.txt", "COCO") == {}


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"\xff\xfe{", "labels/a.json is not UTF-8 text, so it cannot be read; save it as UTF-8."),
        (b'{\n"a": }', "labels/a.json is damaged or no JSON (see line 2, column 6); export it again."),
        (b"1" * 5000, "labels/a.json is no COCO file: it has a number of thousands of digits."),
        (b"[" * 100_000, "labels/a.json is no COCO file: it is nested too deeply."),
    ],
)
def test_faults_in_json_are_told_in_our_words(tmp_path: Path, content: bytes, sentence: str) -> None:
    (tmp_path / "a.json").write_bytes(content)

    with pytest.raises(FormatError) as caught:
        parse_json(tmp_path / "a.json", "labels/a.json", "COCO")
    assert str(caught.value) == sentence


def test_a_source_that_is_not_there_is_told_with_what_to_choose(tmp_path: Path) -> None:
    (tmp_path / "a.json").touch()

    assert is_single_file(tmp_path / "a.json", "a file")
    assert not is_single_file(tmp_path, "a file")
    with pytest.raises(FormatError, match=r"nothing at .*b.json; choose a COCO file"):
        is_single_file(tmp_path / "b.json", "a COCO file")


def test_files_are_called_by_their_path_from_what_was_chosen() -> None:
    assert name_in(Path("/x/sub/a.txt"), Path("/x")) == "sub/a.txt"
    assert name_in(Path("/x/a.txt"), Path("/x/a.txt")) == "a.txt"
    assert name_in(Path("/y/a.txt"), Path("/x")) == "a.txt"
