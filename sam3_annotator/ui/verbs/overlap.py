"""Whether two regions are of the same thing: they overlap much."""

from __future__ import annotations

from dataclasses import dataclass

from sam3_annotator.project import Region, region_iou


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
        x0, y0, x1, y1 = self.box_xyxy
        left, top, right, bottom = other.box_xyxy
        width, height = min(x1, right) - max(x0, left), min(y1, bottom) - max(y0, top)
        # What is common lies in both boxes: of most pairs that alone tells that it is too little.
        if width <= 0 or height <= 0 or width * height < least_iou * max(self.area, other.area):
            return False
        # What was just accepted is the same to the last vertex, and need not be cut with itself.
        return self.region == other.region or region_iou(self.region, other.region) >= least_iou
