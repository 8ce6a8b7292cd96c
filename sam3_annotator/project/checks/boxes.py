"""Instances that are only a box where others of their category have outlines, as labels of two sources leave them."""

from __future__ import annotations

from array import array
from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Final

import numpy as np

from sam3_annotator.project.checks.findings import Finding, FindingKind
from sam3_annotator.project.checks.labelled_image import LabelledImage
from sam3_annotator.project.entities import CategoryId, InstanceId
from sam3_annotator.project.reading import ProjectReader
from sam3_annotator.project.regions import Region

ENOUGH: Final = 10
"""Instances a category needs before anything is usual in it."""

MOST_BOXES: Final = 0.5
"""The share of boxes from which they are what is usual: such a category is one of boxes."""

# Masks of things as small as that may well be boxes.
_LEAST_SIDE: Final = 8.0


def is_box(region: Region) -> bool:
    """Tell whether a region is one upright rectangle, and not as small as masks that look like one by chance."""
    if len(region.polygons) != 1 or region.polygons[0].holes:
        return False
    x0, y0, x1, y1 = region.box_xyxy
    return min(x1 - x0, y1 - y0) >= _LEAST_SIDE and bool(np.isclose(region.area, (x1 - x0) * (y1 - y0)))


class Boxes:
    """How many instances seen so far are boxes, and which: 8 bytes for each of these."""

    def __init__(self) -> None:
        self._counts: Counter[int] = Counter()
        self._ids: dict[int, array[int]] = {}

    def add(self, image: LabelledImage) -> None:
        """Take the instances of an image in, but for crowds, which may well be boxes."""
        sides = image.boxes_xyxy[:, 2:] - image.boxes_xyxy[:, :2]
        may_be = np.isclose(image.areas, sides.prod(axis=1))  # most are not, and are not looked at one by one
        for at in np.flatnonzero(~image.is_crowd).tolist():
            category = int(image.category_ids[at])
            self._counts[category] += 1
            if may_be[at] and is_box(image.regions[at]):
                self._ids.setdefault(category, array("q")).append(image.instance_ids[at])

    def find_among_outlines(self, store: ProjectReader, names: Mapping[CategoryId, str]) -> Iterator[Finding]:
        """Find the boxes in categories of which most have outlines."""
        for category, ids in self._ids.items():
            count = self._counts[category]
            if count < ENOUGH or len(ids) >= MOST_BOXES * count:
                continue
            for instance_id in ids:
                yield _finding(store, InstanceId(instance_id), names[CategoryId(category)], count - len(ids), count)


def _finding(store: ProjectReader, instance_id: InstanceId, name: str, outlines: int, count: int) -> Finding:
    instance = store.instance(instance_id)
    sentence = (
        f"{store.image(instance.image_id).path}: instance {instance_id} ({name}) is a box, while {outlines:,} of "
        f"{count:,} in its category have outlines; have the model outline it (Instance > Outline from boxes)."
    )
    return Finding(
        FindingKind.BOX_AMONG_OUTLINES,
        sentence,
        instance.image_id,
        instance_ids=(instance_id,),
        category_ids=(instance.category_id,),
        box_xyxy=instance.region.box_xyxy,
    )
