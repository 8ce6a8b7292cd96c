"""All instances of an image side by side, as arrays, so that checks of many are as quick as of one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sam3_annotator.project.checks.findings import Box, Finding, FindingKind
from sam3_annotator.project.entities import CategoryId, ImageFacts, ImageId, ImageRecord, InstanceId
from sam3_annotator.project.geometry import shapes_of, valid_shape
from sam3_annotator.project.reading import ProjectReader
from sam3_annotator.project.regions import Region, decode_region


@dataclass(frozen=True, slots=True, eq=False)
class LabelledImage:
    """An image and its instances, in the order of their ids; all arrays have a value per instance.

    `facts` tells its size now. `shapes` are shapely geometries, made valid; where that was needed `crossings` holds
    shapely's reason, elsewhere it is empty. `areas` (px²) and `lengths` (of all rings, pixels) are those of the valid
    shapes, `boxes_xyxy` (`(N, 4)`, pixels) those of the regions as they are.
    """

    id: ImageId
    path: str
    facts: ImageFacts
    names: Mapping[CategoryId, str]
    instance_ids: tuple[InstanceId, ...]
    category_ids: NDArray[np.int64]
    is_crowd: NDArray[np.bool_]
    regions: tuple[Region, ...]
    shapes: NDArray[np.object_]
    crossings: tuple[str, ...]
    areas: NDArray[np.float64]
    lengths: NDArray[np.float64]
    boxes_xyxy: NDArray[np.float64]

    @property
    def has_size(self) -> bool:
        """Whether the size of the image is known."""
        return self.facts.width > 0 and self.facts.height > 0

    def named(self, at: int) -> str:
        """Name an instance for the user."""
        return f"instance {self.instance_ids[at]} ({self.category_name(at)})"

    def category_name(self, at: int) -> str:
        """Return the name of an instance's category."""
        return self.names[CategoryId(int(self.category_ids[at]))]

    def finding(self, kind: FindingKind, sentence: str, *at: int, box: Box | None = None) -> Finding:
        """Make a finding about instances, which the sentence is to name; `box` is where they are unless given."""
        if box is None:
            box = enclosing(self.boxes_xyxy[list(at)])
        categories = dict.fromkeys(CategoryId(int(self.category_ids[each])) for each in at)
        ids = tuple(self.instance_ids[each] for each in at)
        return Finding(
            kind, f"{self.path}: {sentence}", self.id, instance_ids=ids, category_ids=tuple(categories), box_xyxy=box
        )


def enclosing(boxes_xyxy: NDArray[np.float64]) -> Box:
    """Return the smallest box around `(N, 4)` boxes."""
    x0, y0 = boxes_xyxy[:, :2].min(axis=0)
    x1, y1 = boxes_xyxy[:, 2:].max(axis=0)
    return float(x0), float(y0), float(x1), float(y1)


def read_labelled_image(
    store: ProjectReader, image: ImageRecord, facts: ImageFacts, names: Mapping[CategoryId, str]
) -> LabelledImage | None:
    """Read the instances of an image, None if it has none; raises NotAProject if a region is damaged."""
    import shapely

    # Not through `store.instances`: what made an instance is not looked at, and takes longer to read than its region.
    query = "SELECT id, category_id, is_crowd, region FROM instances WHERE image_id = ? ORDER BY id"
    rows = store.select(query, image.id)
    if not rows:
        return None
    ids, category_ids, is_crowd, codes = zip(*rows, strict=True)
    regions = tuple(decode_region(code) for code in codes)
    shapes = shapes_of(regions)
    boxes = shapely.bounds(shapes)
    crossings = [""] * len(regions)
    for at in np.flatnonzero(~shapely.is_valid(shapes)):
        crossings[at] = str(shapely.is_valid_reason(shapes[at]))
        shapes[at] = valid_shape(regions[at])
    return LabelledImage(
        image.id,
        image.path,
        facts,
        names,
        tuple(InstanceId(each) for each in ids),
        np.array(category_ids, dtype=np.int64),
        np.array(is_crowd, dtype=np.bool_),
        regions,
        shapes,
        tuple(crossings),
        shapely.area(shapes),
        shapely.length(shapes),
        boxes,
    )
