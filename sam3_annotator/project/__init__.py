"""The data of a project: records, regions, the store, images and formats; knows neither Qt nor torch."""

from __future__ import annotations

from sam3_annotator.project.image_files import (
    EXPORT_MARKER,
    IMAGE_SUFFIXES,
    find_moved,
    hash_file,
    list_image_files,
)
from sam3_annotator.project.images import make_thumbnail, read_facts, read_image

__all__ = [
    "EXPORT_MARKER",
    "IMAGE_SUFFIXES",
    "find_moved",
    "hash_file",
    "list_image_files",
    "make_thumbnail",
    "read_facts",
    "read_image",
]
