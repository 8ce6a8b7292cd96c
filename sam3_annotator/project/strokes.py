"""Regions changed by strokes of a round brush, by shapely."""

# shapely takes a tenth of a second to import, which the start of the program has not got: functions import it.

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike, NDArray

from sam3_annotator.project.geometry import valid_shape
from sam3_annotator.project.regions import Polygon, Region, Ring

if TYPE_CHECKING:
    import shapely
    from shapely.geometry.base import BaseGeometry

# How far the outline of a stroke may stray from the circles of the brush, in pixels; a small brush stays round.
DEVIATION, DEVIATION_SHARE = 0.25, 1 / 50
# Vertices lie on a grid of so many pixels: off the border of the image by less than that is on it.
GRID = 1 / 256
# Arcs of a quarter circle have so many edges at least.
MIN_ARC_EDGES = 4
# Widened as a whole, a stroke that often crosses itself takes seconds; in pieces of so many edges, milliseconds.
PIECE_EDGES = 8
# What a stroke cuts off within so much of its edge is a crumb: a share of the radius, in pixels at most.
CRUMB_SHARE, MAX_CRUMB = 0.15, 2.0


def brushed(
    region: Region,
    points: ArrayLike,
    radius: float,
    image_size: tuple[int, int],
    *,
    adds: bool,
    deviation: float = DEVIATION,
) -> Region:
    """Return the region with a stroke added or taken away; the region itself if that changes nothing.

    The brush, a disc of `radius` pixels, goes along `points` `(N, 2)` x, y, one or more; `deviation` is how many
    pixels its way may be simplified by. What is added ends at the border of the image, `image_size` its width and
    height. Rings the stroke does not touch stay as they are, the others keep their vertices beside it. Crumbs at the
    edge of the stroke go: parts that erasing would leave, holes that painting would. Raises ValueError without points.
    """
    shape = stroke_shape(points, radius, deviation)
    if adds:
        shape = _within_image(shape, image_size)
    stroke = _Stroke(shape, min(CRUMB_SHARE * radius, MAX_CRUMB))
    changed = stroke.added_to(region) if adds else stroke.taken_from(region)
    return region if changed == region else changed


def stroke_shape(points: ArrayLike, radius: float, deviation: float = DEVIATION) -> BaseGeometry:
    """Return the area a disc of `radius` covers on its way along `points` `(N, 2)`; its way may be simplified."""
    import shapely

    # On a grid from the beginning: over some tiny numbers shapely never comes to an end.
    way = _without_repeats(np.round(np.asarray(points, dtype=np.float64).reshape(-1, 2) / GRID) * GRID)
    if not len(way):
        raise ValueError("A stroke needs a point at least.")
    arc_edges = max(MIN_ARC_EDGES, math.ceil(math.pi / 4 / math.sqrt(2 * DEVIATION / radius)))
    if len(way) > 2:
        line = shapely.LineString(way).simplify(deviation, preserve_topology=False)
        way = _without_repeats(shapely.get_coordinates(line))
    around = [shapely.Point(way[0])] if len(way) == 1 else _pieces(way)
    shape = shapely.set_precision(shapely.union_all(shapely.buffer(around, radius, quad_segs=arc_edges)), GRID)
    # What is made with the stroke is not to be on the grid: the vertices of regions stay where they are.
    shape = shapely.set_precision(shape, 0)
    return shape.simplify(min(DEVIATION / 2, DEVIATION_SHARE * radius)) if len(way) > 1 else shape


def _without_repeats(way: NDArray[np.float64]) -> NDArray[np.float64]:
    is_new = np.ones(len(way), dtype=bool)
    is_new[1:] = (np.diff(way, axis=0) != 0).any(axis=1)
    return way[is_new]


def _pieces(way: NDArray[np.float64]) -> list[BaseGeometry]:
    """Cut a way into open lines: around a closed one, smaller than the brush, shapely leaves out the middle."""
    import shapely

    pieces: list[BaseGeometry] = []
    for at in range(0, len(way) - 1, PIECE_EDGES):
        piece = way[at : at + PIECE_EDGES + 1]
        is_closed = bool((piece[0] == piece[-1]).all())
        pieces += map(shapely.LineString, (piece[:2], piece[1:]) if is_closed else (piece,))
    return pieces


def _within_image(shape: BaseGeometry, image_size: tuple[int, int]) -> BaseGeometry:
    import shapely

    x0, y0, x1, y1 = shape.bounds
    if x0 >= 0 and y0 >= 0 and x1 <= image_size[0] and y1 <= image_size[1]:
        return shape
    # Where it only touches the border it leaves lines, which are no area.
    return shapely.MultiPolygon(_polygons(shape.intersection(shapely.box(0, 0, *image_size))))


