"""XML files of other programs, opened with care, and text that may go into such files."""

from __future__ import annotations

import re
from pathlib import Path
from xml.etree import ElementTree as ET
from xml.parsers import expat

from sam3_annotator.project.errors import FormatError

# What XML 1.0 has no way to write, not even as a reference.
_NO_CHARACTERS = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


class _HasDoctype(Exception):  # noqa: N818 - no error of its own
    """The file declares a document type."""


def read_xml(file: Path, name: str) -> ET.Element:
    """Read the root of an XML file, which sentences call `name`.

    Raises FormatError if it cannot be read, is no XML, or has a DOCTYPE: the entities declared there can make a small
    file fill the memory or name other files, and no program writes one into its labels.
    """
    try:
        content = file.read_bytes()
    except OSError as error:
        raise FormatError(f"{file} cannot be read ({error.strerror}); check its permissions.") from error
    try:
        return _parse(content)
    except _HasDoctype as error:
        raise FormatError(
            f"{name} declares a document type (<!DOCTYPE …>), which may hide anything, so it was not read; "
            "delete that line if you trust the file."
        ) from error
    except expat.ExpatError as error:
        what = expat.ErrorString(error.code)
        where = f"line {error.lineno}, column {error.offset + 1}"
        raise FormatError(f"{name} is damaged or no XML ({what} in {where}); export it again.") from error
    except (ValueError, LookupError) as error:  # of the declaration at its top
        raise FormatError(f"{name} is in an encoding that cannot be read; save it as UTF-8.") from error


def _parse(content: bytes) -> ET.Element:
    builder = ET.TreeBuilder()
    parser = expat.ParserCreate()
    parser.buffer_text = True
    parser.StartElementHandler = builder.start
    parser.EndElementHandler = builder.end
    parser.CharacterDataHandler = builder.data
    parser.StartDoctypeDeclHandler = _refuse_doctype
    parser.Parse(content, True)
    return builder.close()


def _refuse_doctype(*_: object) -> None:
    raise _HasDoctype


def xml_text(text: str) -> str:
    """Return text that XML can hold: control characters become `?`."""
    return _NO_CHARACTERS.sub("?", text)


def add_text(parent: ET.Element, tag: str, text: object) -> ET.Element:
    """Add an element that holds a text."""
    element = ET.SubElement(parent, tag)
    element.text = xml_text(str(text))
    return element


def text_of(parent: ET.Element, path: str) -> str:
    """Return the text at a path below an element, without space around it; empty if there is none."""
    return (parent.findtext(path) or "").strip()


def write_xml(root: ET.Element, file: Path) -> None:
    """Write an XML file, indented, without a declaration.

    In ASCII, other characters as references, which any parser reads: programs open files in the encoding of the system.
    """
    ET.indent(root)
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(ET.tostring(root, encoding="us-ascii", xml_declaration=False) + b"\n")
