"""A region put together from the parts and holes that other programs keep as shapes of their own."""

from __future__ import annotations

from collections.abc import Sequence

from sam3_annotator.project.geometry import difference, repair_region
from sam3_annotator.project.regions import Region


def add_up(parts: Sequence[Region]) -> Region:
    """Return the area in any of the parts; they are kept as they are if they do not overlap."""
    return repair_region(Region(tuple(polygon for part in parts for polygon in part.polygons)))


def cut_out(region: Region, holes: Sequence[Region]) -> Region:
    """Return the area of the region that is in none of the holes."""
    return difference(region, add_up(holes)) if holes else region
