"""Where images lie beside labels, as different programs lay them out."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path


def bases_beside(file: Path) -> tuple[Path, Path]:
    """Return the folder of a file of labels and the one around it, that of the dataset first."""
    folder = file.parent
    return (folder.parent, folder) if folder.name == "annotations" else (folder, folder.parent)


def image_folders(bases: Iterable[Path], part: str | None) -> Iterator[Path]:
    """Give the folders at and below `bases` that images may lie in; `part` is the folder of a split."""
    for base in bases:
        if part:
            yield base / "images" / part
            yield base / part
        yield base / "images"
        yield base
