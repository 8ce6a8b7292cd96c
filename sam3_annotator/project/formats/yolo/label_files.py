"""Finds the label file of an image, under the name that it has in its folder."""

from __future__ import annotations

import unicodedata
from pathlib import Path

from sam3_annotator.project.file_access import is_there
from sam3_annotator.project.image_files import folded

IMAGES, LABELS = "images", "labels"
"""Folders whose contents belong together."""


def swapped(path: Path, before: str, after: str) -> Path | None:
    """Put another name in the place of the last folder of a name; None if there is none."""
    parts = list(path.parts)
    if before not in parts:
        return None
    at = len(parts) - 1 - parts[::-1].index(before)
    return Path(*parts[:at], after, *parts[at + 1 :])


def label_folder(folder: Path) -> Path:
    """Return where the labels of a folder of images are: in the folder itself, if it has none for them."""
    labels = swapped(folder, IMAGES, LABELS)
    return labels if labels is not None and labels.is_dir() else folder


class LabelFiles:
    """Finds labels beside images or in their own folder; what folders hold is looked up once.

    A file is found under names that differ in how letters with accents are put together, as an archive from a Mac has
    them, and where the system does so, under names that differ in case; it always goes by the name it is listed under.
    """

    def __init__(self) -> None:
        self._listed: dict[Path, dict[str, list[str]]] = {}

    def of(self, image: Path) -> Path | None:
        """Return where the labels of an image are, None if nowhere."""
        places = swapped(image, IMAGES, LABELS), image
        found = (self._find(place.with_suffix(".txt")) for place in places if place is not None)
        return next((file for file in found if file is not None), None)

    def _find(self, file: Path) -> Path | None:
        alike = self._list(file.parent).get(folded(file.name), [])
        if file.name in alike:
            return file if is_there(file) else None
        same = alike if is_there(file) else [name for name in alike if _composed(name) == _composed(file.name)]
        found = file.with_name(same[0]) if len(same) == 1 else file
        return found if is_there(found) else None

    def _list(self, folder: Path) -> dict[str, list[str]]:
        if folder not in self._listed:
            names: dict[str, list[str]] = {}
            try:
                for file in folder.iterdir():
                    names.setdefault(folded(file.name), []).append(file.name)
            except (OSError, ValueError):
                names.clear()  # where one may not look, names are tried as they are
            self._listed[folder] = names
        return self._listed[folder]


def _composed(name: str) -> str:
    return unicodedata.normalize("NFC", name)
