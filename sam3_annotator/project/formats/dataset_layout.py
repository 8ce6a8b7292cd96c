"""Where labels and their images lie, as different programs lay them out."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from sam3_annotator.project.entities import Split
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


def image_folders(file: Path, split: Split | None) -> Iterator[Path]:
    """Give the folders beside a file that its images may lie in."""
    for base in (
        (file.parent.parent, file.parent) if file.parent.name == "annotations" else (file.parent, file.parent.parent)
    ):
        if split is not None:
            yield base / "images" / str(split)
            yield base / str(split)
        yield base / "images"
        yield base
