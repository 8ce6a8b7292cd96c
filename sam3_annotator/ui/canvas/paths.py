"""Turns rings into Qt paths without a Python loop over vertices."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QByteArray, QDataStream
from PySide6.QtGui import QPainterPath

from sam3_annotator.project import Region
from sam3_annotator.ui.canvas.outlines import Ints, Outlines, Rings, Vertices

_MOVE_TO, _LINE_TO = 0, 1
_WINDING_FILL = 1
# One element of a QPainterPath as QDataStream writes it.
_ELEMENT = np.dtype([("kind", ">i4"), ("x", ">f8"), ("y", ">f8")])
# Rings of more elements than `MAX_PIECE` in all are stroked in pieces of `PIECE` edges.
MAX_PIECE, PIECE = 160, 64
_TAIL = struct.pack(">ii", 0, _WINDING_FILL)


def path_of_rows(rings: Rings, rows: Ints) -> QPainterPath:
    """Make one path of the rings of all these rows; winding fill, see `Outlines`."""
    vertices, ring_starts = rings.taken(rows)
    return _path(_elements(vertices, ring_starts).tobytes())


@dataclass(frozen=True, slots=True)
class Outline:
    """A region ready to be painted: one path to fill, and its rings in pieces to stroke.

    Qt's time to stroke a path grows faster than its length, and pieces out of sight can be left out.
    """

    fill: QPainterPath
    strokes: tuple[QPainterPath, ...]


def outlines_of_rows(rings: Rings, rows: Ints) -> Iterator[Outline]:
    """Make one outline per row."""
    vertices, ring_starts = rings.taken(rows)
    elements = _elements(vertices, ring_starts)
    ring_counts = np.cumsum(rings.row_starts[rows + 1] - rings.row_starts[rows])
    start = 0
    for end in (ring_starts[ring_counts] + ring_counts).tolist():
        own = elements[start:end]
        fill = _path(own.tobytes())
        yield Outline(fill, tuple(_pieces(own)) if len(own) > MAX_PIECE else (fill,))
        start = end


def outline_of_region(region: Region, level: int = 0) -> Outline:
    """Make the outline of one region at a level of detail (see `Outlines`)."""
    rings = Outlines.of([region]).at_level(level)
    return next(outlines_of_rows(rings, np.array([0])))


def outline_of_line(vertices: Vertices) -> Outline:
    """Make the outline of an open line `(V, 2)`: filled as if it were closed, stroked as it is."""
    elements = np.empty(len(vertices), dtype=_ELEMENT)
    elements["kind"] = _LINE_TO
    elements["kind"][:1] = _MOVE_TO
    elements["x"], elements["y"] = vertices[:, 0], vertices[:, 1]
    fill = _path(elements.tobytes())
    return Outline(fill, tuple(_pieces(elements)) if len(elements) > MAX_PIECE else (fill,))


def _pieces(elements: NDArray[np.void]) -> Iterator[QPainterPath]:
    """Cut rings and lines into open lines of at most `PIECE` edges."""
    starts = [*np.flatnonzero(elements["kind"] == _MOVE_TO).tolist(), len(elements)]
    for ring_start, ring_end in pairwise(starts):
        for start in range(ring_start, ring_end - 1, PIECE):
            piece = elements[start : min(start + PIECE + 1, ring_end)].copy()
            piece["kind"][0] = _MOVE_TO
            yield _path(piece.tobytes())


def _elements(vertices: Vertices, ring_starts: Ints) -> NDArray[np.void]:
    """Lay closed rings out as path elements: each ring ends with its first vertex once more."""
    ring_count = len(ring_starts) - 1
    elements = np.empty(len(vertices) + ring_count, dtype=_ELEMENT)
    firsts, closings = ring_starts[:-1] + np.arange(ring_count), ring_starts[1:] + np.arange(ring_count)
    is_own = np.ones(len(elements), dtype=bool)
    is_own[closings] = False
    elements["kind"] = _LINE_TO
    elements["kind"][firsts] = _MOVE_TO
    for name, column in (("x", 0), ("y", 1)):
        elements[name][is_own] = vertices[:, column]
        elements[name][closings] = vertices[ring_starts[:-1], column]
    return elements


def _path(elements: bytes) -> QPainterPath:
    path = QPainterPath()
    if elements:
        head = struct.pack(">i", len(elements) // _ELEMENT.itemsize)
        stream = QDataStream(QByteArray(head + elements + _TAIL))
        stream >> path
    return path