def _polygons(shape: BaseGeometry) -> list[shapely.Polygon]:
    import shapely

    return [part for part in shapely.get_parts(shape).tolist() if isinstance(part, shapely.Polygon) and part.area > 0]


def _is_within(polygon: Polygon, crumbs: Iterable[BaseGeometry]) -> bool:
    return any(crumb.covers(valid_shape(Region((polygon,)))) for crumb in crumbs)


class _Stroke:
    """The area of a stroke, and what it does to regions; `crumb` is how near to it a crumb is."""

    def __init__(self, shape: BaseGeometry, crumb: float) -> None:
        import shapely

        self._shape = shape
        self._crumb = crumb
        self._box = shape.bounds
        shapely.prepare(shape)

    def added_to(self, region: Region) -> Region:
        import shapely

        near = dict(self._near(region.polygons))
        if self._shape.is_empty or any(shape.covers(self._shape) for shape in near.values()):
            return region
        rings = _KnownRings(region.polygons[place] for place in near)
        parts = _polygons(shapely.union_all([self._shape, *near.values()]))
        crumbs = [hole for part in parts for hole in self._crumb_holes(part, rings)]
        if crumbs:
            parts = _polygons(shapely.union_all([*parts, *crumbs]))
        places = [place for place in range(len(region.polygons)) if place not in near]
        polygons = [region.polygons[place] for place in places if not _is_within(region.polygons[place], crumbs)]
        first = min(near, default=len(polygons))
        polygons[first:first] = map(rings.polygon_of, parts)
        return Region(tuple(polygons))

    def taken_from(self, region: Region) -> Region:
        polygons: list[Polygon] = []
        near = dict(self._near(region.polygons))
        for place, polygon in enumerate(region.polygons):
            if place not in near:
                polygons.append(polygon)
                continue
            rings = _KnownRings((polygon,))
            parts = _polygons(near[place].difference(self._shape))
            polygons += [rings.polygon_of(part) for part in parts if not self._is_new_crumb(part, part.exterior, rings)]
        return Region(tuple(polygons))

    def _near(self, polygons: Sequence[Polygon]) -> Iterable[tuple[int, BaseGeometry]]:
        """Find the polygons that the stroke touches, by their places, as valid shapes."""
        if self._shape.is_empty:
            return
        x0, y0, x1, y1 = self._box
        for place, polygon in enumerate(polygons):
            x, y = polygon.outer[:, 0], polygon.outer[:, 1]
            if x.max() >= x0 and x.min() <= x1 and y.max() >= y0 and y.min() <= y1:
                shape = valid_shape(Region((polygon,)))
                if self._shape.intersects(shape):
                    yield place, shape

    @cached_property
    def _widened(self) -> BaseGeometry:
        import shapely

        widened = self._shape.buffer(self._crumb, quad_segs=2)
        shapely.prepare(widened)
        return widened

    def _is_new_crumb(self, part: shapely.Polygon, ring: shapely.LinearRing, rings: _KnownRings) -> bool:
        """Tell whether nothing of a part is away from the stroke, and its ring was not there before."""
        import shapely

        x0, y0, x1, y1 = part.bounds
        left, top, right, bottom = self._box
        margin = self._crumb
        is_beside = x0 < left - margin or y0 < top - margin or x1 > right + margin or y1 > bottom + margin
        is_new = not is_beside and not rings.has(shapely.get_coordinates(ring)[:-1])
        return is_new and bool(self._widened.covers(part))

    def _crumb_holes(self, part: shapely.Polygon, rings: _KnownRings) -> list[shapely.Polygon]:
        import shapely

        holes = ((shapely.Polygon(ring), ring) for ring in part.interiors)
        return [hole for hole, ring in holes if self._is_new_crumb(hole, ring, rings)]


class _KnownRings:
    """The rings of some polygons, to be found again in what shapely makes of them: it turns and reorders rings."""

    def __init__(self, polygons: Iterable[Polygon]) -> None:
        rings = [ring for polygon in polygons for ring in polygon.rings]
        self._known = {_ring_key(ring): (place, ring) for place, ring in enumerate(rings)}

    def has(self, ring: Ring) -> bool:
        """Tell whether a ring has the vertices of one of them."""
        return _ring_key(ring) in self._known

    def polygon_of(self, shape: shapely.Polygon) -> Polygon:
        """Turn a shape into a polygon; rings that were there before are as before, and so is their order."""
        import shapely

        outer, *holes = (self._found(shapely.get_coordinates(ring)[:-1]) for ring in (shape.exterior, *shape.interiors))
        return Polygon(outer[1], [ring for _, ring in sorted(holes, key=lambda found: found[0])])

    def _found(self, ring: Ring) -> tuple[int, Ring]:
        return self._known.get(_ring_key(ring), (len(self._known), ring))


def _ring_key(ring: Ring) -> bytes:
    return ring[np.lexsort(ring.T)].tobytes()
