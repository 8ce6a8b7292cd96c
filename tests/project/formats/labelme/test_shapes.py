"""The area of a labelme shape becomes a region, whatever its type."""

from __future__ import annotations

import base64
import io
import math
from typing import Any

import numpy as np
import pytest
from PIL import Image

from sam3_annotator.project import Polygon, Region, mask_to_region, rectangle
from sam3_annotator.project.formats.labelme.shapes import region_of_entry

MASK = np.random.default_rng(5).random((4, 5)) < 0.6
MASK[0, 0] = MASK[-1, -1] = True
SQUARE = [[2, 2], [10, 2], [10, 10], [2, 10]]
RHOMBUS = [[5, 1], [9, 5], [5, 9], [1, 5]]


def png(pixels: Any, mode: str | None = None) -> str:
    file = io.BytesIO()
    image = Image.fromarray(np.asarray(pixels))
    (image.convert(mode) if mode else image).save(file, format="PNG")
    return base64.b64encode(file.getvalue()).decode()


def region_of(points: Any, shape_type: str = "polygon", **values: Any) -> Region:
    return region_of_entry({"points": points, **values}, shape_type, 16, 12)


def region_of_mask(points: Any, code: str | None = None) -> Region:
    return region_of(points, "mask", mask=code or png(MASK.astype(np.uint8)))


def on_image(top: int, left: int) -> np.ndarray:
    """Return the part on an image of 12 x 16 pixels of the mask whose first pixel lies in a row and column of it."""
    padded = np.zeros((36, 48), dtype=bool)
    padded[12 + top : 16 + top, 16 + left : 21 + left] = MASK
    return padded[12:24, 16:32]


@pytest.mark.parametrize(
    ("points", "shape_type", "region"),
    [
        (SQUARE, "polygon", rectangle(2, 2, 10, 10)),
        ([*SQUARE, [2, 2]], "polygon", rectangle(2, 2, 10, 10)),
        ([[2, 2.5], [10, 7]], "rectangle", rectangle(2, 2.5, 10, 7)),
        ([[10, 2.5], [2, 7]], "rectangle", rectangle(2, 2.5, 10, 7)),
        (SQUARE, "rectangle", rectangle(2, 2, 10, 10)),
        (RHOMBUS, "oriented_rectangle", Region((Polygon(RHOMBUS),))),
        (RHOMBUS, "rotation", Region((Polygon(RHOMBUS),))),
        ([[-5, 1], [9, 5], [5, 99.5]], "polygon", Region((Polygon([(-5, 1), (9, 5), (5, 99.5)]),))),
    ],
)
def test_shapes_of_straight_sides_keep_their_vertices(points: Any, shape_type: str, region: Region) -> None:
    assert region_of(points, shape_type) == region


@pytest.mark.parametrize("radius", [0.5, 3, 40, 300])
def test_circle_becomes_a_ring_close_to_it(radius: float) -> None:
    region = region_of([[400, 410], [400 + radius * 0.6, 410 - radius * 0.8]], "circle")

    ring = region.polygons[0].outer
    middles = (ring + np.roll(ring, 1, axis=0)) / 2
    away = np.hypot(*(np.concatenate((ring, middles)) - (400, 410)).T) - radius
    assert np.abs(away).max() <= 0.0501
    assert region.area == pytest.approx(math.pi * radius**2, rel=0.03)
    assert len(ring) < 200


def test_mask_lies_between_its_first_and_last_pixel() -> None:
    assert region_of_mask([[3, 2], [7, 5]]) == mask_to_region(on_image(2, 3))


@pytest.mark.parametrize(("top", "left"), [(-2, 3), (2, -3), (-1, -4), (10, 3), (2, 14), (11, 15), (-3, 13)])
def test_mask_over_the_border_of_the_image_is_cut_there(top: int, left: int) -> None:
    region = region_of_mask([[left, top], [left + 4, top + 3]])

    assert region == mask_to_region(on_image(top, left))


@pytest.mark.parametrize(
    "points", [[[2.6, 1.7], [6.6, 4.7]], [[3.4, 2.4], [7.5, 5.5]], [[7, 5], [3, 2]], [[3, 2], [8, 6]]]
)
def test_corners_of_a_mask_with_fractions_do_not_shift_or_resize_it(points: Any) -> None:
    assert region_of_mask(points) == mask_to_region(on_image(2, 3))


@pytest.mark.parametrize(
    "code",
    [
        png(MASK),
        png(MASK.astype(np.uint8) * 255),
        png(MASK.astype(np.uint16) * 700),
        png(MASK.astype(np.uint8), "P"),
    ],
    ids=["one bit", "255", "16 bits", "palette"],
)
def test_mask_may_be_any_png_of_one_channel(code: str) -> None:
    assert region_of_mask([[3, 2], [7, 5]], code) == mask_to_region(on_image(2, 3))


def test_ring_that_crosses_itself_is_filled_as_labelme_fills_it() -> None:
    keyholed = [[1, 1], [11, 1], [11, 11], [1, 11], [1, 5], [4, 5], [4, 8], [8, 8], [8, 4], [4, 4], [4, 5], [1, 5]]

    assert region_of([[0, 0], [8, 8], [8, 0], [0, 8]]).area == 32
    assert region_of(keyholed).area == 100 - 16
