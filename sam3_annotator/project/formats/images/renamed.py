"""Tells of images that an export calls otherwise than their files are called."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Sequence
from pathlib import Path, PurePosixPath
from typing import Final

from sam3_annotator.project.formats.files.text_files import write_text
from sam3_annotator.project.formats.images.portable import portable_path, shortened
from sam3_annotator.project.formats.images.selection import ChosenImage
from sam3_annotator.project.formats.sentences import listed

RENAMED: Final = Path("renamed.csv")
"""The list of all images that have another name, in the folder of the export."""

_SLASHED: Final = "got “_” for backslashes, which other programs take for those of folders"
_UNFIT: Final = "got another name, since Windows or another system cannot have theirs"
_ALIKE: Final = (
    "got another name, since images or their labels would share one, as systems do that see no difference "
    "between upper and lower case"
)
_LABELS_TOO_LONG: Final = "have another name, since theirs would be too long"
_LABELS_ALIKE: Final = "have another name, since two images would share theirs"


def renamed_sentences(images: Sequence[ChosenImage], *, is_labels_only: bool) -> Iterator[str]:
    """Say which images have another name than their file, and why, and what that name is.

    Where labels go without the images, say too which keep a name that not every system takes.
    """
    changed: dict[str, list[str]] = {}
    kept = []
    for image in images:
        name, own = PurePosixPath(image.name), _own_name(image)
        if own != name:
            reason = _reason_for_labels(own) if is_labels_only else _reason_for_images(own)
            changed.setdefault(reason, []).append(f"{image.record.path} as {name}")
        elif is_labels_only and portable_path(own) != own:
            kept.append(image.record.path)
    for reason in (_UNFIT, _ALIKE, _LABELS_ALIKE, _LABELS_TOO_LONG, _SLASHED):
        if reason in changed:
            who = "The labels of " if reason in (_LABELS_ALIKE, _LABELS_TOO_LONG) else ""
            yield f"{who}{listed(changed[reason], 'image')} {reason}."
    if kept:
        yield (
            f"{listed(kept, 'image')} with a name that Windows or another system cannot have; labels keep it, since "
            "they go with the image. Rename the images in the project's folder, or export them along."
        )


def write_renamed(images: Sequence[ChosenImage], out: Path) -> Iterator[Path]:
    """Write which image has which name, a line each, if one has another than its file; gives the file's name."""
    renamed = [(image.record.path, image.name) for image in images if _own_name(image) != PurePosixPath(image.name)]
    if renamed:
        lines = io.StringIO()
        csv.writer(lines, lineterminator="\n").writerows([("image", "name"), *renamed])
        write_text(out / RENAMED, lines.getvalue())
        yield RENAMED


def _own_name(image: ChosenImage) -> PurePosixPath:
    """Return as much of the path of an image's file as its name has parts."""
    return PurePosixPath(*image.file.parts[-len(PurePosixPath(image.name).parts) :])


def _reason_for_images(own: PurePosixPath) -> str:
    return _ALIKE if portable_path(own) == own else _UNFIT


def _reason_for_labels(own: PurePosixPath) -> str:
    if "\\" in own.as_posix():
        return _SLASHED
    return _LABELS_ALIKE if shortened(own.name) == own.name else _LABELS_TOO_LONG
