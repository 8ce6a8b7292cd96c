"""What a user chose to import: a file or a folder."""

from __future__ import annotations

from pathlib import Path

from sam3_annotator.project.errors import FormatError


def is_single_file(source: Path, offer: str) -> bool:
    """Whether a source is a file, not a folder; raises FormatError, offering what to choose, if it is neither."""
    try:
        if source.is_file():
            return True
        is_folder = source.is_dir()
    except OSError as error:
        raise FormatError(f"{source} cannot be read ({error.strerror}); choose another.") from error
    if not is_folder:
        raise FormatError(f"There is nothing at {source}; choose {offer}.")
    return False
