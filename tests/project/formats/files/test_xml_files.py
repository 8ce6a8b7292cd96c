"""XML files are read child by child, and bad ones are refused with a sentence."""

from __future__ import annotations

import io
from xml.etree.ElementTree import Element

import pytest

from sam3_annotator.project import FormatError
from sam3_annotator.project.formats.files.xml_files import read_children, without_controls


def children(text: bytes) -> list[Element]:
    return list(read_children(io.BytesIO(text), "labels.xml", "annotations", "CVAT"))


def test_children_come_whole_and_in_order() -> None:
    found = children(b'<annotations> <a x="1">t<b><a/></b></a>\n<c/><!-- no --></annotations>')

    assert [child.tag for child in found] == ["a", "c"]
    assert (found[0].get("x"), found[0].text, found[0][0][0].tag) == ("1", "t", "a")


def test_children_of_a_large_file_come_before_it_is_read_to_its_end() -> None:
    stream = io.BytesIO(b"<annotations>" + b'<image name="a"/>' * 500_000 + b"</annotations>")

    first = next(read_children(stream, "labels.xml", "annotations", "CVAT"))

    assert first.get("name") == "a"
    assert stream.tell() < len(stream.getvalue())


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "latin-1", "cp1252"])
def test_text_is_read_in_the_encoding_that_is_declared(encoding: str) -> None:
    declared = encoding.removesuffix("-sig")
    text = f'<?xml version="1.0" encoding="{declared}"?><annotations><a name="Straße é"/></annotations>'

    assert children(text.encode(encoding))[0].get("name") == "Straße é"


BOMB = b'<!DOCTYPE a [<!ENTITY b "bb"><!ENTITY c "&b;&b;">]><annotations><x>&c;</x></annotations>'
BAD = {
    "nothing": (b"", "is empty or cut off"),
    "cut off between": (b"<annotations><a/>", "cut off in line 1, column 18"),
    "cut off inside": (b"<annotations>\n<a x=", "cut off in line 2"),
    "other root": (b"<annotation/>", "begins with <annotation> instead of <annotations>"),
    "text": (b"hello", "is no XML"),
    "JSON": (b'{"images": []}', "is no XML"),
    "mismatch": (b"<annotations><a></b></annotations>", "damaged.*line 1, column 19"),
    "not UTF-8": (b'<annotations><a x="\xff"/></annotations>', "not UTF-8"),
    "unknown encoding": (b'<?xml version="1.0" encoding="klingon"?><annotations/>', "encoding that it declares"),
    "encoding of many bytes": (b'<?xml version="1.0" encoding="gbk"?><annotations/>', "save it as UTF-8"),
    "other encoding": (b'<?xml version="1.0" encoding="utf-16"?><annotations/>', "encoding that it declares"),
    "entities": (BOMB, "DOCTYPE"),
    "other file": (b'<!DOCTYPE a SYSTEM "file:///etc/passwd"><annotations/>', "DOCTYPE"),
    "unknown entity": (b"<annotations><a>&secret;</a></annotations>", "damaged"),
    "deep": (b"<annotations>" + b"<a>" * 100_000, "nested too deeply"),
    "control character": (b"<annotations><a>\x01</a></annotations>", "damaged"),
}


@pytest.mark.parametrize("case", BAD)
def test_what_is_wrong_with_a_file_is_told_in_a_sentence(case: str) -> None:
    text, sentence = BAD[case]

    with pytest.raises(FormatError, match=sentence) as caught:
        children(text)
    assert str(caught.value).startswith("labels.xml ")
    assert str(caught.value).endswith(".")


def test_stream_that_cannot_be_read_is_told() -> None:
    class Refusing(io.BytesIO):
        def read(self, *_: object) -> bytes:
            raise OSError(5, "Input/output error")

    with pytest.raises(FormatError, match=r"labels.xml cannot be read"):
        list(read_children(Refusing(), "labels.xml", "annotations", "CVAT"))


def test_control_characters_become_signs_that_differ_and_all_other_text_stays() -> None:
    assert without_controls("a\x01b\x02") == "a␁b␂"
    assert without_controls("\ufffe") == "\ufffd"
    assert without_controls("tab\tline\n日本 🙂 \x7f\x85") == "tab\tline\n日本 🙂 \x7f\x85"
