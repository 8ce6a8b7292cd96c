"""Finds the image that belongs to a file of labels by its stem, in the folders beside it."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path, PurePosixPath

from sam3_annotator.project.errors import ImageUnreadable
from sam3_annotator.project.formats.images.matching import ANY_SUFFIX
from sam3_annotator.project.image_files import IMAGE_SUFFIXES, folded, list_image_files


class ImagesBeside:
    """The image files of folders; each folder is listed once."""

    def __init__(self) -> None:
        self._names: dict[Path, dict[str, list[str]]] = {}

    def name_of(self, stem: str, said: str, folders: Sequence[Path], besides: Path | None = None) -> str:
        """Return the name of an image, relative and with `/`.

        `stem` is that of the labels, with the folders in front of it; `said` is the name that the labels give, empty if
        they give none. The first of `folders` with an image of the stem has it: of several that of the name. Where none
        is there it is the name, else the stem with `ANY_SUFFIX`. The file `besides` is no image.
        """
        place = PurePosixPath(stem)
        for folder in folders:
            parent = folder / place.parent
            names = [name for name in self._listed(parent).get(folded(place.name), ()) if parent / name != besides]
            if names:
                best = max(
                    names, key=lambda name: (name == PurePosixPath(said).name, PurePosixPath(name).stem == place.name)
                )
                return (place.parent / best).as_posix()
        if PurePosixPath(said).suffix.lower() in IMAGE_SUFFIXES:
            return said
        return (said or stem) + ANY_SUFFIX

    def _listed(self, folder: Path) -> dict[str, list[str]]:
        """Return the names of the images of a folder by their stems in lower case."""
        if folder not in self._names:
            by_stem = self._names[folder] = {}
            try:
                files = list_image_files(folder, recursive=False)
            except ImageUnreadable:  # no such folder
                files = []
            for file in files:
                by_stem.setdefault(folded(file.stem), []).append(file.name)
        return self._names[folder]
