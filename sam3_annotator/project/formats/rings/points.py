"""Rings that JSON files hold as lists of [x, y]."""

from __future__ import annotations

from sam3_annotator.project.formats.foreign_values import are_coordinates, numbers_of
from sam3_annotator.project.formats.rings.even_odd import fill_even_odd
from sam3_annotator.project.regions import Region, Ring
from sam3_annotator.project.words import counted


def ring_of_points(points: object) -> Ring:
    """Return the points, `(N, 2)` in pixels; raises ValueError, as the end of a sentence, if they are no such list."""
    ring = numbers_of(points)
    if ring is None or (len(ring) and ring.shape[1:] != (2,)):
        raise ValueError("has points that are no list of [x, y]")
    if not are_coordinates(ring):
        raise ValueError("has points with numbers that are too large or not finite")
    return ring.reshape(-1, 2)


def region_of_ring(ring: Ring) -> Region:
    """Return the area that a ring encloses; raises ValueError, as the end of a sentence, if there is none."""
    if len(ring) < 3:
        raise ValueError(f"has {counted(len(ring), 'point')}, which is too few for an area")
    region = fill_even_odd(ring)
    if region.is_empty:
        raise ValueError("has no area")
    return region
