"""A ring that joins or crosses itself, filled by the even-odd rule, as a region."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from sam3_annotator.project.formats.rings.bridges import split_at_bridges
from sam3_annotator.project.geometry import is_valid_region, region_of_shape
from sam3_annotator.project.regions import Polygon, Region, Ring, signed_ring_area


def fill_even_odd(ring: Ring) -> Region:
    """Return the area that an `(N, 2)` ring encloses an odd number of times, valid whatever it crosses; may be empty.

    Bridges enclose nothing, so holes and parts come out as such. A vertex that is repeated at once, as many programs
    do with the first at the end, counts once.
    """
    ring = _without_repeats(ring)
    loops = split_at_bridges(ring) if len(ring) >= 3 else []
    region = Region((Polygon(loops[0]),)) if len(loops) == 1 else _nested(loops)
    return region if is_valid_region(region) else _exclusive(loops)


def _without_repeats(ring: Ring) -> Ring:
    is_new: NDArray[np.bool_] = (ring != np.roll(ring, -1, axis=0)).any(axis=1)
    kept: Ring = ring[is_new]
    return kept


def _nested(loops: Sequence[Ring]) -> Region:
    """Take loops inside an even number of others as outer rings, the rest as holes of the next larger one."""
    import shapely

    if not loops:
        return Region()
    loops = sorted(loops, key=lambda loop: -abs(signed_ring_area(loop)))
    shapes = np.array([shapely.Polygon(loop) for loop in loops])
    is_valid = shapely.is_valid(shapes)
    inside = np.where(is_valid, shapely.point_on_surface(shapes), shapely.centroid(shapes))
    inner, outer = shapely.STRtree(shapes).query(inside, predicate="within")
    counts = (outer < inner) & is_valid[outer]
    depths = np.bincount(inner[counts], minlength=len(loops))
    owners = np.zeros(len(loops), dtype=np.int64)
    np.maximum.at(owners, inner[counts], outer[counts])
    holes: dict[int, list[Ring]] = {}
    for number in np.flatnonzero(depths % 2).tolist():
        holes.setdefault(int(owners[number]), []).append(loops[number])
    outers = np.flatnonzero(depths % 2 == 0).tolist()
    return Region(tuple(Polygon(loops[number], holes.get(number, ())) for number in outers))


def _exclusive(loops: Sequence[Ring]) -> Region:
    """Fill what is inside an odd number of loops, whatever crosses what."""
    import shapely
    from shapely.geometry.base import BaseGeometry

    filled: BaseGeometry = shapely.Polygon()
    for loop in loops:
        parts = shapely.get_parts(shapely.make_valid(shapely.Polygon(loop)))
        areas = [part for part in parts if part.geom_type.endswith("Polygon")]
        filled = filled.symmetric_difference(shapely.union_all(areas))
    return region_of_shape(filled)
