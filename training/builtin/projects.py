"""Reads pictures and their instances from projects of this program, so that a team can train on its own labels."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from sam3_annotator.project import ProjectStore, Region, read_image, region_to_mask
from training.builtin.pictures import Picture, PictureFile, find_targets, list_pictures

LONGEST_SIDE = 1024


@dataclass(frozen=True, slots=True)
class ProjectPicture(PictureFile):
    """An image of a project with the regions of its instances."""

    regions: tuple[Region, ...]

    def load(self) -> Picture:
        """Decode the image and draw its regions; large images are shrunk."""
        pixels = read_image(self.path)
        height, width = pixels.shape[:2]
        scale = min(1.0, LONGEST_SIDE / max(height, width))
        size = (round(width * scale), round(height * scale))
        maps: list[NDArray[np.uint16]] = []
        for number, region in enumerate(self.regions, 1):
            mask = region_to_mask(region, height, width).astype(np.uint8)
            small = cv2.resize(mask, size, interpolation=cv2.INTER_NEAREST) > 0
            # Instances that overlap go to different maps, so that each stays whole.
            labels = next((labels for labels in maps if not labels[small].any()), None)
            if labels is None:
                labels = np.zeros(small.shape, np.uint16)
                maps.append(labels)
            labels[small] = number
        shrunk = np.asarray(cv2.resize(pixels, size, interpolation=cv2.INTER_AREA), np.uint8)
        return Picture(shrunk, tuple(maps), find_targets(maps))


def list_data(path: Path) -> list[PictureFile]:
    """List the pictures of a project or of a folder of sources."""
    return list_project(path) if path.suffix == ".sam3proj" else list_pictures(path)


def list_project(path: Path) -> list[PictureFile]:
    """List the images of a project that have instances and whose files are there."""
    store = ProjectStore.open(path, read_only=True)
    try:
        found: list[PictureFile] = []
        for image in store.images():
            regions = tuple(instance.region for instance in store.instances(image.id) if not instance.is_crowd)
            if regions and store.image_file(image.id).exists():
                found.append(ProjectPicture(path.stem, store.image_file(image.id), regions))
        return found
    finally:
        store.close()
