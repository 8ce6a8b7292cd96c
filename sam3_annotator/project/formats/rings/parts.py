"""A region put together from the parts and holes that other programs keep as shapes of their own."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from sam3_annotator.project.geometry import difference, repair_region
from sam3_annotator.project.regions import Region


def join_regions(regions: Iterable[Region]) -> Region:
    """Return the area in any of the regions; polygons that do not overlap stay as they are."""
    return repair_region(Region(tuple(polygon for region in regions for polygon in region.polygons)))


def cut_out(region: Region, holes: Sequence[Region]) -> Region:
    """Return the area of the region that is in none of the holes."""
    return difference(region, join_regions(holes)) if holes else region
