"""Files of text: read from other programs, each fault told in a sentence, and written."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sam3_annotator.project.errors import FormatError


@contextmanager
def readable(file: Path) -> Iterator[None]:
    """Raise FormatError, with a sentence, where the system does not let us read a file or a folder."""
    try:
        yield
    except OSError as error:
        raise FormatError(f"{file} cannot be read ({error.strerror}); check its permissions.") from error


def read_text(file: Path, name: str) -> str:
    """Return the text of a file in UTF-8, with or without a mark; raises FormatError, with `name` for the file."""
    with readable(file):
        content = file.read_bytes()
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise FormatError(f"{name} is not UTF-8 text, so it cannot be read; save it as UTF-8.") from error


def write_text(file: Path, text: str, encoding: str = "utf-8") -> None:
    """Write a text, its line feeds as they are, and make the folder that it lies in."""
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text, encoding=encoding, newline="\n")
