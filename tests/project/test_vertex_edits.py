"""Single vertices moved, added and deleted."""

from __future__ import annotations

import pytest

from sam3_annotator.project.regions import Polygon, Region
from sam3_annotator.project.vertex_edits import delete_vertex, insert_vertex, move_vertex

SQUARE = [(0, 0), (10, 0), (10, 10), (0, 10)]
TRIANGLE = [(2, 2), (4, 2), (4, 4)]
REGION = Region((Polygon(SQUARE, [TRIANGLE]), Polygon([(20, 0), (30, 0), (30, 9)])))


def test_moved_vertex_leaves_the_original_region_unchanged() -> None:
    moved = move_vertex(REGION, 0, 0, 2, 12.5, 11)

    assert moved.polygons[0].outer.tolist() == [[0, 0], [10, 0], [12.5, 11], [0, 10]]
    assert REGION.polygons[0].outer.tolist() == [list(vertex) for vertex in SQUARE]
    assert moved.polygons[1] is REGION.polygons[1]


def test_vertex_of_a_hole_is_moved_by_its_ring_number() -> None:
    assert move_vertex(REGION, 0, 1, 0, 3, 3).polygons[0].holes[0].tolist() == [[3, 3], [4, 2], [4, 4]]


def test_vertex_after_the_last_goes_between_last_and_first() -> None:
    assert insert_vertex(REGION, 0, 0, 3, 0, 5).polygons[0].outer.tolist()[-1] == [0, 5]
    assert insert_vertex(REGION, 0, 0, 0, 5, 0).polygons[0].outer.tolist()[1] == [5, 0]


def test_deleting_from_a_square_leaves_a_triangle() -> None:
    assert delete_vertex(REGION, 0, 0, 1).polygons[0].outer.tolist() == [[0, 0], [10, 10], [0, 10]]


def test_deleting_from_a_triangular_hole_fills_it() -> None:
    assert delete_vertex(REGION, 0, 1, 1).polygons[0].holes == ()


def test_deleting_from_a_triangle_removes_the_part() -> None:
    assert delete_vertex(REGION, 1, 0, 0).polygons == REGION.polygons[:1]


@pytest.mark.parametrize("place", [(2, 0, 0), (0, 2, 0), (0, 0, 4), (-1, 0, 0), (0, 0, -1)])
def test_unknown_vertex_is_refused(place: tuple[int, int, int]) -> None:
    for edit in (lambda: move_vertex(REGION, *place, 0, 0), lambda: delete_vertex(REGION, *place)):
        with pytest.raises(IndexError, match="no number"):
            edit()
    with pytest.raises(IndexError):
        insert_vertex(REGION, *place, 0, 0)
