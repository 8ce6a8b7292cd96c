"""What is left over in a region from its making: specks away from the rest, holes of a few pixels."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sam3_annotator.project.geometry import repair_region, shapes_of
from sam3_annotator.project.regions import Polygon, Region, signed_ring_area

SPECK_SHARE, SPECK_AREA, SPECK_DISTANCE = 0.005, 400.0, 2.0
"""A speck has less than this share of the instance and this area (px²), and is further from the rest (pixels)."""

PINHOLE_SHARE, PINHOLE_AREA = 0.005, 16.0
"""A pinhole has less than this share of the instance, and at most this area (px²)."""


@dataclass(frozen=True, slots=True)
class Tidied:
    """A region without leftovers: how many `specks` were taken away, and how many `pinholes` filled."""

    region: Region
    specks: int
    pinholes: int


def may_be_specks(areas: NDArray[np.float64], wholes: NDArray[np.float64] | float) -> NDArray[np.bool_]:
    """Tell which parts are as small as specks, by their areas and those of their instances, in px²."""
    small: NDArray[np.bool_] = areas < np.minimum(SPECK_SHARE * wholes, SPECK_AREA)
    return small


def specks_among(parts: NDArray[np.object_], is_small: NDArray[np.bool_]) -> NDArray[np.int64]:
    """Return which parts of one instance are specks, of those that are small enough; parts are shapely polygons.

    What touches the rest at a corner is none, as pixels do that are neighbours on the diagonal.
    """
    import shapely

    small = np.flatnonzero(is_small)
    return small[shapely.distance(parts[small], shapely.multipolygons(parts[~is_small])) > SPECK_DISTANCE]


def pinholes_of(region: Region, area: float) -> list[NDArray[np.float64]]:
    """Return the holes of a region of so much area (px²) that are pinholes, as rings."""
    limit = min(PINHOLE_SHARE * area, PINHOLE_AREA)
    holes = (hole for polygon in region.polygons for hole in polygon.holes)
    return [hole for hole in holes if abs(signed_ring_area(hole)) <= limit]


def without_leftovers(region: Region) -> Tidied:
    """Return the region without its specks and pinholes; the same object where it has none."""
    import shapely

    valid = repair_region(region)
    parts = shapely.get_parts(shapes_of([valid]))
    areas = np.array([polygon.area for polygon in valid.polygons])
    specks = set(specks_among(parts, may_be_specks(areas, valid.area)).tolist())
    kept = [polygon for at, polygon in enumerate(valid.polygons) if at not in specks]
    pinholes = {id(hole) for hole in pinholes_of(Region(tuple(kept)), valid.area)}
    if not specks and not pinholes:
        return Tidied(region, 0, 0)
    filled = (Polygon(each.outer, [hole for hole in each.holes if id(hole) not in pinholes]) for each in kept)
    return Tidied(repair_region(Region(tuple(filled))), len(specks), len(pinholes))
