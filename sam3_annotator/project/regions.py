"""Regions: the area of an instance as disjoint polygons with holes, in image pixels."""

from __future__ import annotations

import struct
import zlib
from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate, islice

import numpy as np
from numpy.typing import ArrayLike, NDArray

from sam3_annotator.project.errors import NotAProject

Ring = NDArray[np.float64]

_CODEC_VERSION = 1
_DELTA_TYPES = ("<i1", "<i2", "<i4", "<i8")
_DELTA_LIMITS = tuple(int(np.iinfo(code).max) for code in _DELTA_TYPES)
_FLOAT_KIND = 255
_EXACT_INTEGER_LIMIT = 2.0**52
_DAMAGED = "A region in the project file is damaged and cannot be read; restore the file from a backup."


def _frozen_ring(vertices: ArrayLike) -> Ring:
    ring = np.array(vertices, dtype=np.float64)
    if ring.ndim != 2 or ring.shape[1] != 2 or len(ring) < 3:
        raise ValueError(f"A ring needs at least 3 vertices (x, y); got an array of shape {ring.shape}.")
    if np.count_nonzero(np.isfinite(ring)) < ring.size:
        raise ValueError("A ring needs finite coordinates; got NaN or infinity.")
    ring += 0.0  # -0.0 becomes 0.0, so that equal rings have equal bytes and hashes
    ring.setflags(write=False)
    return ring


def signed_ring_area(ring: Ring) -> float:
    """Return the shoelace area of a ring in px²: positive when it runs clockwise on the screen (y down)."""
    x, y = (ring - ring[0]).T
    return 0.5 * float((x[:-1] * y[1:] - x[1:] * y[:-1]).sum())


@dataclass(frozen=True, slots=True, eq=False)
class Polygon:
    """One outer ring and its holes; a ring is `(N, 2)` float64 x, y with the last vertex unlike the first."""

    outer: Ring
    holes: tuple[Ring, ...] = ()

    def __init__(self, outer: ArrayLike, holes: Sequence[ArrayLike] = ()) -> None:
        """Take and freeze copies of the rings; raises ValueError on fewer than 3 vertices or non-finite ones."""
        object.__setattr__(self, "outer", _frozen_ring(outer))
        object.__setattr__(self, "holes", tuple(_frozen_ring(hole) for hole in holes))

    @property
    def rings(self) -> tuple[Ring, ...]:
        """The outer ring, then the holes."""
        return (self.outer, *self.holes)

    @property
    def area(self) -> float:
        """The area in px², holes subtracted."""
        return abs(signed_ring_area(self.outer)) - sum(abs(signed_ring_area(hole)) for hole in self.holes)

    def __eq__(self, other: object) -> bool:
        """Compare rings exactly, in their order."""
        if not isinstance(other, Polygon):
            return NotImplemented
        return len(self.holes) == len(other.holes) and all(
            np.array_equal(a, b) for a, b in zip(self.rings, other.rings, strict=True)
        )

    def __hash__(self) -> int:
        """Hash what equality compares."""
        return hash(tuple(ring.tobytes() for ring in self.rings))


@dataclass(frozen=True, slots=True)
class Region:
    """The area of an instance: any number of disjoint polygons; pixel *i* spans *i..i+1*."""

    polygons: tuple[Polygon, ...] = ()

    def __post_init__(self) -> None:
        """Accept any sequence of polygons."""
        object.__setattr__(self, "polygons", tuple(self.polygons))

    @property
    def is_empty(self) -> bool:
        """Whether there is no polygon at all."""
        return not self.polygons

    @property
    def area(self) -> float:
        """The area in px², holes subtracted."""
        return sum(polygon.area for polygon in self.polygons)

    @property
    def box_xyxy(self) -> tuple[float, float, float, float]:
        """The smallest box around all outer rings as x0, y0, x1, y1; all zeros for an empty region."""
        if not self.polygons:
            return (0.0, 0.0, 0.0, 0.0)
        # A column at a time: numpy reduces a (N, 2) array along axis 0 some fifty times more slowly.
        columns = [(polygon.outer[:, 0], polygon.outer[:, 1]) for polygon in self.polygons]
        return (
            min(float(x.min()) for x, _ in columns),
            min(float(y.min()) for _, y in columns),
            max(float(x.max()) for x, _ in columns),
            max(float(y.max()) for _, y in columns),
        )

    @property
    def vertex_count(self) -> int:
        """The number of vertices of all rings."""
        return sum(len(ring) for polygon in self.polygons for ring in polygon.rings)

    @property
    def has_holes(self) -> bool:
        """Whether any polygon has a hole."""
        return any(polygon.holes for polygon in self.polygons)

    def translated(self, dx: float, dy: float) -> Region:
        """Return the region moved by `dx`, `dy` pixels."""
        offset = np.array([dx, dy])
        return Region(tuple(Polygon(p.outer + offset, tuple(hole + offset for hole in p.holes)) for p in self.polygons))


