"""What a user chose to import: a file or a folder."""

from __future__ import annotations

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


def name_in(file: Path, source: Path) -> str:
    """Return how sentences call a file: by its name, or its path from the folder that the user chose, with `/`."""
    is_below = file != source and file.is_relative_to(source)
    return storable(file.relative_to(source).as_posix() if is_below else file.name)
