"""The formats as dialogs offer them: what they are called in the registry, to people, and what they consist of."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class FormatChoice:
    """A format: its name in the registry, its title, what it consists of; `has_shapes` lets areas be chosen."""

    name: str
    title: str
    note: str
    has_shapes: bool = False


EXPORT_CHOICES: Final = (
    FormatChoice("coco", "COCO", "One JSON file with polygons or masks", has_shapes=True),
    FormatChoice("yolo-segment", "YOLO segment", "A text file of polygons per image, and data.yaml"),
    FormatChoice("yolo-detect", "YOLO detect", "A text file of boxes per image, and data.yaml"),
    FormatChoice("yolo-obb", "YOLO oriented boxes", "A text file of turned boxes per image, and data.yaml"),
    FormatChoice("labelme", "labelme", "A JSON file of polygons and masks beside each image"),
    FormatChoice("cvat", "CVAT for images", "One XML file with polygons and masks"),
    FormatChoice("voc", "Pascal VOC", "An XML file of boxes and two mask PNGs per image"),
    FormatChoice("masks", "Masks", "A PNG of instances and one of categories per image"),
)
IMPORT_CHOICES: Final = (
    FormatChoice("coco", "COCO", "A JSON file, or the folder of an export"),
    FormatChoice("yolo", "YOLO", "data.yaml, or the folder of a dataset or of labels"),
    FormatChoice("labelme", "labelme", "A JSON file for each image, also of X-AnyLabeling"),
    FormatChoice("isat", "ISAT", "A JSON file for each image"),
    FormatChoice("cvat", "CVAT for images", "annotations.xml, its folder, or the archive from CVAT"),
    FormatChoice("voc", "Pascal VOC", "An XML file, a folder of them, or that of the whole set"),
    FormatChoice("masks", "Masks", "A folder of PNG files named like the images"),
)