def rectangle(x0: float, y0: float, x1: float, y1: float) -> Region:
    """Return the region of a box given as x0, y0, x1, y1; an empty one if the box has no area."""
    if not (x1 > x0 and y1 > y0):
        return Region()
    return Region((Polygon([(x0, y0), (x1, y0), (x1, y1), (x0, y1)]),))


def encode_region(region: Region) -> bytes:
    """Return the region as bytes that `decode_region` turns back into an equal one, bit for bit.

    Integer coordinates are kept as differences of the narrowest type, others as float64; all of it compressed.
    The first byte is the version of the code.
    """
    rings = [ring for polygon in region.polygons for ring in polygon.rings]
    lengths = [len(ring) for ring in rings]
    counts = [len(region.polygons), *(1 + len(polygon.holes) for polygon in region.polygons), *lengths]
    vertices = rings[0] if len(rings) == 1 else np.concatenate(rings) if rings else np.empty((0, 2))
    kind, payload = _encode_integers(vertices, lengths) or (_FLOAT_KIND, vertices.astype("<f8").tobytes())
    # Level 3: on some hundred bytes half the time of the usual 6, and not a tenth larger.
    body = zlib.compress(struct.pack(f"<{len(counts)}I", *counts) + payload, 3)
    return bytes((_CODEC_VERSION, kind)) + body


def _encode_integers(vertices: Ring, lengths: list[int]) -> tuple[int, bytes] | None:
    """Return the kind and the bytes of whole coordinates; None if some are not whole or too large."""
    if not lengths:
        return 0, b""
    if np.abs(vertices).max() >= _EXACT_INTEGER_LIMIT:
        return None
    whole = vertices.astype("<i8")
    if np.count_nonzero(whole != vertices):
        return None
    deltas = np.zeros((2, len(whole)), dtype="<i8")
    np.subtract(whole[1:].T, whole[:-1].T, out=deltas[:, 1:])
    firsts = [0, *accumulate(lengths[:-1])]
    if len(firsts) > 1:
        deltas[:, firsts] = 0  # far jumps from ring to ring would widen the type of all
    kind = bisect_left(_DELTA_LIMITS, int(np.abs(deltas).max()))
    return kind, whole[firsts].tobytes() + deltas.astype(_DELTA_TYPES[kind]).tobytes()


def decode_region(code: bytes) -> Region:
    """Return the region that `encode_region` was given; raises NotAProject if the bytes are damaged."""
    if len(code) < 2 or code[0] != _CODEC_VERSION:
        raise NotAProject(_DAMAGED)
    try:
        return _decode_body(code[1], zlib.decompress(code[2:]))
    except (zlib.error, struct.error, ValueError, IndexError) as error:
        raise NotAProject(_DAMAGED) from error


def _decode_body(kind: int, body: bytes) -> Region:
    (polygon_count,) = struct.unpack_from("<I", body)
    rings_per_polygon = struct.unpack_from(f"<{polygon_count}I", body, 4)
    ring_count = sum(rings_per_polygon)
    lengths = struct.unpack_from(f"<{ring_count}I", body, 4 * (1 + polygon_count))
    offset = 4 * (1 + polygon_count + ring_count)
    if kind == _FLOAT_KIND:
        vertices = np.frombuffer(body, "<f8", 2 * sum(lengths), offset).reshape(-1, 2).astype(np.float64)
        if not np.isfinite(vertices).all():
            raise ValueError("These are no coordinates.")
    else:
        vertices = _decode_integers(body, offset, lengths, _DELTA_TYPES[kind])
    rings = iter(_split_rings(vertices, lengths))
    return Region(tuple(_polygon_of(tuple(islice(rings, count))) for count in rings_per_polygon))


def _decode_integers(body: bytes, offset: int, lengths: tuple[int, ...], code: str) -> Ring:
    ring_count, total = len(lengths), sum(lengths)
    starts = np.frombuffer(body, "<i8", 2 * ring_count, offset).reshape(-1, 2)
    deltas = np.frombuffer(body, code, 2 * total, offset + 16 * ring_count).reshape(2, -1)
    # float64 adds whole numbers of this size exactly.
    vertices = np.empty((total, 2))
    deltas.cumsum(axis=1, dtype=np.float64, out=vertices.T)
    if ring_count == 1:
        vertices += starts
    elif ring_count:
        firsts = [0, *accumulate(lengths[:-1])]
        vertices += np.repeat(starts - vertices[firsts], lengths, axis=0)
    return vertices


def _split_rings(vertices: Ring, lengths: tuple[int, ...]) -> list[Ring]:
    """Cut the vertices of a decoded region into its rings, which share their memory and are read-only."""
    if min(lengths, default=3) < 3:
        raise ValueError("These are no rings.")
    vertices.setflags(write=False)
    if len(lengths) == 1:
        return [vertices]
    return [vertices[end - length : end] for length, end in zip(lengths, accumulate(lengths), strict=True)]


def _polygon_of(rings: tuple[Ring, ...]) -> Polygon:
    """Make a polygon of rings that are frozen and checked, without copying them."""
    polygon = object.__new__(Polygon)
    object.__setattr__(polygon, "outer", rings[0])
    object.__setattr__(polygon, "holes", rings[1:])
    return polygon
