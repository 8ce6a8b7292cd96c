"""Tells of images that an export calls otherwise than their files are called."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import PurePosixPath
from typing import Final

from sam3_annotator.project.formats.images.portable import portable_path, shortened
from sam3_annotator.project.formats.images.selection import ChosenImage
from sam3_annotator.project.formats.sentences import listed

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
        name = PurePosixPath(image.name)
        own = PurePosixPath(*image.file.parts[-len(name.parts) :])
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


def _reason_for_images(own: PurePosixPath) -> str:
    return _ALIKE if portable_path(own) == own else _UNFIT


def _reason_for_labels(own: PurePosixPath) -> str:
    if "\\" in own.as_posix():
        return _SLASHED
    return _LABELS_ALIKE if shortened(own.name) == own.name else _LABELS_TOO_LONG
