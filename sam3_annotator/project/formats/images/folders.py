"""Where images lie beside labels, as different programs lay them out."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from sam3_annotator.project.entities import Split


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
