"""Whether regions are of the same thing: they overlap much, or one lies mostly in others."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from sam3_annotator.project.geometry import covered_share, region_iou
from sam3_annotator.project.regions import Region

LABELLED_IOU: Final = 0.5
"""What overlaps an instance so much or more is that instance."""


@dataclass(frozen=True, slots=True)
class Placed:
    """A region with its box in image pixels and its area in px², for comparing it with many others."""

    region: Region
    box_xyxy: tuple[float, float, float, float]
    area: float

    @staticmethod
    def of(region: Region) -> Placed:
        """Measure a region."""
        return Placed(region, region.box_xyxy, region.area)

    def overlaps(self, other: Placed, least_iou: float) -> bool:
        """Say whether the IoU is so much or more; an empty region overlaps with none."""
        common = self._common_box_area(other)
        # What is common lies in both boxes: of most pairs that alone tells that it is too little.
        if common <= 0 or common < least_iou * max(self.area, other.area):
            return False
        # What was just accepted is the same to the last vertex, and need not be cut with itself.
        return self.region == other.region or region_iou(self.region, other.region) >= least_iou

    def lies_in(self, others: Iterable[Placed], least_share: float) -> bool:
        """Say whether so much of its area, or more, lies in the others taken together; an empty region lies in none."""
        near = [other for other in others if self._common_box_area(other) > 0]
        if sum(min(self._common_box_area(other), other.area) for other in near) < least_share * self.area or not near:
            return False
        return covered_share(self.region, [other.region for other in near]) >= least_share

    def _common_box_area(self, other: Placed) -> float:
        """Give the area in px² that both boxes have in common."""
        x0, y0, x1, y1 = self.box_xyxy
        left, top, right, bottom = other.box_xyxy
        width, height = min(x1, right) - max(x0, left), min(y1, bottom) - max(y0, top)
        return width * height if width > 0 and height > 0 else 0.0


def near_each(these: Sequence[Placed], those: Sequence[Placed]) -> list[list[int]]:
    """Give for each of these which of those it may overlap, since their boxes meet: their places, in order.

    Thousands with thousands are no work, unlike asking each whether it overlaps each other.
    """
    near: list[list[int]] = [[] for _ in these]
    if these and those:
        import shapely  # as in `geometry`

        asking, met = shapely.STRtree(_boxes(those)).query(_boxes(these))
        for place, other in sorted(zip(asking.tolist(), met.tolist(), strict=True)):
            near[place].append(other)
    return near


def _boxes(placed: Sequence[Placed]) -> NDArray[np.object_]:
    """Give the boxes as shapes."""
    import shapely

    x0, y0, x1, y1 = np.array([each.box_xyxy for each in placed]).T
    return np.asarray(shapely.box(x0, y0, x1, y1))
