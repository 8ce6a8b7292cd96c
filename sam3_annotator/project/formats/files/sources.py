"""What a user chose to import: a file or a folder."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from sam3_annotator.project.errors import FormatError
from sam3_annotator.project.formats.files.text_files import readable
from sam3_annotator.project.formats.foreign_values import storable


def is_single_file(source: Path, offer: str) -> bool:
    """Whether a source is a file, not a folder; raises FormatError, offering what to choose, if it is neither."""
    with readable(source):
        if source.is_file():
            return True
        is_folder = source.is_dir()
    if not is_folder:
        raise FormatError(f"There is nothing at {source}; choose {offer}.")
    return False


def is_hidden(name: str) -> bool:
    """Whether a file of this name is none that a user put there: it begins with a dot.

    On disks of other systems, and in archives, macOS puts a file `._a.xml` of its own beside each `a.xml`.
    """
    return name.rpartition("/")[2].startswith(".")


def shown(files: Iterable[Path]) -> list[Path]:
    """Return the files that are not hidden, in the order of their paths."""
    return sorted(file for file in files if not is_hidden(file.name))


def name_in(file: Path, source: Path) -> str:
    """Return how sentences call a file: by its name, or its path from the folder that the user chose, with `/`."""
    is_below = file != source and file.is_relative_to(source)
    return storable(file.relative_to(source).as_posix() if is_below else file.name)
