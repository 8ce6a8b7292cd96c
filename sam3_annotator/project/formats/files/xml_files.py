"""XML of other programs: read piece by piece, with a sentence for each fault, and what its text can hold."""

from __future__ import annotations

import re
import zipfile
import zlib
from collections.abc import Iterator
from typing import IO
from xml.etree.ElementTree import Element, ParseError, TreeBuilder, XMLParser
from xml.parsers.expat import errors

from sam3_annotator.project.errors import FormatError

_AT_A_TIME = 2**20  # bytes; much smaller, and expat reads long attributes again and again
_DEEPEST = 100
_NOT_IN_XML = re.compile("[\\x00-\\x08\\x0b\\x0c\\x0e-\\x1f\\ufffe\\uffff]")
_PICTURES = 0x2400  # where Unicode has the signs for control characters, in their order


def without_controls(text: str) -> str:
    """Return the text with signs in place of the characters that XML cannot hold, different for different ones."""
    return _NOT_IN_XML.sub(lambda found: chr(_PICTURES + ord(found[0])) if found[0] < " " else "\ufffd", text)


def read_children(stream: IO[bytes], name: str, root: str, what: str) -> Iterator[Element]:
    """Give the children of the root element one after the other, each whole, and keep none of them.

    `root` is the tag that the root has to have, `what` the format by its name, `name` the file as the user knows it.
    Raises FormatError if the stream is no such file, cut off or damaged, not in the encoding it declares, cannot be
    read, or declares a document type: through that a file could name others or grow without end, and no annotations
    need one.
    """
    pieces = _Pieces(name, root, what)
    parser = XMLParser(target=pieces)
    is_at_end = False
    while not is_at_end:
        try:
            text = stream.read(_AT_A_TIME)
            is_at_end = not text
            if is_at_end:
                parser.close()
            else:
                parser.feed(text)
        except (ParseError, LookupError, ValueError, MemoryError) as error:
            raise FormatError(f"{name} {_fault(error, what)}") from error
        except OSError as error:
            raise FormatError(f"{name} cannot be read ({error.strerror}); check its permissions.") from error
        except (zipfile.BadZipFile, zlib.error, EOFError) as error:
            raise FormatError(f"{name} is damaged; export it again.") from error
        yield from pieces.take()


def _fault(error: Exception, what: str) -> str:
    if isinstance(error, LookupError | ValueError) or _is(error, errors.XML_ERROR_INCORRECT_ENCODING):
        return "is not in the encoding that it declares, or in one that cannot be read; save it as UTF-8."
    if isinstance(error, MemoryError) or _is(error, errors.XML_ERROR_NO_MEMORY):
        return f"has an element that does not fit into the memory, so it is no {what} file; choose another."
    assert isinstance(error, ParseError)
    line, column = error.position
    where = f"line {line}, column {column + 1}"
    if _is(error, errors.XML_ERROR_NO_ELEMENTS) or _is(error, errors.XML_ERROR_UNCLOSED_TOKEN):
        return f"is empty or cut off in {where}; export it again."
    if _is(error, errors.XML_ERROR_SYNTAX) or error.position == (1, 0):
        return f"is no XML, so it is no {what} file; choose another."
    return f"is damaged, no XML or not UTF-8 text (see {where}); export it again."


def _is(error: Exception, message: str) -> bool:
    return isinstance(error, ParseError) and error.code == errors.codes[message]


class _Pieces:
    """What the parser finds, put together to one child of the root after the other; it calls all but `take`."""

    def __init__(self, name: str, root: str, what: str) -> None:
        self._name = name
        self._root = root
        self._what = what
        self._depth = 0
        self._builder = TreeBuilder()
        self._whole: list[Element] = []

    def take(self) -> list[Element]:
        whole, self._whole = self._whole, []
        return whole

    def doctype(self, *_: str | None) -> None:
        raise FormatError(
            f"{self._name} declares a document type (DOCTYPE), which {self._what} files do not and which can do harm; "
            "choose another, or take that line out if you trust it."
        )

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        self._depth += 1
        if self._depth > _DEEPEST:
            raise FormatError(f"{self._name} is no {self._what} file: it is nested too deeply.")
        if self._depth > 1:
            self._builder.start(tag, attributes)
        elif tag != self._root:
            raise FormatError(
                f"{self._name} is no {self._what} file: it begins with <{tag[:40]}> instead of <{self._root}>."
            )

    def data(self, text: str) -> None:
        if self._depth > 1:
            self._builder.data(text)

    def end(self, tag: str) -> None:
        self._depth -= 1
        if self._depth:
            self._builder.end(tag)
        if self._depth == 1:
            self._whole.append(self._builder.close())
            self._builder = TreeBuilder()

    def close(self) -> None:
        """Nothing is left to do; the parser asks for it."""
