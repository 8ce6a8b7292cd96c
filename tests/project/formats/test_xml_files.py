"""XML files that may come from anywhere."""

from __future__ import annotations

from pathlib import Path

import pytest

from sam3_annotator.project import FormatError
from sam3_annotator.project.formats.xml_files import read_xml, text_of

LAUGHS = b"""<!DOCTYPE a [<!ENTITY x "ha"><!ENTITY y "&x;&x;&x;&x;&x;&x;&x;&x;">]><a>&y;</a>"""
OTHER_FILE = b"""<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><a>&x;</a>"""


@pytest.mark.parametrize("content", [LAUGHS, OTHER_FILE, b'<!DOCTYPE a SYSTEM "a.dtd"><a/>'])
def test_document_type_is_refused_before_anything_is_expanded(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "a.xml").write_bytes(content)

    with pytest.raises(FormatError, match=r"a.xml declares a document type"):
        read_xml(tmp_path / "a.xml", "a.xml")


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "line 1"),
        (b"<a><b></a>", "line 1, column 9"),
        (b"not xml", "damaged or no XML"),
        (b"<a>&x;</a>", "damaged or no XML"),
        (b"\xff\xd8\xff\xe0", "damaged or no XML"),
        (b"<a>\xff</a>", "damaged or no XML"),
        (b'<?xml version="1.0" encoding="martian"?><a/>', "a.xml"),
        (b'<?xml version="1.0" encoding="gb2312"?><a>\xc4\xe3</a>', "a.xml"),
    ],
)
def test_what_is_no_xml_is_refused_with_a_sentence(tmp_path: Path, content: bytes, words: str) -> None:
    (tmp_path / "a.xml").write_bytes(content)

    with pytest.raises(FormatError, match=words):
        read_xml(tmp_path / "a.xml", "a.xml")


def test_file_that_cannot_be_opened_is_refused_with_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(FormatError, match="cannot be read"):
        read_xml(tmp_path / "absent.xml", "absent.xml")


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "iso-8859-1", "windows-1252"])
def test_text_is_read_in_the_encoding_of_the_file(tmp_path: Path, encoding: str) -> None:
    declared = encoding.removesuffix("-sig")
    text = f'<?xml version="1.0" encoding="{declared}"?>\n<a><b> Stra\u00dfe </b><b>2</b></a>'
    (tmp_path / "a.xml").write_bytes(text.encode(encoding))

    assert text_of(read_xml(tmp_path / "a.xml", "a.xml"), "b") == "Stra\u00dfe"


def test_deep_nesting_is_read_or_refused_but_does_not_crash(tmp_path: Path) -> None:
    (tmp_path / "a.xml").write_bytes(b"<a>" * 50_000 + b"</a>" * 50_000)

    assert read_xml(tmp_path / "a.xml", "a.xml").tag == "a"
