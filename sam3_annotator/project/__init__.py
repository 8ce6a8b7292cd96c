"""The data of a project: records, regions, the store, images and formats; knows neither Qt nor torch."""

from __future__ import annotations

from sam3_annotator.project.entities import (
    Category,
    CategoryId,
    ImageFacts,
    ImageId,
    ImageRecord,
    ImageState,
    Instance,
    InstanceId,
    Origin,
    PromptRecord,
    Provenance,
    Split,
)
from sam3_annotator.project.image_files import (
    EXPORT_MARKER,
    IMAGE_SUFFIXES,
    find_moved,
    hash_file,
    list_image_files,
)
from sam3_annotator.project.images import make_thumbnail, read_facts, read_image
from sam3_annotator.project.regions import Polygon, Region, Ring

__all__ = [
    "EXPORT_MARKER",
    "IMAGE_SUFFIXES",
    "Category",
    "CategoryId",
    "ImageFacts",
    "ImageId",
    "ImageRecord",
    "ImageState",
    "Instance",
    "InstanceId",
    "Origin",
    "Polygon",
    "PromptRecord",
    "Provenance",
    "Region",
    "Ring",
    "Split",
    "find_moved",
    "hash_file",
    "list_image_files",
    "make_thumbnail",
    "read_facts",
    "read_image",
]
