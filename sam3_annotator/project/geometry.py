"""Regions combined, measured against each other and made valid, by shapely."""

# shapely takes a tenth of a second to import, which the start of the program has not got: functions import it.

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from sam3_annotator.project.regions import Polygon, Region, rectangle

if TYPE_CHECKING:
    from shapely.geometry.base import BaseGeometry


def union(a: Region, b: Region) -> Region:
    """Return the area in either region."""
    return region_of_shape(valid_shape(a).union(valid_shape(b)))


def difference(a: Region, b: Region) -> Region:
    """Return the area of `a` without that of `b`."""
    return region_of_shape(valid_shape(a).difference(valid_shape(b)))


def intersection(a: Region, b: Region) -> Region:
    """Return the area in both regions."""
    return region_of_shape(valid_shape(a).intersection(valid_shape(b)))


def region_iou(a: Region, b: Region) -> float:
    """Return the area in both divided by the area in either; 1.0 for two empty regions."""
    shape_a, shape_b = valid_shape(a), valid_shape(b)
    common = float(shape_a.intersection(shape_b).area)
    either = float(shape_a.area + shape_b.area) - common
    return common / either if either > 0 else 1.0


def covered_share(region: Region, others: Sequence[Region]) -> float:
    """Return how much of the region's area lies in the others taken together, 0 to 1; 0.0 for an empty region."""
    import shapely

    shape = valid_shape(region)
    common = shapely.union_all([shape.intersection(valid_shape(other)) for other in others])
    return float(common.area / shape.area) if shape.area > 0 else 0.0


def clip_region(region: Region, width: int, height: int) -> Region:
    """Return the part of the region on an image of `width` x `height` pixels; the region itself if all of it is."""
    x0, y0, x1, y1 = region.box_xyxy
    if x0 >= 0 and y0 >= 0 and x1 <= width and y1 <= height:
        return region
    return intersection(region, rectangle(0, 0, width, height))


def is_valid_region(region: Region) -> bool:
    """Whether rings are simple, holes inside and polygons disjoint (they may touch at points), as OGC has it."""
    return bool(_shape(region).is_valid)


def repair_region(region: Region) -> Region:
    """Return the region itself if it is valid, else one of about the same area that is.

    Loops of a ring that crosses itself become parts of their own, polygons that overlap become one. Empty if nothing
    with an area remains.
    """
    shape = _shape(region)
    return region if shape.is_valid else region_of_shape(_repaired(shape))


def valid_shape(region: Region) -> BaseGeometry:
    """Return the region as a valid shapely geometry."""
    shape = _shape(region)
    return shape if shape.is_valid else _repaired(shape)


def shapes_of(regions: Sequence[Region]) -> NDArray[np.object_]:
    """Return the regions as shapely geometries, valid or not: many at once, several times as quick as one by one."""
    import shapely

    shapes: Any = np.full(len(regions), shapely.MultiPolygon(), dtype=np.object_)
    polygons = [polygon for region in regions for polygon in region.polygons]
    rings = [ring for polygon in polygons for ring in polygon.rings]
    if rings:
        # The stubs do not see that these are arrays where indices are given.
        outlines: Any = shapely.linearrings(np.concatenate(rings), indices=_owners([len(ring) for ring in rings]))
        parts: Any = shapely.polygons(outlines, indices=_owners([len(polygon.rings) for polygon in polygons]))
        shapely.multipolygons(parts, indices=_owners([len(region.polygons) for region in regions]), out=shapes)
    return np.asarray(shapes, dtype=np.object_)


def _owners(counts: Sequence[int]) -> NDArray[np.int64]:
    return np.repeat(np.arange(len(counts)), counts)


def region_of_shape(shape: BaseGeometry) -> Region:
    """Return the polygons of a valid geometry as a region; its points and lines are left out."""
    import shapely

    polygons = []
    pending = [shape]
    while pending:
        geometry = pending.pop()
        if hasattr(geometry, "geoms"):
            pending.extend(reversed(geometry.geoms))
        elif isinstance(geometry, shapely.Polygon) and geometry.area > 0:
            rings = [np.asarray(ring.coords)[:-1, :2] for ring in (geometry.exterior, *geometry.interiors)]
            polygons.append(Polygon(rings[0], rings[1:]))
    return Region(tuple(polygons))


def _shape(region: Region) -> BaseGeometry:
    import shapely

    return shapely.MultiPolygon([(polygon.outer, polygon.holes) for polygon in region.polygons])


def _repaired(shape: Any) -> BaseGeometry:  # noqa: ANN401 - the stubs know no geoms of a BaseGeometry
    import shapely

    # Polygon by polygon: made valid together, two that overlap would cancel out where they do.
    parts = [shapely.make_valid(part, method="structure", keep_collapsed=False) for part in shape.geoms]
    return shapely.union_all(parts)
