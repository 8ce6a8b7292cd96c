"""Tells, by a quick look, masks of a project's images from more images."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import numpy as np

from sam3_annotator.project.errors import FormatError, ImageUnreadable
from sam3_annotator.project.formats.masks.numbered import ending_of_masks
from sam3_annotator.project.formats.value_masks.files import MASK_SUFFIXES, read_mask_file
from sam3_annotator.project.image_files import folded, list_image_files
from sam3_annotator.project.images import opened_image
from sam3_annotator.project.reading import ProjectReader

_LOOKED_AT: Final = 20
_MOST_CHANGES: Final = 0.1
"""Of a mask, so large a share of pixels at most has another value than the one at its left; of photographs, most."""


def are_masks_of_images(folder: Path, store: ProjectReader) -> bool:
    """Whether all image files in a folder look like masks of images of the project.

    They are called like images and as large; the first has few values, alike over areas. Of some others only the heads
    are read. Raises ImageUnreadable if the folder cannot be listed.
    """
    files = list_image_files(folder)
    if not files or any(file.suffix.lower() not in MASK_SUFFIXES for file in files):
        return False
    ending = ending_of_masks(files)
    stems = {file: folded(file.stem.removesuffix(ending)) for file in files[:: -(-len(files) // _LOOKED_AT)]}
    sizes: dict[str, set[tuple[int, int]]] = {stem: set() for stem in stems.values()}
    for image in store.images():
        if (known := sizes.get(folded(image.name.rpartition(".")[0]))) is not None:
            if store.image_file(image.id).is_relative_to(folder):
                return False  # these are the images themselves
            known.add((image.facts.width, image.facts.height))
    try:
        return all(_size_of(file) in sizes[stem] for file, stem in stems.items()) and _is_calm(files[0])
    except (ImageUnreadable, FormatError):
        return False


def _size_of(file: Path) -> tuple[int, int]:
    with opened_image(file) as image:
        return image.size


def _is_calm(file: Path) -> bool:
    values = read_mask_file(file).values
    return bool(np.count_nonzero(values[:, 1:] != values[:, :-1]) <= _MOST_CHANGES * values.size)
