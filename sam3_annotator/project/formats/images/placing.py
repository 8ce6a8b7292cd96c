"""Puts the images of an export beside the labels."""

from __future__ import annotations

import shutil
from pathlib import Path, PurePosixPath

from sam3_annotator.project.errors import ImageUnreadable
from sam3_annotator.project.file_access import why_not_opened
from sam3_annotator.project.formats.images.selection import ChosenImage


def place_image(image: ChosenImage, folder: Path, mode: str) -> str:
    """Copy or link the file of an image to its name below `folder`; returns a sentence if linking was not possible.

    Raises ImageUnreadable if the file cannot be opened, and OSError if the copy cannot be written.
    """
    if mode == "none":
        return ""
    target = folder / PurePosixPath(image.name)
    target.parent.mkdir(parents=True, exist_ok=True)
    if mode == "link":
        try:
            target.symlink_to(image.file)
        except OSError:
            _copy(image.file, target)
            return "Links are not allowed here, so images were copied instead."
    else:
        _copy(image.file, target)
    return ""


def _copy(source: Path, target: Path) -> None:
    try:
        shutil.copyfile(source, target)
    except OSError as error:
        # What fails between the two names both: then it is rather the disk of the copy that is full.
        if error.filename in (source, str(source)) and error.filename2 is None:
            raise ImageUnreadable(f"{why_not_opened(source, error)} Nothing was exported.") from error
        raise
