"""Rings that JSON files hold as lists of points."""

from __future__ import annotations

import pytest

from sam3_annotator.project.formats.rings.points import region_of_ring, ring_of_points


def test_points_become_a_ring_and_its_area_a_region() -> None:
    ring = ring_of_points([[1, 2], [5.5, 2], [5.5, 8]])

    assert ring.tolist() == [[1.0, 2.0], [5.5, 2.0], [5.5, 8.0]]
    assert region_of_ring(ring).area == pytest.approx(13.5)
    assert ring_of_points([]).shape == (0, 2)


@pytest.mark.parametrize("points", [None, "1,2", {"x": 1}, [1, 2], [[1, 2, 3]], [[1, 2], [3]], [[1, "2"]], [[[1, 2]]]])
def test_what_is_no_list_of_points_is_told(points: object) -> None:
    with pytest.raises(ValueError, match=r"no list of \[x, y\]"):
        ring_of_points(points)


@pytest.mark.parametrize(
    ("points", "words"), [([[1, 1], [2, 2]], "2 points, which is too few"), ([[1, 1], [2, 2], [3, 3]], "no area")]
)
def test_rings_without_an_area_are_told(points: object, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        region_of_ring(ring_of_points(points))
