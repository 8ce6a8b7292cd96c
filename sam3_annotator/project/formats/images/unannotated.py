"""Tells of images that an export holds though nobody has annotated them, so that nobody takes them for empty ones."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path, PurePosixPath
from typing import Final

from sam3_annotator.project.errors import FormatError
from sam3_annotator.project.file_access import is_there
from sam3_annotator.project.formats.files.text_files import read_text, write_text
from sam3_annotator.project.formats.images.selection import ChosenImage
from sam3_annotator.project.formats.plan import ImportPlan
from sam3_annotator.project.image_files import is_export

UNANNOTATED: Final = Path("unannotated.csv")
"""The list of these images, in the folder of the export."""

_DEPTH = 3  # folders from a file of labels up to that of the export: `labels/train/a.txt`


def write_unannotated(images: Sequence[ChosenImage], out: Path) -> Iterator[Path]:
    """Write which images are not annotated and their names in the export, if there are any; gives the file's name."""
    listed = [(image.record.path, image.name) for image in images if image.is_unannotated]
    if listed:
        lines = io.StringIO()
        csv.writer(lines, lineterminator="\n").writerows([("image", "name"), *listed])
        write_text(out / UNANNOTATED, lines.getvalue())
        yield UNANNOTATED


def without_unannotated(plan: ImportPlan, source: Path) -> ImportPlan:
    """Return a plan that takes none of those images for empty, if `source` is an export, or lies in one."""
    names = _names(source)
    if not names:
        return plan
    images = (
        replace(image, is_known_empty=image.is_known_empty and not _ends_in_one_of(names, image.name))
        for image in plan.images
    )
    return replace(plan, images=tuple(images))


def _names(source: Path) -> set[PurePosixPath]:
    """Return the names without suffix, which labels may not know."""
    source = source.absolute()
    out = next((folder for folder in (source, *source.parents[:_DEPTH]) if is_export(folder)), None)
    if out is None or not is_there(out / UNANNOTATED):
        return set()
    try:
        rows = list(csv.reader(io.StringIO(read_text(out / UNANNOTATED, UNANNOTATED.name))))
    except (FormatError, csv.Error):  # somebody has changed it; it is no label
        return set()
    return {PurePosixPath(row[1]).with_suffix("") for row in rows[1:] if len(row) > 1 and PurePosixPath(row[1]).name}


def _ends_in_one_of(names: set[PurePosixPath], name: str) -> bool:
    parts = PurePosixPath(name).with_suffix("").parts
    return any(PurePosixPath(*parts[first:]) in names for first in range(len(parts)))
