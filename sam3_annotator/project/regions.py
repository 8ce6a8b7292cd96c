"""Regions: the area of an instance as disjoint polygons with holes, in image pixels."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

Ring = NDArray[np.float64]


def _frozen_ring(vertices: ArrayLike) -> Ring:
    ring = np.array(vertices, dtype=np.float64)
    if ring.ndim != 2 or ring.shape[1] != 2 or len(ring) < 3:
        raise ValueError(f"A ring needs at least 3 vertices (x, y); got an array of shape {ring.shape}.")
    ring.setflags(write=False)
    return ring


@dataclass(frozen=True, slots=True, eq=False)
class Polygon:
    """One outer ring and its holes; a ring is `(N, 2)` float64 x, y with the last vertex unlike the first."""

    outer: Ring
    holes: tuple[Ring, ...] = ()

    def __init__(self, outer: ArrayLike, holes: Sequence[ArrayLike] = ()) -> None:
        """Take and freeze copies of the rings."""
        object.__setattr__(self, "outer", _frozen_ring(outer))
        object.__setattr__(self, "holes", tuple(_frozen_ring(hole) for hole in holes))

    @property
    def rings(self) -> tuple[Ring, ...]:
        """The outer ring, then the holes."""
        return (self.outer, *self.holes)

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
