"""The brush as a value."""

from __future__ import annotations

from itertools import pairwise

import pytest

from sam3_annotator.ui.canvas.brush import MAX_RADIUS, Brush, larger_radius, smaller_radius


@pytest.mark.parametrize(
    ("image_size", "radius"), [((4000, 3000), 50), ((3000, 4000), 50), ((400, 300), 5), ((9, 9), 1)]
)
def test_a_brush_nobody_has_sized_suits_the_image(image_size: tuple[int, int], radius: int) -> None:
    assert Brush().radius_on(image_size) == radius
    assert Brush(7).radius_on(image_size) == 7


def test_sizes_step_by_a_pixel_at_least_and_by_about_a_sixth() -> None:
    sizes = [1]
    while sizes[-1] < MAX_RADIUS:
        sizes.append(larger_radius(sizes[-1]))

    steps = [larger / smaller for smaller, larger in pairwise(sizes[6:])]
    assert sizes[:6] == [1, 2, 3, 4, 5, 6]
    assert all(1.1 < step < 1.25 for step in steps[:-1])
    assert larger_radius(MAX_RADIUS) == MAX_RADIUS


def test_smaller_is_the_way_back_down_to_a_pixel() -> None:
    size = MAX_RADIUS
    for _ in range(60):
        size = smaller_radius(size)

    assert size == 1
    assert smaller_radius(20) == 17
