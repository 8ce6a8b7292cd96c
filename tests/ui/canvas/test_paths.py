"""Rings as Qt paths."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QPointF, QRectF, Qt

from sam3_annotator.project import Polygon, Region, rectangle
from sam3_annotator.ui.canvas.outlines import Outlines
from sam3_annotator.ui.canvas.paths import PIECE, outline_of_line, outline_of_region, outlines_of_rows, path_of_rows

RING = Region((Polygon([(0, 0), (10, 0), (10, 10), (0, 10)], [[(3, 3), (7, 3), (7, 7), (3, 7)]]),))


def test_a_path_has_the_region_inside_and_its_holes_outside() -> None:
    path = outline_of_region(RING).fill

    assert path.boundingRect() == QRectF(0, 0, 10, 10)
    assert path.contains(QPointF(1, 5))
    assert not path.contains(QPointF(5, 5))


def test_rings_are_closed() -> None:
    polygons = outline_of_region(RING).fill.toSubpathPolygons()

    assert [polygon.isClosed() for polygon in polygons] == [True, True]


def test_overlapping_regions_in_one_path_stay_filled() -> None:
    outlines = Outlines.of([rectangle(0, 0, 10, 10), rectangle(5, 5, 15, 15)])

    path = path_of_rows(outlines.rings, np.array([0, 1]))

    assert path.fillRule() is Qt.FillRule.WindingFill
    assert path.contains(QPointF(7, 7))


def test_each_row_gives_its_own_outline() -> None:
    outlines = Outlines.of([RING, Region(), rectangle(20, 0, 30, 10)])

    paths = [outline.fill for outline in outlines_of_rows(outlines.rings, np.array([2, 1, 0]))]

    assert [path.boundingRect() for path in paths] == [QRectF(20, 0, 10, 10), QRectF(), QRectF(0, 0, 10, 10)]
    assert paths[2] == outline_of_region(RING).fill


def test_long_rings_are_stroked_in_pieces_that_join() -> None:
    angles = np.linspace(0, 2 * np.pi, 1000, endpoint=False)
    circle = np.stack((np.cos(angles), np.sin(angles)), axis=1) * 100
    region = Region((Polygon(circle, [circle / 2]),))

    pieces = outline_of_region(region).strokes

    assert len(pieces) == 2 * -(-1000 // PIECE)
    ends = [(piece.elementAt(0), piece.currentPosition()) for piece in pieces]
    for half in (ends[: len(ends) // 2], ends[len(ends) // 2 :]):
        for (_, end), (start, _) in zip(half, [*half[1:], half[0]], strict=True):
            assert (end.x(), end.y()) == (start.x, start.y)
    assert sum(piece.elementCount() - 1 for piece in pieces) == 2000


def test_short_rings_are_stroked_in_one_go() -> None:
    outline = outline_of_region(RING)

    assert outline.strokes == (outline.fill,)


def test_a_line_is_filled_as_if_it_were_closed_and_stroked_open() -> None:
    corner = outline_of_line(np.array([(0.0, 0.0), (10.0, 0.0), (10.0, 10.0)]))

    assert corner.fill.contains(QPointF(8, 4))
    assert corner.strokes == (corner.fill,)
    assert corner.fill.elementCount() == 3


def test_a_long_line_is_stroked_in_pieces_that_join() -> None:
    places = np.arange(1000.0)

    pieces = outline_of_line(np.stack((places, places % 7), axis=1)).strokes

    assert sum(piece.elementCount() - 1 for piece in pieces) == 999
    assert [piece.elementAt(0).x for piece in pieces[1:]] == [piece.currentPosition().x() for piece in pieces[:-1]]


def test_no_vertices_make_an_empty_line() -> None:
    assert outline_of_line(np.empty((0, 2))).fill.isEmpty()


def test_no_rows_make_an_empty_path() -> None:
    assert path_of_rows(Outlines.of([]).rings, np.array([], dtype=int)).isEmpty()
