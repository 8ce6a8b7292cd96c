"""Reads masks: an export of ours with `masks.json`, or a folder of masks of categories by any program."""

from __future__ import annotations

from pathlib import Path

from sam3_annotator.project.errors import FormatError
from sam3_annotator.project.file_access import is_there
from sam3_annotator.project.formats.files.sources import is_single_file
from sam3_annotator.project.formats.files.text_files import readable
from sam3_annotator.project.formats.masks.document import read_mask_document
from sam3_annotator.project.formats.masks.values import read_value_masks
from sam3_annotator.project.formats.masks.writing import DOCUMENT
from sam3_annotator.project.formats.plan import ImportPlan
from sam3_annotator.project.formats.value_masks.files import MASK_SUFFIXES
from sam3_annotator.project.image_files import IMAGE_SUFFIXES

_FOLDERS = ("masks", "mask", "SegmentationClass", "annotations", "labels")


def read(path: Path) -> ImportPlan:
    """Read what is to be imported from `masks.json` or its folder, else from masks that have the stems of the images.

    Of a folder all masks in it and below count, those in a folder `masks` or the like alone if there is one. Raises
    FormatError if there is nothing to read.
    """
    if path.name == DOCUMENT and is_there(path):
        return read_mask_document(path)
    if is_there(path / DOCUMENT):
        return read_mask_document(path / DOCUMENT)
    if is_single_file(path, f"a folder of masks, or {DOCUMENT} of an export"):
        return read_value_masks([path], path.parent)
    with readable(path):
        folder = next((path / name for name in _FOLDERS if (path / name).is_dir()), path)
        files = _masks_in(folder)
    return read_value_masks(files, folder)


def _masks_in(folder: Path) -> list[Path]:
    """Return the PNG files if there are any, since images of other kinds may lie beside them."""
    files = sorted(file for file in folder.rglob("*") if not file.name.startswith(".") and is_there(file))
    for suffixes in ((".png",), MASK_SUFFIXES, IMAGE_SUFFIXES):
        found = [file for file in files if file.suffix.lower() in suffixes]
        if found:
            return found
    raise FormatError(f"The folder {folder} has no masks in it; masks are PNG files with the names of their images.")
