"""Reads the demo's exports back, as another program would, and compares them with the project."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

import cv2
import numpy as np
from numpy.typing import NDArray

from sam3_annotator.project import ImageRecord, ProjectStore, Region, region_to_mask
from sam3_annotator.project.formats import coco

Mask = NDArray[np.bool_]
Found = Mapping[str, list[tuple[str, Mask]]]
"""Image name without suffix -> category name and mask of each instance."""


@dataclass(frozen=True, slots=True)
class Comparison:
    """How many of the project's instances came back, and the IoU of the worst of them.

    `good_iou` is what the format allows at least: the loaders of YOLO fill the line of the outline too, which makes
    small objects larger.
    """

    title: str
    stored: int
    found: int
    worst_iou: float
    good_iou: float

    @property
    def is_good(self) -> bool:
        """Every instance came back, each as good as the format allows."""
        return self.found == self.stored and self.worst_iou >= self.good_iou

    def sentence(self) -> str:
        """Say it in one line."""
        verdict = "as it should be" if self.is_good else "NOT as it should be"
        return (
            f"{self.title}: read back {self.found} of {self.stored} instances, "
            f"lowest IoU with the project {self.worst_iou:.4f}, {verdict}"
        )


def compare_coco(store: ProjectStore, folder: Path) -> Comparison:
    """Compare a COCO export with the project."""
    plan = coco.read(folder)
    images = {PurePosixPath(image.name).stem: image for image in store.images()}
    found = {}
    for planned in plan.images:
        name = PurePosixPath(planned.name).stem
        found[name] = [(row.category, _mask(row.region, images[name])) for row in planned.instances]
    return _compare("COCO", store, found, good_iou=0.99)


def compare_yolo(store: ProjectStore, folder: Path) -> Comparison:
    """Compare a YOLO segmentation export with the project, its outlines filled as Ultralytics fills them."""
    names = [category.name for category in store.categories()]
    images = {PurePosixPath(image.name).stem: image for image in store.images()}
    found = {
        file.stem: [_yolo_row(row, names, images[file.stem]) for row in file.read_text(encoding="utf-8").splitlines()]
        for file in sorted(folder.glob("labels/*/*.txt"))
    }
    return _compare("YOLO", store, found, good_iou=0.9)


def _yolo_row(row: str, names: list[str], image: ImageRecord) -> tuple[str, Mask]:
    number, *coordinates = row.split()
    ring = np.array(coordinates, dtype=float).reshape(-1, 2) * (image.facts.width, image.facts.height)
    filled = np.zeros((image.facts.height, image.facts.width), dtype=np.uint8)
    cv2.fillPoly(filled, [ring.astype(np.int32)], 1)
    return names[int(number)], filled.astype(np.bool_)


def _compare(title: str, store: ProjectStore, found: Found, *, good_iou: float) -> Comparison:
    ious = []
    for image in store.images():
        candidates = found.get(PurePosixPath(image.name).stem, [])
        for instance in store.instances(image.id):
            category = store.category(instance.category_id).name
            mask = _mask(instance.region, image)
            ious.append(max((_iou(mask, other) for name, other in candidates if name == category), default=0.0))
    return Comparison(title, len(ious), sum(map(len, found.values())), min(ious, default=0.0), good_iou)


def _mask(region: Region, image: ImageRecord) -> Mask:
    return region_to_mask(region, image.facts.height, image.facts.width)


def _iou(a: Mask, b: Mask) -> float:
    return float(np.count_nonzero(a & b)) / max(1, int(np.count_nonzero(a | b)))
